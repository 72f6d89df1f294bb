import { writeSafetensors } from '@hornbook/formats';
import { bytes } from '@hornbook/tokenizers';
import { expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import { suited } from './language-settings.ts';

const described = {
  settings: { ...suited.bigram, seed: 42 },
  tokenizer: bytes().toJSON(),
  source: { location: 'book.txt', kind: 'prose' },
} as const;

const withMetadata = (metadata: string) => writeSafetensors([], { format: 'hornbook checkpoint', step: '1', metadata });

test('a checkpoint comes back with its step and its settings', async () => {
  const { step, metadata } = readCheckpoint(await writeCheckpoint({}, 7, described));
  expect(step).toBe(7);
  expect(metadata.settings.model).toBe('bigram');
});

test('other files, damaged ones and other models are refused in a sentence', async () => {
  const whole = await writeCheckpoint({}, 7, described);
  expect(() => readCheckpoint(whole.slice(0, 20))).toThrow(/bytes/);
  expect(() => readCheckpoint(writeSafetensors([], { format: 'pt' }))).toThrow('weights and no settings');
  expect(() => readCheckpoint(writeSafetensors([]))).toThrow('weights and no settings');
  expect(() => readCheckpoint(withMetadata('{oops'))).toThrow('the file is damaged');
  expect(() => readCheckpoint(withMetadata('null'))).toThrow('Expected version 2 of a checkpoint, got undefined');
  const lstm = JSON.stringify({ version: 2, settings: { model: 'lstm' } });
  expect(() => readCheckpoint(withMetadata(lstm))).toThrow('(bigram, mlp, gru, gpt), got lstm');
});
