// Added tokens: their ids, what they are found before, and what is refused.
import { expect, test } from 'vitest';
import { bytes, characters, encoding, tokenizerFromJSON, withAddedTokens, words } from './index.ts';

test('follow the ids of the tokenizer, and are found before it cuts', async () => {
  const tokenizer = withAddedTokens(await encoding('gpt2'), ['newer token', 'newer']);
  expect(tokenizer.vocabSize).toBe(50259);
  expect([...tokenizer.encode('a newer token, newers')]).toEqual([64, 220, 50257, 11, 220, 50258, 82]);
  expect(tokenizer.decode([64, 220, 50257, 50258])).toBe('a newer tokennewer');
  expect(['newer', ' a', 'nothing like it'].map(tokenizer.idOf)).toEqual([50258, 257, undefined]);
  expect([50257, 257].map(tokenizer.tokenOf)).toEqual(['newer token', ' a']);
});

test('have their places in the text, as what stands around them has', () => {
  const tokenizer = withAddedTokens(words('the sat'), ['cat']);
  const { ids, starts, ends } = tokenizer.encodeWithOffsets('the cat sat');
  expect([...ids].map(tokenizer.tokenOf)).toEqual(['the', 'cat', 'sat']);
  expect([...starts]).toEqual([0, 4, 8]);
  expect([...ends]).toEqual([3, 7, 11]);
});

test('may be special, beside those of the tokenizer', async () => {
  const tokenizer = withAddedTokens(await encoding('gpt2'), ['<|user|>'], { special: true });
  expect(tokenizer.specials).toEqual({ '<|endoftext|>': 50256, '<|user|>': 50257 });
  expect([...tokenizer.encode('<|user|>a<|endoftext|>', { allowedSpecial: 'all' })]).toEqual([50257, 64, 50256]);
  expect(() => tokenizer.encode('a<|user|>')).toThrow('got "<|user|>" at index 1');
  expect(() => tokenizer.encode('<|user|>a<|endoftext|>', { allowedSpecial: ['<|user|>'] })).toThrow(
    'got "<|endoftext|>" at index 9',
  );
  const ordinary = tokenizer.encode('<|user|>', { disallowedSpecial: [] });
  expect(ordinary.length).toBeGreaterThan(1);
  expect(tokenizer.decode(ordinary)).toBe('<|user|>');
});

test('can be added to again', async () => {
  const tokenizer = withAddedTokens(withAddedTokens(bytes(), ['<b>']), ['<eos>'], { special: true });
  const ids = tokenizer.encode('a<b><eos>', { allowedSpecial: 'all' });
  expect([...ids]).toEqual([97, 256, 257]);
  const copy = await tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
  expect(copy.encode('a<b><eos>', { allowedSpecial: 'all' })).toEqual(ids);
  expect(copy.toJSON()).toEqual(tokenizer.toJSON());
});

test('keep broken bytes apart', () => {
  const tokenizer = withAddedTokens(bytes(), ['<b>']);
  expect(tokenizer.decode([0xe6, 256, 0x9d, 0xb1])).toBe('\ufffd<b>\ufffd\ufffd');
});

test('say where the text began that could not be encoded', () => {
  const tokenizer = withAddedTokens(characters('abc'), ['<b>']);
  expect(() => tokenizer.encode('a!<b>')).toThrow(/"!" \(U\+0021\) at index 1; .* has it$/);
  expect(() => tokenizer.encode('a<b>c!')).toThrow(/at index 1; .* \(counted from index 4, after an added token\)$/);
});

test('are refused if they are none, or not new', () => {
  expect(() => withAddedTokens(bytes(), [])).toThrow('Expected at least one token, got none');
  expect(() => withAddedTokens(bytes(), ['ab', ''])).toThrow('got an empty one at id 1');
  expect(() => withAddedTokens(bytes(), ['ab', 'ab'])).toThrow('Expected each token once, got "ab"');
  expect(() => withAddedTokens(bytes(), ['a'])).toThrow('Expected new tokens, got "a", which has id 97');
});

test('are refused in files that are made up', async () => {
  const json = { kind: 'added tokens', tokenizer: { kind: 'bytes' }, tokens: ['<b>'], special: false };
  await expect(tokenizerFromJSON({ ...json, special: 1 })).rejects.toThrow('Expected "special" of the tokenizer');
  await expect(tokenizerFromJSON({ ...json, tokens: [1] })).rejects.toThrow('Expected "tokens[0]" of the tokenizer');
  await expect(tokenizerFromJSON({ ...json, tokenizer: 3 })).rejects.toThrow('Expected a tokenizer as a JSON object');
  let deep: unknown = { kind: 'bytes' };
  for (let i = 0; i < 200; i++) deep = { ...json, tokenizer: deep, tokens: [`<${i}>`] };
  await expect(tokenizerFromJSON(deep)).rejects.toThrow('Expected at most 100 lots of added tokens');
});
