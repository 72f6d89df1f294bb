// What a checkpoint keeps of fine-tuning, and the parameters that a fine-tuned model has.
import { alpaca, type ChatTemplate, chatml } from '@hornbook/datasets';
import type { StoredTensor } from '@hornbook/formats';
import { addLora, type Embedding, isLora, type Linear, mergeLora, withLora } from '@hornbook/layers';
import { withClassHead } from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import type { ParameterTest } from '@hornbook/training';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
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
  /** The folder of the adapters that it began with. */
  readonly adapter?: string;
  /** Whether the model is also saved with the adapters in its weights. */
  readonly merge?: boolean;
  /** Of the classes, in the order of the head's columns. */
  readonly labels?: readonly string[];
  /** Blocks, from the first on, that stay as they are, and what comes before them. */
  readonly frozenBlocks: number;
  readonly beta?: number;
};

type WithHead = { readonly tokens: Embedding; readonly head?: Linear };

/** Tensors of adapters, under the paths of their layers: `blocks.0.attention.qkv.lora.0.a`. */
export type Adapters = ReadonlyMap<string, StoredTensor>;

/** A base model's tree as fine-tuning begins: with a head for the classes, and with adapters, new or given. */
export function adaptedTree(
  base: ParameterTree,
  finetuning: Finetuning,
  { generator, adapters }: { readonly generator: Generator; readonly adapters?: Adapters },
): ParameterTree {
  const { labels, lora } = finetuning;
  const given = adapters ? withAdapters(base, adapters) : base;
  const tree = labels ? withClassHead(given as WithHead, { numClasses: labels.length, generator, bias: false }) : given;
  if (!lora || adapters) return tree;
  return addLora(tree, { ...lora, generator, on: (path) => !(labels && path === 'head') }); // a new head learns in full
}

/**
 * The tree with adapters out of a file or a checkpoint, among whose tensors they may be.
 *
 * @throws UserError naming one that does not fit
 */
export function withAdapters(tree: ParameterTree, tensors: Adapters): ParameterTree {
  const given: Record<string, Tensor> = {};
  for (const [path, { data, shape }] of tensors) {
    if (isOfLora(path)) given[path] = tensor(data as Float32Array, [...shape]);
  }
  try {
    return withLora(tree, given);
  } catch (cause) {
    throw new UserError(`Expected adapters of this model. ${(cause as Error).message}`, { cause });
  }
}

/** Whether a path is that of an adapter's A, B or scale. */
export const isOfLora = (path: string): boolean => /\.lora\.\d+\.(?:a|b|scale)$/.test(path);

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
export function emptyTree(base: ParameterTree, finetuning: Finetuning | undefined, tensors: Adapters): ParameterTree {
  if (!finetuning) return base;
  const { lora, ...rest } = finetuning;
  const tree = adaptedTree(base, rest, { generator: manualSeed(0) });
  return lora ? withAdapters(tree, tensors) : tree;
}

/** The tree without adapters, for what only reads it; the tensors that it no longer needs are disposed. */
export function merged(parameters: ParameterTree): ParameterTree {
  const tree = mergeLora(parameters);
  const kept = new Set(Object.values(namedParameters(tree)));
  for (const tensor of Object.values(namedParameters(parameters))) if (!kept.has(tensor)) tensor.dispose();
  return tree;
}
