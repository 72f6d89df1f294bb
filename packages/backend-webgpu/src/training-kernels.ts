// Registers those of TensorFlow.js's kernels that training and generation call. Every other operation says that its kernel is
// not registered. Node cannot load these files, and registers all: see training-kernels.node.ts.

import { addConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Add.js';
import { addNConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/AddN.js';
import { castConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Cast.js';
import { concatConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Concat.js';
import { cumprodConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Cumprod.js';
import { cumsumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Cumsum.js';
import { equalConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Equal.js';
import { expConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Exp.js';
import { expandDimsConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/ExpandDims.js';
import { fillConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Fill.js';
import { gatherV2Config } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/GatherV2.js';
import { greaterConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Greater.js';
import { identityConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Identity.js';
import { logConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Log.js';
import { maxConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Max.js';
import { maximumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Maximum.js';
import { meanConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Mean.js';
import { minimumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Minimum.js';
import { multiplyConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Multiply.js';
import { negConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Neg.js';
import { oneHotConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/OneHot.js';
import { onesLikeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/OnesLike.js';
import { packConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Pack.js';
import { rangeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Range.js';
import { realDivConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/RealDiv.js';
import { reshapeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Reshape.js';
import { reverseConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Reverse.js';
import { rsqrtConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Rsqrt.js';
import { selectConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Select.js';
import { sigmoidConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sigmoid.js';
import { sliceConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Slice.js';
import { softmaxConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Softmax.js';
import { softplusConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Softplus.js';
import { splitVConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/SplitV.js';
import { sqrtConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sqrt.js';
import { squareConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Square.js';
import { stridedSliceConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/StridedSlice.js';
import { subConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sub.js';
import { sumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sum.js';
import { tanhConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Tanh.js';
import { tileConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Tile.js';
import { transposeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Transpose.js';
import { unpackConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Unpack.js';
import { zerosLikeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/ZerosLike.js';
import { type KernelConfig, registerKernel } from '@tensorflow/tfjs-core';

const kernels: readonly KernelConfig[] = [
  addConfig,
  addNConfig,
  castConfig,
  concatConfig,
  cumprodConfig,
  cumsumConfig,
  equalConfig,
  expConfig,
  expandDimsConfig,
  fillConfig,
  gatherV2Config,
  greaterConfig,
  identityConfig,
  logConfig,
  maxConfig,
  maximumConfig,
  meanConfig,
  minimumConfig,
  multiplyConfig,
  negConfig,
  oneHotConfig,
  onesLikeConfig,
  packConfig,
  rangeConfig,
  realDivConfig,
  reshapeConfig,
  reverseConfig,
  rsqrtConfig,
  selectConfig,
  sigmoidConfig,
  sliceConfig,
  softmaxConfig,
  softplusConfig,
  splitVConfig,
  sqrtConfig,
  squareConfig,
  stridedSliceConfig,
  subConfig,
  sumConfig,
  tanhConfig,
  tileConfig,
  transposeConfig,
  unpackConfig,
  zerosLikeConfig,
];

for (const kernel of kernels) registerKernel(kernel);
