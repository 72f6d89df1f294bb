// What the command line reads: a hub's list of files, the description of an exported run, examples to learn from.
import { alpaca, chatml } from '@hornbook/datasets';
import { DownloadError } from '@hornbook/datasets/files';
import { FormatError } from '@hornbook/formats';
import { resolveSettings } from '../../apps/cli/src/config/resolve.ts';
import { needed, readFileList } from '../../apps/cli/src/exchange/hub.ts';
import { parseDescription } from '../../apps/cli/src/exchange/run-description.ts';
import { type Asked, readAnswers, readLabelled, readPreferences } from '../../apps/cli/src/finetune/records.ts';
import { UserError } from '../../apps/cli/src/user-error.ts';
import { encode } from './damage.ts';
import type { Kind } from './kind.ts';

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const file = (rfilename: string, lfs?: object) => ({ rfilename, size: 10, blobId: 'b'.repeat(40), lfs });
const list = {
  sha: 'c'.repeat(40),
  siblings: [file('config.json'), file('vocab.json'), file('model.safetensors', { sha256: 'd'.repeat(64) })],
};

/** What is fetched lands in one folder, under the names that are looked for. */
function expectPlain(names: readonly string[]): void {
  const odd = names.find((name) => !/^[\w.-]+$/.test(name) || name.startsWith('.'));
  if (odd !== undefined) throw new Error(`Expected names without folders, got ${odd}`);
}

const records = (
  sound: readonly object[],
  read: (text: string, name: string) => readonly (object & { readonly line: number; readonly asked?: Asked })[],
): Kind => ({
  sound: encode(sound.map((one) => `${JSON.stringify(one)}\n`).join('')),
  refusals: [UserError],
  read(bytes) {
    for (const { asked } of read(decode(bytes), 'examples.jsonl')) {
      if (asked?.form === 'messages') for (const template of [chatml, alpaca]) put(template, asked.messages);
    }
  },
});

/** Templates refuse chats in which turns are not taken. */
function put(template: typeof chatml, messages: Parameters<typeof chatml.prompt>[0]): void {
  try {
    template.prompt(messages);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

const chat = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Two and two?' },
  { role: 'assistant', content: 'Four.' },
];

export const commandKinds: Readonly<Record<string, Kind>> = {
  'the list of a hub': {
    refusals: [DownloadError, FormatError, UserError],
    sound: encode(JSON.stringify(list)),
    read(bytes) {
      const { files } = readFileList(decode(bytes), 'http://localhost');
      expectPlain(needed(files, 'a/b').map(({ name }) => name));
    },
  },
  'hornbook.json': {
    refusals: [FormatError, UserError],
    sound: encode(
      JSON.stringify({
        ...{ format: 'hornbook run', version: 1, step: 3, tokenizer: { kind: 'bytes' } },
        source: { location: 'book.txt', kind: 'prose', sha256: 'e'.repeat(64) },
        settings: resolveSettings([{ settings: { model: 'gpt', steps: 3 } }]),
      }),
    ),
    read: (bytes) => parseDescription(bytes, 'hornbook.json'),
  },
  'answers.jsonl': records(
    [
      { messages: chat },
      { instruction: 'Add.', input: '2 2', output: '4' },
      { prompt: 'a', response: 'b' },
      { text: 'c' },
    ],
    readAnswers,
  ),
  'preferences.jsonl': records([{ messages: chat.slice(0, 2), chosen: '4', rejected: '5' }], readPreferences),
  'labels.jsonl': records([{ text: 'good', label: true }], readLabelled),
};
