// Other tokenizers, with the ranks of gpt2.
//
//     node benchmarks/contestants/tokenizers.ts gpt-tokenizer|js-tiktoken
import { encode } from 'gpt-tokenizer/encoding/r50k_base';
import { Tiktoken } from 'js-tiktoken/lite';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import { serve } from '../sitting/worker.ts';
import { textLength } from '../sitting/workloads.ts';
import { madeUpText } from '../tokenizers/texts.ts';

const tiktoken = new Tiktoken(gpt2);
const encoders: Record<string, (text: string) => unknown> = {
  'gpt-tokenizer': (text) => encode(text),
  'js-tiktoken': (text) => tiktoken.encode(text),
};

const encoder = encoders[process.argv[2] ?? ''];
if (!encoder) throw new Error(`Expected one of ${Object.keys(encoders).join(', ')}, got ${process.argv[2]}`);
await serve(
  {},
  {
    tokenizing: () => {
      const sample = madeUpText().slice(0, textLength);
      return () => {
        encoder(sample);
      };
    },
  },
);
