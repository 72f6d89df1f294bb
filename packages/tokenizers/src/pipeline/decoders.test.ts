// Decoders by hand: tokens in, text out.
import { expect, test } from 'vitest';
import type { Decoder } from './components.ts';
import * as decoders from './decoders.ts';

test.each<[Decoder, string[], string]>([
  [decoders.byteLevel(), ['ĠÃ', '©', 'Ċ'], ' é\n'],
  [decoders.byteLevel(), ['Ã', 'a'], '\ufffda'],
  [decoders.byteLevel(), ['not glyphs', '東'], 'not glyphs東'],
  [decoders.byteLevel(), ['ï»¿a'], '\ufeffa'],
  [decoders.wordPiece(), ['play', '##ing', '.', 'do', "n't"], "playing. don't"],
  [decoders.wordPiece({ cleanup: false, prefix: '@@' }), ['play', '@@ing', '.'], 'playing .'],
  [decoders.metaspace(), ['▁my', '▁tea'], 'my tea'],
  [decoders.metaspace({ prependScheme: 'never' }), ['▁my', '▁tea'], ' my tea'],
  [decoders.metaspace({ replacement: '_' }), ['my', '_tea▁'], 'my tea▁'],
  [decoders.bytePair(), ['te', 'a</w>', 'cup</w>'], 'tea cup'],
  [decoders.bytePair({ suffix: '' }), ['te', 'a'], 'tea'],
  [
    decoders.byteFallback(),
    ['a', '<0xE2>', '<0x82>', '<0xAC>', '<0xE2>', 'b', '<0x0a>'],
    'a\ufffd\ufffd\ufffd\ufffdb\n',
  ],
  [decoders.byteFallback(), ['<0xE2>', '<0x82>', '<0xAC>', '<0x0G>'], '€<0x0G>'],
  [decoders.sequence([decoders.fuse(), decoders.strip(' ', 1, 0)]), ['  a', ' b'], ' a b'],
  [decoders.strip('😀', 2, 1), ['😀😀😀a😀😀', '😀'], '😀a😀'],
  [decoders.strip('x', 1, 2), ['x', 'xx', 'xxx'], ''],
  [decoders.replace({ String: '▁' }, '$&'), ['▁a', 'b▁'], '$&ab$&'],
  [decoders.replace({ Regex: '\\d+' }, '#'), ['a12', '3'], 'a##'],
  [decoders.sequence([]), ['a', 'b'], 'ab'],
])('%#: %o', (decoder, tokens, expected) => {
  expect(decoder.decode(tokens).join('')).toBe(expected);
});

test('refuses to strip anything but one character', () => {
  expect(() => decoders.strip('ab', 1, 1)).toThrow('Expected one character to strip, got "ab"');
  expect(() => decoders.strip('', 1, 1)).toThrow('Expected one character to strip, got ""');
});
