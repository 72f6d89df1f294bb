// What the Worker can train: each recipe in a file of its own, loaded when it is asked for.
import type { TrainingEvent } from '@hornbook/training';
import type { bigramTable } from './recipes/bigram-table.ts';
import type { fineTune } from './recipes/fine-tune.ts';
import type { languageModel } from './recipes/language-model.ts';
import type { namesMlp } from './recipes/names-mlp.ts';

/** Something that is being trained, and what a page may ask of it between two steps. */
export type Recipe = {
  /** What the page knows of it before the first step: plain data. */
  readonly facts: object;
  train(): AsyncIterable<TrainingEvent>;
  readonly answers: Readonly<Record<string, Answer>>;
};

/** Details are the page's; `part` sends a first part of a long answer ahead. */
export type Answer = (details: never, part: (part: string) => void) => unknown;

/** Await an engine first. The same settings and seed give the same numbers. */
export type MakeRecipe = (settings: never, seed: number) => Promise<Recipe>;

export type Recipes = {
  'bigram-table': typeof bigramTable;
  'fine-tune': typeof fineTune;
  'language-model': typeof languageModel;
  'names-mlp': typeof namesMlp;
};

export type RecipeName = keyof Recipes;
export type SettingsOf<Name extends RecipeName> = Parameters<Recipes[Name]>[0];
type Made<Name extends RecipeName> = Awaited<ReturnType<Recipes[Name]>>;
export type FactsOf<Name extends RecipeName> = Made<Name>['facts'];
export type AnswersOf<Name extends RecipeName> = Made<Name>['answers'];

export async function loadRecipe(name: RecipeName): Promise<MakeRecipe> {
  switch (name) {
    case 'bigram-table':
      return (await import('./recipes/bigram-table.ts')).bigramTable;
    case 'fine-tune':
      return (await import('./recipes/fine-tune.ts')).fineTune;
    case 'language-model':
      return (await import('./recipes/language-model.ts')).languageModel;
    case 'names-mlp':
      return (await import('./recipes/names-mlp.ts')).namesMlp;
  }
}
