// Cross-entropy and negative log-likelihood, with their reductions.
import { CrossEntropy, type CrossEntropyAttributes, type LossAttributes, NegativeLogLikelihood } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

const reductions = { none: 0, sum: 1, mean: 2 };

const crossEntropy: NativeKernel = ({ inputs: { logits, targets }, attrs, backend }) => {
  if (logits.dtype !== 'float32' || targets.dtype !== 'int32') return undefined;
  const attributes = attrs as unknown as CrossEntropyAttributes;
  const { ignoreIndex, labelSmoothing, zLoss } = attributes;
  const [rows, width] = logits.shape;
  const losses = backend.output([rows], 'float32');
  const pointers = [logits, targets, losses].map((tensor) => backend.pointer(tensor));
  backend.emit('crossEntropy', [...pointers, rows, width, ignoreIndex, labelSmoothing, zLoss], rows * width * 14);
  return reduced(backend, losses, targets, attributes);
};

const crossEntropyGradient: NativeKernel = ({ inputs: { dy, logits, targets }, attrs, backend }) => {
  if (dy.dtype !== 'float32' || logits.dtype !== 'float32' || targets.dtype !== 'int32') return undefined;
  const { ignoreIndex, labelSmoothing, zLoss, reduction } = attrs as unknown as CrossEntropyAttributes;
  const [rows, width] = logits.shape;
  const dLogits = backend.output(logits.shape, 'float32');
  const pointers = [dy, logits, targets, dLogits].map((tensor) => backend.pointer(tensor));
  const numbers = [rows, width, ignoreIndex, labelSmoothing, zLoss, reductions[reduction]];
  backend.emit('crossEntropyGradient', [...pointers, ...numbers], rows * width * 28);
  return dLogits;
};

const likelihood: NativeKernel = ({ inputs: { logProbabilities, targets }, attrs, backend }) => {
  if (logProbabilities.dtype !== 'float32' || targets.dtype !== 'int32') return undefined;
  const attributes = attrs as unknown as LossAttributes;
  const [rows, width] = logProbabilities.shape;
  const losses = backend.output([rows], 'float32');
  const pointers = [logProbabilities, targets, losses].map((tensor) => backend.pointer(tensor));
  backend.emit('likelihood', [...pointers, rows, width, attributes.ignoreIndex]);
  return reduced(backend, losses, targets, attributes);
};

const likelihoodGradient: NativeKernel = ({ inputs: { dy, targets }, attrs, backend }) => {
  if (dy.dtype !== 'float32' || targets.dtype !== 'int32') return undefined;
  const { ignoreIndex, reduction, vocabSize } = attrs as unknown as LossAttributes & { vocabSize: number };
  const rows = targets.shape[0];
  const dScores = backend.output([rows, vocabSize], 'float32');
  const pointers = [dy, targets, dScores].map((tensor) => backend.pointer(tensor));
  const numbers = [rows, vocabSize, ignoreIndex, reductions[reduction]];
  backend.emit('likelihoodGradient', [...pointers, ...numbers], rows * vocabSize);
  return dScores;
};

function reduced(
  backend: SimdBackend,
  losses: TensorInfo,
  targets: TensorInfo,
  { ignoreIndex, reduction }: LossAttributes,
): TensorInfo {
  if (reduction === 'none') return losses;
  const loss = backend.output([], 'float32');
  const pointers = [losses, targets, loss].map((tensor) => backend.pointer(tensor));
  backend.emit('reduceLosses', [...pointers, losses.shape[0], ignoreIndex, reductions[reduction]]);
  backend.disposeIntermediateTensorInfo(losses);
  return loss;
}

export const nnLossKernels: NativeKernels = {
  [CrossEntropy]: crossEntropy,
  [`${CrossEntropy}Grad`]: crossEntropyGradient,
  [NegativeLogLikelihood]: likelihood,
  [`${NegativeLogLikelihood}Grad`]: likelihoodGradient,
};
