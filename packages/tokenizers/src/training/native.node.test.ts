// The same training by Hugging Face's native library, where a corpus is present: WordPiece and Unigram.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bertPreTokenizer, metaspacePreTokenizer, Tokenizer, Unigram, WordPiece } from 'tokenizers';
import { afterAll, describe, expect, test } from 'vitest';
import { unigramModel } from '../models/unigram.ts';
import { countPieces } from './count-pieces.ts';
import { splitMetaspace } from './unigram.ts';
import { learnUnigramTokens } from './unigram-tokens.ts';
import { spell, splitWordsAsBert, trainWordPiece } from './word-piece.ts';
import { learnWordPieces } from './word-piece-merges.ts';

const file = join(
  process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../../../shared/data'),
  'tinyshakespeare.txt',
);
const present = existsSync(file);
if (!present) console.warn(`SKIPPED: training beside native tokenizers. Missing ${file}; set HORNBOOK_DATA.`);
const text = present ? readFileSync(file, 'utf8') : '';

const folder = mkdtempSync(join(tmpdir(), 'hornbook-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The native model that the native trainer learns with its defaults; it reads line by line. */
function nativeModel(tokenizer: Tokenizer, corpus: string) {
  const [input, output] = [join(folder, 'corpus.txt'), join(folder, 'tokenizer.json')];
  writeFileSync(input, corpus);
  tokenizer.train([input]);
  tokenizer.save(output);
  return JSON.parse(readFileSync(output, 'utf8')).model;
}

const linesOf = (corpus: string) => corpus.split(/(?<=\n)/);

describe.skipIf(!present)('beside native tokenizers', () => {
  test('WordPiece: all 19,000 tokens and their ids, given its order of the prefixed characters', async () => {
    const native = new Tokenizer(WordPiece.empty());
    native.setPreTokenizer(bertPreTokenizer());
    const vocab: Record<string, number> = nativeModel(native, text).vocab;
    const expected = Object.keys(vocab).sort((a, b) => vocab[a] - vocab[b]);
    const learned = expected.findIndex((token) => token.replace('##', '').length > 1);
    const tokens = expected.slice(0, learned); // its order of prefixed characters is another in each run

    const { pieces, counts } = await countPieces(text, splitWordsAsBert);
    const options = { vocabSize: 30_000, minFrequency: 0, prefix: '##' };
    await learnWordPieces({ symbols: spell(pieces, tokens, '##'), counts }, tokens, options);
    expect(tokens.length).toBeGreaterThan(19_000);
    expect(tokens).toEqual(expected);

    const { model, vocab: ours } = await trainWordPiece(text, { vocabSize: 30_000, specials: ['[UNK]'] });
    const shared = expected.filter((token) => ours.has(token));
    expect(shared.length).toBeGreaterThan(0.995 * expected.length);
    await sameIds(model, pieces.slice(0, 3000));
  });

  test('Unigram, pruned: the same 8,000 tokens with the same scores', async () => {
    const corpus = text.slice(0, 500_000);
    const native = nativeUnigram(corpus);
    const learned = await learnUnigram(linesOf(corpus));
    const scores = new Map(learned);
    expect([native.length, scores.size]).toEqual([8000, 8000]);
    // Characters that training drops get scores again in steps of 0.0001, natively in an order that changes.
    const different = native.filter(
      ([token, score]) => !(Math.abs((scores.get(token) ?? 0) - score) < (token.length > 1 ? 1e-9 : 0.01)),
    );
    expect(different).toEqual([]);

    const model = unigramModel({ vocab: [['<unk>', 0], ...learned], unkId: 0 });
    await sameIds(model, [...new Set(splitMetaspace(text.slice(-50_000)))]);
  });
});

function nativeUnigram(corpus: string): [string, number][] {
  const native = new Tokenizer(Unigram.empty());
  native.setPreTokenizer(metaspacePreTokenizer());
  return nativeModel(native, corpus).vocab;
}

async function learnUnigram(texts: string[]) {
  const counted = await countPieces(texts, splitMetaspace);
  const sizes = { vocabSize: 8000, specials: [], maxPieceLength: 16, seedSize: 1_000_000 };
  return learnUnigramTokens(counted, { ...sizes, shrinkingFactor: 0.75, subIterations: 2 });
}

/** Whether the native library makes the same ids of each piece with the model that is written here. */
async function sameIds(model: ReturnType<typeof unigramModel>, pieces: string[]) {
  const json = { version: '1.0', added_tokens: [], model: model.toJSON() };
  const native = Tokenizer.fromString(JSON.stringify(json));
  const strange = ['x😀y', '日本', '<unk>', '\u{1F600}\u{1F601}', 'a'.repeat(101), '##s', 'é\u0301', '▁▁'];
  const all = [...pieces, ...strange];
  const encodings = await native.encodeBatch(all);
  for (const [i, piece] of all.entries())
    expect([piece, ...model.encode(piece).ids]).toEqual([piece, ...encodings[i].getIds()]);
}
