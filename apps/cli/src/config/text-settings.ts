// The settings of the text: where it is, how it becomes tokens, and how it is divided.
import { choice, share, text, whole } from './kinds.ts';
import { streamModels } from './model-settings.ts';
import type { SettingTable } from './settings.ts';

export const textSettings: SettingTable<'data' | 'tokenizer' | 'validationShare' | 'testShare' | 'documents' | 'seed'> =
  {
    data: {
      kind: text('text'),
      usual: true,
      otherwise: 'names',
      help: 'a text file, a prepared folder, or a corpus',
    },
    tokenizer: {
      kind: text('name'),
      usual: true,
      otherwise: 'characters',
      help: 'characters, words, bytes, gpt2, … or a file',
    },
    seed: { kind: whole(0), usual: true, otherwise: 42, help: 'decides every random choice' },
    validationShare: { kind: share, otherwise: 0.1, help: 'part of the text to judge by' },
    testShare: { kind: share, otherwise: 0, help: 'part of the text for one measurement at the end' },
    documents: {
      kind: choice(['joined', 'masked', 'apart']),
      of: { model: streamModels },
      otherwise: 'joined',
      help: 'lines, or those prepared: joined; masked from each other; apart, each in a row',
    },
  };
