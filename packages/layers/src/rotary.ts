// Rotary positions: queries and keys turn by an angle that grows with their place, so scores see only distances.
import { type Offset, type RotaryOptions, rotary } from '@hornbook/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';

/**
 * For `attend`'s `rotate`: turns x [batch, heads, time, headDim] by its places, `offset` being that of the first. The
 * layout says which numbers turn together: `half` pairs i with i + headDim/2 (GPT-NeoX, Llama), `interleaved` 2i with
 * 2i + 1 (GPT-J). Su et al. 2021, https://arxiv.org/abs/2104.09864.
 *
 * @example attend(layer, x, { numHeads: 4, rotate: rotaryPositions({ layout: 'half' }) })
 */
export function rotaryPositions(options: RotaryOptions): (x: Tensor4D, offset?: Offset) => Tensor4D {
  return (x, offset = options.offset) => rotary(x, { ...options, offset });
}
