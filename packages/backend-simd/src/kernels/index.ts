// All kernels of ours, by the names that TensorFlow.js gives them.

import { elementwiseKernels } from './elementwise.ts';
import { elementwisePairsKernels } from './elementwise-pairs.ts';
import { elementwiseTypesKernels } from './elementwise-types.ts';
import { matMulKernels } from './matmul.ts';
import { matMulInt8Kernels } from './matmul-int8.ts';
import { movementKernels } from './movement.ts';
import { movementPartsKernels } from './movement-parts.ts';
import type { NativeKernels } from './native-kernel.ts';
import { nnActivationKernels } from './nn-activations.ts';
import { nnAttentionKernels } from './nn-attention.ts';
import { nnDropoutKernels } from './nn-dropout.ts';
import { nnEmbeddingKernels } from './nn-embedding.ts';
import { nnFeedForwardKernels } from './nn-feed-forward.ts';
import { nnLossKernels } from './nn-losses.ts';
import { nnNormKernels } from './nn-norms.ts';
import { nnRotaryKernels } from './nn-rotary.ts';
import { optimKernels } from './optim.ts';
import { reduceKernels } from './reduce.ts';
import { slideInKernels } from './slide-in.ts';

export const nativeKernels: NativeKernels = {
  ...elementwiseKernels,
  ...elementwisePairsKernels,
  ...elementwiseTypesKernels,
  ...matMulKernels,
  ...matMulInt8Kernels,
  ...movementKernels,
  ...movementPartsKernels,
  ...nnActivationKernels,
  ...nnAttentionKernels,
  ...nnDropoutKernels,
  ...nnEmbeddingKernels,
  ...nnFeedForwardKernels,
  ...nnLossKernels,
  ...nnNormKernels,
  ...nnRotaryKernels,
  ...optimKernels,
  ...reduceKernels,
  ...slideInKernels,
};
