// What the kernel of assembly/nn-attention-gradient.ts takes. Also dBias may be 0: none.
import { attentionArguments } from './nn-attention.ts';
import type { CommandTable } from './table.ts';

export const nnAttentionGradientCommands = {
  causalAttentionGradient: [...attentionArguments, 'in dOutput', 'out dQuery', 'out dKey', 'out dValue', 'out dBias'],
} as const satisfies CommandTable;
