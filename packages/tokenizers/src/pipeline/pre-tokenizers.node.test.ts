// Splits against Hugging Face's own library, whose regular expressions are Oniguruma's: the same cuts in any text.
import { Tokenizer as Native } from 'tokenizers';
import { expect, test } from 'vitest';
import { readTokenizerJson } from '../files/tokenizer-json.ts';
import { splitBehaviors } from './pre-tokenizers.ts';

const model = { type: 'WordLevel', vocab: { '?': 0 }, unk_token: '?' };

/** Where the pieces are: each is one unknown word. */
function cutsOf(pre_tokenizer: object) {
  const nothing = { truncation: null, padding: null, added_tokens: [], normalizer: null, post_processor: null };
  const file = JSON.stringify({ version: '1.0', ...nothing, decoder: null, pre_tokenizer, model });
  const ours = readTokenizerJson(file);
  const native = Native.fromString(file);
  return async (text: string) => {
    const { starts, ends } = ours.encodeWithOffsets(text);
    const expected = (await native.encode(text)).getOffsets();
    expect(Array.from(starts, (start, i) => [start, ends[i]])).toEqual(expected); // every character is one unit here
  };
}

const texts = [
  "It's 12,345.67 o'clock; I'LL  go\t\tnow\r\n\r\n  and WE'Ve \u0085\u00a0 done ſ'ſ 'ſ",
  'aaab aab ab b aXbxc--d..e  \n a1b22c333',
  '東京 tower は東京タワー élan NAÏVE_x ½ ² ٣ __init__',
  '',
];

test.each([
  "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  '(?i:[a-c]+)|(?i:é)',
  '\\w+|\\d',
  'a++b|a*?b',
  '(?>a+|b)x?',
  '(?<=a)b|(?<!a)c|a(?=\\d)',
  '^.|.$',
  '(?i:[j-l]+|[R-T])',
  '[一-龥]+|[\\p{Han}ー]',
  '\\x41|\\u0042|\\x{e9}',
  '[\\-.\\]]|[^\\x00-\\x7f]{1,2}',
])('%s', async (Regex) => {
  for (const behavior of splitBehaviors) {
    for (const invert of [false, true]) {
      const same = cutsOf({ type: 'Split', pattern: { Regex }, behavior, invert });
      for (const text of texts) await same(text);
    }
  }
});

test.each(splitBehaviors)('punctuation, %s', async (behavior) => {
  const same = cutsOf({ type: 'Punctuation', behavior });
  for (const text of texts) await same(text);
});

test('what is added in between is cut where the library cuts it', async () => {
  const same = cutsOf({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { String: '--' }, behavior: 'MergedWithNext', invert: false },
      { type: 'Metaspace', replacement: '_', prepend_scheme: 'first', split: true },
      { type: 'Digits', individual_digits: false },
    ],
  });
  for (const text of texts) await same(text);
});
