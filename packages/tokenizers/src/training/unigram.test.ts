import { describe, expect, test } from 'vitest';
import { metaspace as metaspaceDecoder } from '../pipeline/decoders.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { metaspace } from '../pipeline/pre-tokenizers.ts';
import { splitMetaspace, trainUnigram } from './unigram.ts';

const text = 'the cat sat on the mat. the cat ate the rat. that cat sat on that mat and the rat sat on the hat.';

describe('learns', () => {
  test('all characters, and strings that stand there repeatedly', async () => {
    const { vocab, model } = await trainUnigram(text, { vocabSize: 24 });
    expect(vocab[0]).toEqual(['<unk>', 0]);
    const tokens = vocab.map(([token]) => token);
    for (const character of text.replaceAll(' ', '▁')) expect(tokens).toContain(character);
    expect(tokens).toEqual(expect.arrayContaining(['▁th', 'at']));
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(model.encode('▁that').ids.map(model.tokenOf)).toEqual(['▁th', 'at']);
    expect(model.encode('▁zz').ids.map(model.tokenOf)).toEqual(['▁', '<unk>']);
    expect([model.kind, model.vocabSize, vocab.length]).toEqual(['unigram', 20, 20]);
  });

  test('scores that fall from id to id and are probabilities, as far as digamma leaves it', async () => {
    const { vocab } = await trainUnigram(text.repeat(50), { vocabSize: 1000 });
    const scores = vocab.slice(1).map(([, score]) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    expect(total).toBeGreaterThan(0.98);
    expect(total).toBeLessThan(1.02);
  });

  test('the same from a string, an iterable and an async iterable, and each time', async () => {
    const options = { vocabSize: 40 };
    const lines = text.split(/(?<=\.)/).map((line) => line.trim());
    async function* stream() {
      yield* lines;
    }
    const expected = (await trainUnigram(text, options)).vocab;
    expect((await trainUnigram(lines, options)).vocab).toEqual(expected);
    expect((await trainUnigram(stream(), options)).vocab).toEqual(expected);
  });

  test('tokens no longer than said, and none that is a special', async () => {
    const specials = ['<s>', 'cat', '<unk>', 'a'];
    const { vocab, model } = await trainUnigram(text, { vocabSize: 60, specials, maxPieceLength: 3 });
    const tokens = vocab.map(([token]) => token);
    expect(tokens.slice(0, 4)).toEqual(specials);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(Math.max(...tokens.slice(4).map((token) => token.length))).toBe(3);
    expect(model.toJSON()).toMatchObject({ unk_id: 2 });
  });

  test('from pieces that a function of one’s own cuts', async () => {
    const { vocab } = await trainUnigram('abab-abab-abc', { vocabSize: 8, split: (text) => text.split('-') });
    expect(vocab.map(([token]) => token)).not.toContain('-');
    expect(vocab.map(([token]) => token)).toContain('ab');
  });

  test('down to the characters alone', async () => {
    const characters = new Set(text.replaceAll(' ', '▁'));
    const { vocab } = await trainUnigram(text, {
      vocabSize: characters.size + 1,
      shrinkingFactor: 0.5,
      subIterations: 1,
    });
    expect(new Set(vocab.slice(1).map(([token]) => token))).toEqual(characters);
  });
});

test('tells how far it is: the likelihood rises from one estimate to the next', async () => {
  const seen: { candidates: number; vocabSize: number; logLikelihood: number }[] = [];
  await trainUnigram(text, { vocabSize: 1000, subIterations: 2, onProgress: (progress) => seen.push(progress) });
  expect(seen.length).toBe(2);
  expect(seen[1].logLikelihood).toBeGreaterThan(seen[0].logLikelihood);
  expect(seen[1].candidates).toBeLessThanOrEqual(seen[0].candidates);
  expect(seen[0].vocabSize).toBe(1000);
});

test('stops when told to', async () => {
  const words = Array.from({ length: 20_000 }, (_, i) => `w${((i * 2_654_435_761) % 2 ** 32).toString(36)}`).join(' ');
  const signal = AbortSignal.timeout(50);
  await expect(trainUnigram(words, { vocabSize: 100, signal })).rejects.toThrow(/timeout|timed out/);
});

test('makes a tokenizer, whose pieces are those that it learned from', async () => {
  const { model } = await trainUnigram(text, { vocabSize: 40 });
  const tokenizer = pipeline({ preTokenizer: metaspace(), model, decoder: metaspaceDecoder() });
  const { ids, starts, ends } = tokenizer.encodeWithOffsets('that  rat\nsat');
  const expected = splitMetaspace('that  rat\nsat').flatMap((piece) => model.encode(piece).ids);
  expect([...ids]).toEqual(expected);
  expect([starts[0], ends.at(-1)]).toEqual([0, 13]);
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

test('marks words as Metaspace does', () => {
  expect(splitMetaspace('to be\n')).toEqual(['▁to', '▁be\n']);
  expect(splitMetaspace('  to  be ')).toEqual(['▁', '▁to', '▁', '▁be', '▁']);
  expect(splitMetaspace('')).toEqual([]);
});

test('refuses what it cannot learn from', async () => {
  await expect(trainUnigram('', { vocabSize: 10 })).rejects.toThrow('Expected at least one piece, got none');
  await expect(trainUnigram('abc', { vocabSize: 4 })).rejects.toThrow(
    'Expected a vocabSize of at least 5 (1 specials, 4 characters), got 4',
  );
  await expect(trainUnigram('a', { vocabSize: NaN })).rejects.toThrow('got NaN');
  await expect(trainUnigram('a', { vocabSize: 9, specials: [] })).rejects.toThrow(
    'one of the 0 specials (), got <unk>',
  );
  await expect(trainUnigram('a', { vocabSize: 9, specials: ['<unk>', '<unk>'] })).rejects.toThrow(
    'got "<unk>" at 0 and 1',
  );
  await expect(trainUnigram('a', { vocabSize: 9, maxPieceLength: 0 })).rejects.toThrow(
    'maxPieceLength from 1 to 1000, got 0',
  );
  await expect(trainUnigram('a', { vocabSize: 9, subIterations: 1.5 })).rejects.toThrow(
    'subIterations from 1 to 1000, got 1.5',
  );
  await expect(trainUnigram('a', { vocabSize: 9, shrinkingFactor: 1 })).rejects.toThrow('between 0 and 1, got 1');
});
