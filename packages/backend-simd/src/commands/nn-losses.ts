// What the kernels of assembly/nn-losses.ts take. A reduction is 0 (none), 1 (sum) or 2 (mean).
import type { CommandTable } from './table.ts';

export const nnLossCommands = {
  crossEntropy: [
    'in logits',
    'in targets',
    'out losses',
    'int rows',
    'int width',
    'int ignored',
    'float smoothing',
    'float zLoss',
  ],
  crossEntropyGradient: [
    'in dy',
    'in logits',
    'in targets',
    'out dLogits',
    'int rows',
    'int width',
    'int ignored',
    'float smoothing',
    'float zLoss',
    'int reduction',
  ],
  likelihood: ['in scores', 'in targets', 'out losses', 'int rows', 'int width', 'int ignored'],
  likelihoodGradient: ['in dy', 'in targets', 'out dScores', 'int rows', 'int width', 'int ignored', 'int reduction'],
  reduceLosses: ['in losses', 'in targets', 'out loss', 'int rows', 'int ignored', 'int reduction'],
} as const satisfies CommandTable;
