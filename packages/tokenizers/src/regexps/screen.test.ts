// Which regular expressions are refused because some text would keep them busy, and which are not.
import { describe, expect, test } from 'vitest';
import { splitPatterns } from '../split-patterns.ts';
import { refuseEndlessBacktracking } from './screen.ts';

const withV = (source: string) => new RegExp(source, 'v'); // as a literal it needs a newer target

describe('refused: a repetition whose turns can divide a text in many ways', () => {
  test.each([
    [/(a+)+$/u, 'a'],
    [/(a*)*b/u, 'a'],
    [/(a|a)*b/u, 'a'],
    [/(a|aa)+$/u, 'a'],
    [/(a|a?)+$/u, 'a'],
    [/(\w+\s?)*x/u, '\\w'],
    [/(x+x+)+y/u, 'x'],
    [/([a-zA-Z]+)*1/u, '[a-zA-Z]'],
    [/^(([a-z])+.)+[A-Z]([a-z])+$/u, '[a-z]'],
    [/(?:a?b?)*c/u, 'b'],
    [/(?:a|b|ab)*c/u, 'a'],
    [/((ab)*c?)*d/u, 'a'],
    [/(?:x(?:a*|b*))*y/u, 'x'], // two ways to have neither a nor b
    [/(?:a{0,200})*b/u, 'a'],
    [/(?:(a)|b|a)+$/u, 'a'],
    [/(.|\n|\s)*x/su, '.'],
    [/(A|a)*x/iu, 'A'],
    [/(\p{L}|\p{Lu})*1/u, '\\p{L}'],
    [/(?:\u{1F600}|😀)*x/u, '\\u{1F600}'],
    [/(?:\ud83d\ude00|😀)*x/u, '\\ud83d\\ude00'],
    [/(?:\x61|a)*x/u, '\\x61'],
    [/(?:\cJ|\n)*x/u, '\\cJ'],
    [/(?:[\]a]|\])*x/u, '[\\]a]'],
    [withV(String.raw`(?:[\p{L}--[a-z]]|é)*1`), '[\\p{L}--[a-z]]'],
    [/(?=(a+)+$)x/u, 'a'],
    [/(?<!(\d+)+x)y/u, '\\d'],
    [/(a)(?:\1|a)*b/u, 'a'],
    [/(?<w>\w+)+\k<w>$/u, '\\w'],
  ])('%s', (pattern, place) => {
    expect(() => refuseEndlessBacktracking(pattern)).toThrow(RangeError);
    expect(() => refuseEndlessBacktracking(pattern)).toThrow(
      `done soon with every text, got ${pattern}: the turns of a repetition can divide a text in many ways, around ${place}.`,
    );
  });
});

test.each([/a*a*a*b/u, /\s*\s*\s*\s*x/u, /(.*a){20}/u, /\w*[a-z]*x?[a-f]+!/u])(
  'refused: %s, where one repetition after the other can take the same text',
  (pattern) => {
    expect(() => refuseEndlessBacktracking(pattern)).toThrow('more than 2 repetitions after each other can share');
  },
);

test.each([
  new RegExp(`${'a?'.repeat(25)}${'a'.repeat(25)}`, 'u'),
  new RegExp(`${'(?:a|[ab])'.repeat(20)}!`, 'u'),
  /(?:\d|\w){30}!/u,
])('refused: %s, with too many ways to match though nothing repeats', (pattern) => {
  expect(() => refuseEndlessBacktracking(pattern)).toThrow('it can match a text in more than 10000 ways');
});

test.each([
  [new RegExp('a'.repeat(1100), 'u'), 'at most 1000 characters and classes'],
  [new RegExp(`${'(?:'.repeat(200)}a${')'.repeat(200)}`, 'u'), 'groups nested at most 100 deep'],
  [new RegExp(`(?:${'x|'.repeat(400)}y)*z`, 'u'), 'simple enough to be checked'],
  [new RegExp(Array.from({ length: 90 }, (_, i) => `[a-z${i + 100}]*`).join('x'), 'u'), 'simple enough'],
])('refused: what is too much to look at, %#', (pattern, message) => {
  expect(() => refuseEndlessBacktracking(pattern)).toThrow(message);
});

describe('taken', () => {
  test.each(Object.values(splitPatterns))('published: %s', (source) => {
    expect(() => refuseEndlessBacktracking(new RegExp(source, 'gu'))).not.toThrow();
  });

  test.each([
    /(?:)/u,
    /\b/u,
    /(?=b)|a+/u,
    /\s+|\w*/u,
    /a*/uy,
    /(a?)*?b/u, // an empty turn ends a repetition, so there is one way for each text
    /\p{L}+|[^\p{L}\s]+|\s+/u,
    /\w+(?:[-']\w+)*|\s+|[^\w\s]+/u,
    /\p{L}[\p{L}\p{M}'’]*[\p{L}\p{M}]|\p{L}/u,
    /(?:\p{L}\p{M}*)+|\p{N}+/u,
    /(?:[A-Z]\.)+|\w+/u,
    /(?:(?!the)\w)+|the/u,
    /(?:ab|cd)+\d/u,
    /(\w)\1+/u,
    /(?:(?:a{10}){10}){10,}b/u,
    /(?<quote>["'])(?:(?!\k<quote>).)*\k<quote>/u,
    /"(?:[^"\\]|\\.)*"|\w+|\s+/u,
    /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|\w+/u,
    /https?:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\w+/u,
    /\d{1,3}(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?|\w+/u,
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u,
    /\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))|\p{L}+/u,
    /[[a]+x/u,
    /a{1000000}/u,
    withV(String.raw`[\p{L}--[a-z]]+|[[a-z]&&[aeiou]]|\p{RGI_Emoji}`),
  ])('sensible: %s', (pattern) => {
    expect(() => refuseEndlessBacktracking(pattern)).not.toThrow();
  });
});
