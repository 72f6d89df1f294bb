// LoRA: fine-tuning with a few small matrices beside the layers, which can be merged into their weights and taken out.
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { add, type Scalar, scalar, sub, type Tensor, type Tensor2D, tidy, zeros } from '@tensorflow/tfjs-core';
import { linear } from './linear.ts';
import { type LoraAdapter, loraDelta } from './lora-adapter.ts';
import { below, mapLinears } from './map-linears.ts';

export type LoraOptions = {
  /** Columns of A and rows of B: 4 to 64 are usual. */
  readonly rank: number;
  /** The adapters' product counts alpha / rank times; the rank when left out, so that it counts once. */
  readonly alpha?: number;
  readonly generator: Generator;
  /** Which linear layers, by path, such as `blocks.0.attention.qkv`; all when left out. */
  readonly on?: (path: string) => boolean;
  /**
   * The widths of the columns of a layer that get adapters of their own; see `apart`, the default. For one adapter a
   * layer, whatever it holds: `(_, { shape }) => [shape[1]]`, as PEFT does it for GPT-2's packed matrix.
   */
  readonly columns?: (path: string, weight: Tensor2D) => readonly number[];
};

/**
 * The same tree with adapters on its linear layers: `applyLinear` then gives x · W + alpha/rank · (x · A) · B. A starts as
 * PyTorch's nn.Linear (Kaiming-uniform with a = √5), B as zeros, so that the model is at first as it was.
 *
 *     const parameters = trainable(addLora(pretrained, { rank: 8, generator }), isLora); // trains the adapters alone
 *
 * Recurrent layers get none, since they use their weights step by step. The tensors of the given tree are shared, not
 * copied. Hu et al. 2021, https://arxiv.org/abs/2106.09685.
 *
 * @throws RangeError if rank or alpha are out of their range, the columns do not add up, or no layer is chosen; TypeError
 *   if a layer has adapters already
 */
export function addLora<P extends ParameterTree>(parameters: P, options: LoraOptions): P {
  const { rank, alpha = rank, generator, on = () => true, columns = apart } = options;
  if (!Number.isSafeInteger(rank) || rank < 1) {
    throw new RangeError(`Expected rank to be a whole number above 0, got ${rank}`);
  }
  if (!(alpha > 0 && Number.isFinite(alpha))) throw new RangeError(`Expected alpha above 0, got ${alpha}`);
  let count = 0;
  const adapted = mapLinears(parameters, (layer, path) => {
    if (!on(path)) return layer;
    if (layer.lora) throw new TypeError(`Expected no adapters at '${path}', got some: merge them first`);
    const [inputDim, outputDim] = layer.weight.shape;
    const widths = columns(path, layer.weight);
    if (widths.reduce((sum, width) => sum + width, 0) !== outputDim) {
      throw new RangeError(`Expected columns that add up to ${outputDim} at '${path}', got ${widths.join(' + ')}`);
    }
    count++;
    const lora = widths.map((width): LoraAdapter => {
      const { weight: a } = linear(generator, inputDim, rank, { bias: false });
      return { a, b: zeros([rank, width]), scale: scalar(alpha / rank) };
    });
    return { ...layer, lora };
  });
  if (count === 0) throw new RangeError('Expected at least 1 linear layer to adapt, got none: what does `on` take?');
  return adapted;
}

/** Queries, keys and values of attention's packed matrix `qkv`, each for itself; any other layer as one. */
export function apart(path: string, { shape: [inputDim, outputDim] }: Tensor2D): readonly number[] {
  if (!/(?:^|\.)qkv$/.test(path)) return [outputDim];
  const keyValueDim = (outputDim - inputDim) / 2;
  return [inputDim, keyValueDim, keyValueDim];
}

/**
 * The tree without its adapters, which are added to the weights: the same model, at the speed of one that never had any.
 * Only these weights are new tensors; the rest is shared with the given tree, which stays as it is.
 */
export function mergeLora<P extends ParameterTree>(parameters: P): P {
  return mapLinears(parameters, ({ lora, ...layer }) => {
    if (!lora) return layer;
    return { ...layer, weight: tidy(() => add(layer.weight, loraDelta(lora))) };
  });
}

/**
 * The way back: a merged tree with the adapters of `adapted` taken out of its weights and put beside them again. Weights
 * come back up to rounding; where the tree before `mergeLora` is still there, use that.
 */
export function unmergeLora<P extends ParameterTree>(merged: P, adapted: P): P {
  const adapters = new Map<string, LoraAdapter[]>();
  mapLinears(adapted, (layer, path) => {
    if (layer.lora) adapters.set(path, layer.lora);
    return layer;
  });
  return mapLinears(merged, (layer, path) => {
    const lora = adapters.get(path);
    return lora ? { ...layer, weight: tidy(() => sub(layer.weight, loraDelta(lora))), lora } : layer;
  });
}

/**
 * The tree with adapters of given tensors, such as those of a file: `blocks.0.attention.qkv.lora.0.a`, `.b` and `.scale`
 * for each, those of one layer numbered from 0 and side by side. All tensors are shared.
 *
 * @throws RangeError naming a tensor that is missing, fits no layer, or belongs to none
 */
export function withLora<P extends ParameterTree>(parameters: P, adapters: Readonly<Record<string, Tensor>>): P {
  const left = new Set(Object.keys(adapters));
  const adapted = mapLinears(parameters, (layer, path) => {
    const [inputDim, outputDim] = layer.weight.shape;
    const take = (name: string, shape: readonly (number | undefined)[]) => {
      const found = adapters[name];
      left.delete(name);
      const fits =
        found?.shape.length === shape.length &&
        shape.every((size, axis) => (size ?? found.shape[axis]) === found.shape[axis]);
      if (fits) return found;
      throw new RangeError(
        `Expected a tensor '${name}' of shape [${shape.map((size) => size ?? 'any')}], got ${found ? `[${found.shape}]` : 'none'}`,
      );
    };
    const lora: LoraAdapter[] = [];
    let width = 0;
    for (let place = below(path, 'lora.0'); `${place}.a` in adapters; place = below(path, `lora.${lora.length}`)) {
      const a = take(`${place}.a`, [inputDim, undefined]) as Tensor2D;
      const b = take(`${place}.b`, [a.shape[1], undefined]) as Tensor2D;
      lora.push({ a, b, scale: take(`${place}.scale`, []) as Scalar });
      width += b.shape[1];
    }
    if (lora.length === 0) return layer;
    if (width === outputDim) return { ...layer, lora };
    throw new RangeError(`Expected adapters of ${outputDim} columns at '${path}', got ${width}`);
  });
  for (const name of left) throw new RangeError(`Expected adapters of linear layers, got a tensor '${name}'`);
  return adapted;
}

/** What is learned of the adapters, A and B, under their paths: `blocks.0.attention.qkv.lora.0.a`. */
export function loraParameters(parameters: ParameterTree): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  mapLinears(parameters, (layer, path) => {
    for (const [i, { a, b }] of (layer.lora ?? []).entries()) {
      const place = below(path, `lora.${i}`);
      Object.assign(found, { [`${place}.a`]: a, [`${place}.b`]: b });
    }
    return layer;
  });
  return found;
}

/** Whether a path is that of an adapter's A or B: what `trainable` makes learn, where all else is frozen. */
export function isLora(path: string): boolean {
  return /(?:^|\.)lora\.\d+\.[ab]$/.test(path);
}
