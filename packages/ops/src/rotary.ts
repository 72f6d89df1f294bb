// Rotary positions: pairs of numbers turn by an angle that grows with the position.
import type { GradConfig, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { capturing } from './capturing.ts';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { hostInput } from './host-input.ts';
import { Rotary, type RotaryAttributes } from './kernel-names.ts';
import { type Offset, offsetNow } from './offset.ts';
import { plainRotary } from './plain/rotary.ts';
import { rotaryAngles } from './rotary-angles.ts';

export type RotaryOptions = {
  /** Which numbers pair up: i with i + headDim/2 (`half`: GPT-NeoX, LLaMA in Hugging Face) or neighbours (GPT-J). */
  readonly layout: 'half' | 'interleaved';
  readonly base?: number;
  /** The position of the first row: how many came before, when generating with a cache. */
  readonly offset?: Offset;
};

/**
 * Turns pair i of the vector at position t by the angle `(offset + t) · base^(-2i/headDim)`:
 * `(a, b) → (a cos - b sin, b cos + a sin)`. Products of queries and keys turned so depend on their distance only.
 * Su et al. 2021, https://arxiv.org/abs/2104.09864.
 *
 * @param x queries or keys [batch, heads, time, headDim]
 * @throws RangeError if headDim is odd
 */
export function rotary(x: Tensor4D, { layout, base = 10000, offset = 0 }: RotaryOptions): Tensor4D {
  const headDim = x.shape[3];
  if (headDim % 2 !== 0) throw new RangeError(`Expected an even headDim for rotary positions, got ${headDim}`);
  const attributes: RotaryAttributes = { layout, base, offset: offsetNow(offset) };
  if (!hasKernels(Rotary, x)) return plainRotary(x, attributes);
  const angles = typeof offset === 'function' && capturing() ? anglesFor(x, { layout, base, offset }) : {};
  return runOp(gradient, { x, ...angles }, attributes);
}

/** For an engine that records steps: angles that each run makes anew. */
function anglesFor({ shape: [, , time, headDim] }: Tensor4D, { offset, ...rest }: Required<RotaryOptions>) {
  const anglesNow = () => rotaryAngles(time, headDim, { ...rest, offset: offsetNow(offset) });
  const shape = [time, headDim];
  return { cosine: hostInput(() => anglesNow().cosine, shape), sine: hostInput(() => anglesNow().sine, shape) };
}

const gradient: GradConfig = {
  kernelName: Rotary,
  gradFunc: (dy, _, attributes) => ({ x: () => runKernel(`${Rotary}Grad`, { dy: dy as Tensor }, attributes) }),
};
