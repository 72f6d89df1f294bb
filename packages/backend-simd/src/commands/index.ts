// All kernels of assembly/, one table a file. The place of a kernel in these tables is its number.
import { elementwiseCommands } from './elementwise.ts';
import { elementwisePairsCommands } from './elementwise-pairs.ts';
import { elementwiseTypesCommands } from './elementwise-types.ts';
import { gemmCommands } from './gemm.ts';
import { gemmFewCommands } from './gemm-few.ts';
import { gemmInt8Commands } from './gemm-int8.ts';
import { movementCommands } from './movement.ts';
import { nnActivationCommands } from './nn-activations.ts';
import { nnAttentionCommands } from './nn-attention.ts';
import { nnAttentionGradientCommands } from './nn-attention-gradient.ts';
import { nnDropoutCommands } from './nn-dropout.ts';
import { nnEmbeddingCommands } from './nn-embedding.ts';
import { nnLossCommands } from './nn-losses.ts';
import { nnNormCommands } from './nn-norms.ts';
import { nnRotaryCommands } from './nn-rotary.ts';
import { nnRowCommands } from './nn-rows.ts';
import { optimCommands } from './optim.ts';
import { reduceCommands } from './reduce.ts';
import { reduceLinesCommands } from './reduce-lines.ts';

export const commandTables = {
  elementwise: elementwiseCommands,
  'elementwise-pairs': elementwisePairsCommands,
  'elementwise-types': elementwiseTypesCommands,
  gemm: gemmCommands,
  'gemm-few': gemmFewCommands,
  'gemm-int8': gemmInt8Commands,
  movement: movementCommands,
  'nn-activations': nnActivationCommands,
  'nn-attention': nnAttentionCommands,
  'nn-attention-gradient': nnAttentionGradientCommands,
  'nn-dropout': nnDropoutCommands,
  'nn-embedding': nnEmbeddingCommands,
  'nn-losses': nnLossCommands,
  'nn-norms': nnNormCommands,
  'nn-rotary': nnRotaryCommands,
  'nn-rows': nnRowCommands,
  optim: optimCommands,
  reduce: reduceCommands,
  'reduce-lines': reduceLinesCommands,
} as const;

type Tables = typeof commandTables;
export type CommandName = { [File in keyof Tables]: keyof Tables[File] }[keyof Tables] & string;
