// Products with weights of one byte, in ordinary operations: the weight is unpacked for each.
import {
  add,
  cast,
  floorDiv,
  greater,
  less,
  matMul,
  mul,
  reshape,
  scalar,
  slice,
  stack,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  transpose,
  where,
} from '@tensorflow/tfjs-core';

export function plainInt8MatMul(x: Tensor2D, packed: Tensor3D, scales: Tensor1D, bias?: Tensor1D): Tensor2D {
  const whole = unpack(packed, scales.shape[0]); // [inputDim, outputDim]
  const y = mul(matMul(x, whole), scales) as Tensor2D;
  return bias ? add(y, bias) : y;
}

/** [panels, inputDim, 2] → [inputDim, outputDim] */
function unpack(packed: Tensor3D, outputDim: number): Tensor2D {
  const [panels, inputDim] = packed.shape;
  const base = scalar(256, 'int32');
  const bytes: Tensor[] = [];
  let rest: Tensor = packed;
  for (let i = 0; i < 4; i++) {
    const guess = floorDiv(rest, base); // wasm divides as float32: one too many, it may be
    const over = cast(less(sub(rest, mul(guess, base)), 0), 'int32');
    const above = sub(guess, over);
    const byte = cast(sub(rest, mul(above, base)), 'float32'); // from 0 to 255
    bytes.push(where(greater(byte, 127), sub(byte, 256), byte));
    rest = above;
  }
  const panel = reshape(stack(bytes, -1), [panels, inputDim, 8]);
  return slice(reshape(transpose(panel, [1, 0, 2]), [inputDim, panels * 8]) as Tensor2D, [0, 0], [inputDim, outputDim]);
}
