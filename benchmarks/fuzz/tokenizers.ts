// The files of tokenizers. What is read must encode and decode a text, too.
import {
  bytePairModel,
  decoders,
  normalizers,
  pipeline,
  postProcessors,
  preTokenizers,
  readMinbpe,
  readTiktoken,
  readTokenizerJson,
  readVocabMerges,
  type Tokenizer,
  TokenizerFileError,
  tokenizerFromJSON,
  trainBytePair,
  words,
  writeMinbpe,
  writeTiktoken,
  writeTokenizerJson,
  writeVocabMerges,
} from '@hornbook/tokenizers';
import { encode } from './damage.ts';
import type { Kind } from './kind.ts';

const text = 'the theme of the thing';
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const { tokenizer: trained } = await trainBytePair([text], { vocabSize: 262, pattern: 'gpt2' });
const vocab = new Map(['t', 'h', 'e', 'm', 'o', 'f', 'i', 'n', 'g', 'Ġ', 'th', 'the'].map((token, id) => [token, id]));
const merges: [string, string][] = [
  ['t', 'h'],
  ['th', 'e'],
];
const parts = pipeline({
  normalizer: normalizers.sequence([normalizers.nfc(), normalizers.replace({ String: 'x' }, 'y')]),
  preTokenizer: preTokenizers.byteLevel({ addPrefixSpace: false }),
  model: bytePairModel({ vocab, merges }),
  postProcessor: postProcessors.byteLevel(),
  decoder: decoders.byteLevel(),
  addedTokens: [{ content: '<|endoftext|>', id: vocab.size, special: true }],
});
const pair = writeVocabMerges(
  pipeline({
    preTokenizer: preTokenizers.byteLevel({ addPrefixSpace: false }),
    model: bytePairModel({ vocab, merges }),
    decoder: decoders.byteLevel(),
  }),
);

/** Tokenizers refuse texts that they have no tokens for. */
function use(tokenizer: Tokenizer): void {
  try {
    tokenizer.decode(tokenizer.encode(`${text} é😀`));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

const refusals = [TokenizerFileError];

export const tokenizerKinds: Readonly<Record<string, Kind>> = {
  'tokenizer.json': {
    refusals,
    sound: encode(writeTokenizerJson(parts).replace(/\n */g, '')),
    read: (bytes) => use(readTokenizerJson(bytes)),
  },
  'vocab.json': {
    refusals,
    sound: encode(pair.vocab),
    read: (bytes) => use(readVocabMerges({ ...pair, vocab: decode(bytes) })),
  },
  'merges.txt': {
    refusals,
    sound: encode(pair.merges),
    read: (bytes) => use(readVocabMerges({ ...pair, merges: decode(bytes) })),
  },
  '.tiktoken': {
    refusals,
    sound: encode(writeTiktoken(trained)),
    read: (bytes) => use(readTiktoken(decode(bytes), { pattern: 'gpt2', specials: { '<|endoftext|>': 262 } })),
  },
  '.model of minbpe': {
    refusals,
    sound: encode(writeMinbpe(trained)),
    read: (bytes) => use(readMinbpe(decode(bytes))),
  },
  'the tokenizer of a run': {
    refusals: [TokenizerFileError, TypeError, RangeError],
    sound: encode(JSON.stringify(words(text, { specials: ['<unk>'], unknown: '<unk>' }).toJSON())),
    read: async (bytes) => use(await tokenizerFromJSON(json(bytes))),
  },
};

/** Undefined where it is none: whoever reads a run has looked at that. */
function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decode(bytes));
  } catch {
    return undefined;
  }
}
