// The map of tokens, in letters and as SVG.
import { expect, test } from 'vitest';
import { drawMap, mapSvg } from './token-map.ts';

test('corners are in the corners, the largest y at the top', () => {
  const points = [
    { label: 'a', x: 0, y: 1 },
    { label: 'b', x: 1, y: 0 },
    { label: 'mid', x: 0.5, y: 0.5 },
  ];
  expect(drawMap(points, 9, 3)).toBe(['a', '    mid', '        b'].join('\n'));
});

test('where labels meet, the later one moves aside or stays away', () => {
  const here = (label: string) => ({ label, x: 0, y: 0 });
  expect(drawMap([here('ab'), here('cd'), here('ef'), here('gh')], 5, 3)).toBe(['  cd', '  ab', '  ef'].join('\n'));
});

test('the picture holds every label as text', () => {
  const svg = mapSvg([
    { label: '<|end|>', x: 0, y: 0 },
    { label: '&\u0007\ud800', x: 1, y: 1 },
  ]);
  expect(svg).toContain('>&lt;|end|&gt;</text>');
  expect(svg).toContain('>&amp;��</text>');
  expect(svg.match(/<text x="[\d.]+" y="[\d.]+">/g)).toHaveLength(2);
});
