// What a page and the Worker that trains for it say to each other.
import type { Backend, BackendReport } from '@hornbook/backends';
import type { RecipeName } from './recipe.ts';

/** From the page. */
export type Order =
  | {
      readonly type: 'open';
      readonly recipe: RecipeName;
      readonly settings: unknown;
      readonly seed: number;
      /** The best one here if it is left out. */
      readonly engine?: string;
    }
  | { readonly type: 'play'; readonly stepsPerSecond?: number }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  | { readonly type: 'ask'; readonly id: number; readonly question: string; readonly details: unknown };

export type Progress = {
  /** Steps made so far. */
  readonly step: number;
  /** Of them, those made since the Worker began. */
  readonly steps: number;
  /** Of the steps since the last report, each before its update. */
  readonly losses: readonly number[];
  /** The newest measurement on text held back, if one was made since. */
  readonly validationLoss?: number;
  /** Spent on steps so far, without pauses. */
  readonly seconds: number;
};

/** From the Worker. */
export type Report =
  | {
      readonly type: 'ready';
      readonly engine: Backend;
      readonly engines: readonly BackendReport[];
      readonly facts: object;
    }
  | ({ readonly type: 'progress' } & Progress)
  | { readonly type: 'done' }
  | { readonly type: 'part'; readonly id: number; readonly part: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | {
      readonly type: 'failed';
      /** Of the question that could not be answered; without it, training is over. */
      readonly id?: number;
      readonly message: string;
    };
