// Normalizers by hand: what they write, and where it came from.
import { assert, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { originalText, originOf } from './normalized-text.ts';
import * as normalizers from './normalizers.ts';

const apply = (normalizer: ReturnType<typeof normalizers.nfc>, text: string) => {
  const tracked = normalizer.normalize(originalText(text, true));
  expect(normalizer.normalize(originalText(text, false)).text).toBe(tracked.text);
  return tracked;
};

test.each([
  [normalizers.nfc(), 'e\u0301ﬁ', 'éﬁ'],
  [normalizers.nfd(), 'é가', 'e\u0301\u1100\u1161'],
  [normalizers.nfkc(), 'ﬁ\uff76\uff9e', 'fi\u30ac'], // half-width ka and its mark become one ga
  [normalizers.nfkd(), 'Ａé', 'Ae\u0301'],
  [normalizers.lowercase(), 'ΣΑΣ İ', 'σασ i\u0307'],
  [normalizers.stripAccents(), 'e\u0301é', 'eé'],
  [normalizers.sequence([normalizers.nfd(), normalizers.stripAccents()]), 'é', 'e'],
  [normalizers.bertNormalizer(), 'É\ta\u0000b東京\u00a0c', 'e ab 東  京  c'],
  [normalizers.bertNormalizer({ lowercase: false }), 'É', 'É'],
  [normalizers.bertNormalizer({ lowercase: false, stripAccents: true }), 'É', 'E'],
  [normalizers.bertNormalizer({ cleanText: false, handleChineseChars: false }), 'A\t東', 'a\t東'],
  [normalizers.replace({ String: '.' }, '$&'), 'a.b', 'a$&b'],
  [normalizers.replace({ Regex: ' {2,}' }, ' '), 'a   b c', 'a b c'],
  [normalizers.prepend('▁'), 'a', '▁a'],
  [normalizers.prepend('▁'), '', ''],
  [normalizers.strip(), ' \u0085a b\n', 'a b'],
  [normalizers.strip({ left: false }), ' a ', ' a'],
  [normalizers.strip({ right: false }), ' a ', 'a '],
  [normalizers.strip(), '  ', ''],
])('%#: %o', (normalizer, text, expected) => {
  expect(apply(normalizer, text).text).toBe(expected);
});

test('composed characters come from all that they were composed of', () => {
  const composed = apply(normalizers.nfc(), 'ae\u0301b');
  expect(originOf(composed, 1, 2)).toEqual([1, 3]);
  expect(originOf(composed, 2, 3)).toEqual([3, 4]);
  const reordered = apply(normalizers.nfd(), 'xa\u0307\u0323y'); // the dot below goes first
  expect(reordered.text).toBe('xa\u0323\u0307y');
  expect(originOf(reordered, 2, 3)).toEqual([1, 4]);
});

test('decomposed characters come from the one that they were', () => {
  const decomposed = apply(normalizers.nfkd(), 'aﬁb');
  expect([1, 2, 3].map((i) => originOf(decomposed, i, i + 1))).toEqual([
    [1, 2],
    [1, 2],
    [2, 3],
  ]);
});

test("normal forms are JavaScript's, for any text", () => {
  const forms = { NFC: normalizers.nfc(), NFD: normalizers.nfd(), NFKC: normalizers.nfkc(), NFKD: normalizers.nfkd() };
  const unit = constantFrom(
    ...'ae\u0301\u0323\u0307ﬁ가\u1100\u1161\u11a8\uff76\uff9eㄱㅏ\u09c7\u09be\u{16d67}\u{16d63}😀',
  );
  assert(
    property(string({ unit }), constantFrom(...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const)), (text, form) => {
      expect(forms[form].normalize(originalText(text, true)).text).toBe(text.normalize(form));
    }),
  );
});

test('every character that can join the one before it does', () => {
  const nfkc = normalizers.nfkc();
  for (let code = 0; code < 0x30000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    if (`a${character}`.normalize('NFKC') === `a${character}` && !/\p{M}/u.test(character)) continue; // most of them
    const text = `a\u1100\u11a8${character}\u0301`;
    if (nfkc.normalize(originalText(text, true)).text !== text.normalize('NFKC')) expect.fail(code.toString(16));
  }
});
