// What a checkpoint keeps of fine-tuning, and the parameters that a fine-tuned model has.
import { alpaca, type ChatTemplate, chatml } from '@hornbook/datasets';
import { addLora, type Embedding, isLora, type Linear, mergeLora } from '@hornbook/layers';
import { withClassHead } from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import type { ParameterTest } from '@hornbook/training';
import type { Run } from '../run-folder.ts';
import { UserError } from '../user-error.ts';

export const templates: Readonly<Record<'chatml' | 'alpaca', ChatTemplate>> = { chatml, alpaca };
export type TemplateName = keyof typeof templates;

export type Finetuning = {
  /** The folder of the run that was fine-tuned. */
  readonly base: string;
  readonly task: 'answers' | 'preferences' | 'classes';
  /** How a prompt is put to the model; as it stands when left out. */
  readonly template?: TemplateName;
  /** Adapters beside the weights; none where they were merged. */
  readonly lora?: { readonly rank: number; readonly alpha: number };
  /** Whether the model is also saved with the adapters in its weights. */
  readonly merge?: boolean;
  /** Of the classes, in the order of the head's columns. */
  readonly labels?: readonly string[];
  /** Blocks, from the first on, that stay as they are, and what comes before them. */
  readonly frozenBlocks: number;
  readonly beta?: number;
};

/** @throws UserError for a run whose parameters are not those of its model alone */
export function expectPlainModel({ metadata }: Pick<Run, 'metadata'>, folder: string): void {
  const { lora, labels } = metadata.finetuning ?? {};
  if (lora) {
    throw new UserError(
      `Expected a model in one piece, got adapters beside one: take ${folder}/merged, which hornbook finetune --merge leaves, or ${folder}/adapter`,
    );
  }
  if (labels) throw new UserError(`Expected a run that writes text, got one that tells classes apart: ${folder}`);
}

type WithHead = { readonly tokens: Embedding; readonly head?: Linear };

/** A base model's tree as fine-tuning begins: with a head for the classes, and with adapters. */
export function adaptedTree(base: ParameterTree, finetuning: Finetuning, generator: Generator): ParameterTree {
  const { labels, lora } = finetuning;
  const tree = labels ? withClassHead(base as WithHead, { numClasses: labels.length, generator }) : base;
  if (!lora) return tree;
  return addLora(tree, { ...lora, generator, on: (path) => !(labels && path === 'head') }); // a new head learns in full
}

/** What learns. */
export function learns({ lora, labels, frozenBlocks }: Finetuning): ParameterTest {
  return (path) => {
    if (labels && path.startsWith('head.')) return true;
    const block = /^blocks\.(\d+)\./.exec(path);
    const frozen = frozenBlocks > 0 && (block ? Number(block[1]) < frozenBlocks : /^(?:tokens|positions)\b/.test(path));
    return !frozen && (lora === undefined || isLora(path));
  };
}

/** The shape of a checkpoint's parameters; the values are still to come. */
export function emptyTree(base: ParameterTree, finetuning: Finetuning | undefined): ParameterTree {
  return finetuning ? adaptedTree(base, finetuning, manualSeed(0)) : base;
}

/** The tree without adapters, for what only reads it; the tensors that it no longer needs are disposed. */
export function merged(parameters: ParameterTree): ParameterTree {
  const tree = mergeLora(parameters);
  const kept = new Set(Object.values(namedParameters(tree)));
  for (const tensor of Object.values(namedParameters(parameters))) if (!kept.has(tensor)) tensor.dispose();
  return tree;
}
