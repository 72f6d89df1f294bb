// Reading on: the cache slides, and positions and biases know where the new tokens stand.
import { useBackend } from '@hornbook/backends';
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  memory,
  slice,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { alibiBias } from './alibi.ts';
import { type KeyValueCache, readOn } from './key-value-cache.ts';
import { addPositions } from './positions.ts';
import { relativeAttentionBias } from './relative-bias.ts';
import { rotaryPositions } from './rotary.ts';
import { sinusoidalTable } from './sinusoidal.ts';

/** [1 row, 2 heads, values.length / 4 places, 2 numbers]: the first head's places, then the second's. */
const heads = (...values: number[]): Tensor4D => tensor4d(values, [1, 2, values.length / 4, 2]);

describeEngines('a cache slides on', () => {
  test('the newest last, zeros before the first', async () => {
    const seen = tidy(() => {
      const options = { contextLength: 3, endless: true } as const;
      const first = readOn(undefined, { ...options, shape: [1, 2] });
      expect([first.offset(), first.keys]).toEqual([0, 3]);
      first.remember(0)(heads(1, 2, 3, 4, 10, 20, 30, 40), heads(5, 6, 7, 8, 50, 60, 70, 80));
      const cache = first.cache();
      expect(cache.length).toBe(2);
      const second = readOn(cache, { ...options, shape: [1, 1] });
      expect([second.offset(), second.mask]).toEqual([2, undefined]);
      const { keys, values } = second.remember(0)(heads(-1, -2, -3, -4), heads(-5, -6, -7, -8));
      const third = readOn(second.cache(), { ...options, shape: [1, 1] });
      const last = third.remember(0)(heads(9, 9, 9, 9), heads(8, 8, 8, 8));
      return [first.mask as Tensor, cache.blocks[0].keys, keys, values, last.keys];
    });
    const [mask, before, keys, values, last] = await Promise.all(seen.map((tensor) => tensor.data()));
    expect([...mask]).toEqual([-Infinity, 0, 0]);
    expect([...before]).toEqual([0, 0, 1, 2, 3, 4, 0, 0, 10, 20, 30, 40]);
    expect([...keys]).toEqual([1, 2, 3, 4, -1, -2, 10, 20, 30, 40, -3, -4]);
    expect([...values]).toEqual([5, 6, 7, 8, -5, -6, 50, 60, 70, 80, -7, -8]);
    expect([...last]).toEqual([3, 4, -1, -2, 9, 9, 30, 40, -3, -4, 9, 9]);
    dispose(seen);
  });
});

describeEngines('a cache of variables', () => {
  test('is changed in place, and counts', async () => {
    const options = { contextLength: 3, endless: true } as const;
    const kept = tidy(() => {
      const first = readOn(undefined, { ...options, shape: [1, 1] });
      first.remember(0)(heads(1, 2, 10, 20), heads(5, 6, 50, 60));
      const { keys, values } = first.cache().blocks[0];
      return { length: 1, blocks: [{ keys: variable(keys), values: variable(values) }] };
    });
    const before = memory().numTensors;
    tidy(() => {
      const second = readOn(kept, { ...options, shape: [1, 1] });
      expect(second.remember(0)(heads(3, 4, 30, 40), heads(7, 8, 70, 80)).keys).toBe(kept.blocks[0].keys);
      expect(second.cache()).toBe(kept);
    });
    expect([kept.length, memory().numTensors]).toEqual([2, before]);
    expect([...(await kept.blocks[0].keys.data())]).toEqual([0, 0, 1, 2, 3, 4, 0, 0, 10, 20, 30, 40]);
    expect([...(await kept.blocks[0].values.data())]).toEqual([0, 0, 5, 6, 7, 8, 0, 0, 50, 60, 70, 80]);
    dispose([kept.blocks[0].keys, kept.blocks[0].values]);
  });
});

describeEngines('positions of what is read on, on', () => {
  test.each<[string, () => [part: Tensor, whole: Tensor]]>([
    [
      'learned',
      () => [addPositions(table(), zeros([1, 2, 4]), 3), slice(addPositions(table(), zeros([1, 5, 4])), [0, 3, 0])],
    ],
    ['sinusoidal', () => [sinusoidalTable(2, 6, { offset: 3 }), slice(sinusoidalTable(5, 6), [3, 0])]],
    ['rotary', () => [turn(slice(x(), [0, 0, 3, 0]), 3), slice(turn(x()), [0, 0, 3, 0])]],
    ['rotary, asked anew', () => [turn(slice(x(), [0, 0, 3, 0]), () => 3), slice(turn(x()), [0, 0, 3, 0])]],
    [
      'sinusoidal, asked anew',
      () => [sinusoidalTable(2, 6, { offset: () => 3 }), slice(sinusoidalTable(5, 6), [3, 0])],
    ],
    [
      'learned, asked anew',
      () => [
        addPositions(table(), zeros([1, 2, 4]), () => 3),
        slice(addPositions(table(), zeros([1, 5, 4])), [0, 3, 0]),
      ],
    ],
    ['ALiBi', () => [alibiBias(3, 2, 5), slice(alibiBias(3, 5), [0, 3, 0])]],
    ['relative', () => [relative(2, { keys: 5 }), slice(relative(5), [0, 3, 0])]],
  ])('%s: the last rows of the whole', async (_, both) => {
    const [part, whole] = tidy(both);
    expect(part.shape).toEqual(whole.shape);
    toBeAllclose(await part.data(), await whole.data(), { absolute: 1e-6 });
    part.dispose();
    whole.dispose();
  });

  const table = () => ({ table: tensor2d(manualSeed(1).normal(24), [6, 4]) });
  const x = () => tensor4d(manualSeed(2).normal(40), [1, 2, 5, 4]);
  const turn = rotaryPositions({ layout: 'half' });
  const relative = (time: number, options = {}) => relativeAttentionBias(table(), time, { maxDistance: 4, ...options });
});

describe('what does not fit', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  /** A cache of so many rows that has read so many tokens, or none. */
  const cache = (rows: number, length: number): KeyValueCache | undefined => {
    const keys: Tensor4D = zeros([rows, 1, 4, 2]);
    return length > 0 ? { length, blocks: [{ keys, values: keys }] } : undefined;
  };

  test.each([
    [1, 4, [1, 1], false, 'Expected at most 4 tokens, got 5 with those before: begin anew with the last of them'],
    [1, 3, [1, 2], true, 'Expected at most 4 tokens, got 5'],
    [1, 0, [1, 5], true, 'Expected at most 4 tokens, got 5'],
    [2, 1, [3, 1], true, 'Expected 2 rows of ids, as the cache has, got 3'],
  ] as const)('%d rows after %d tokens: %j, endless %j', (rows, length, shape, endless, message) => {
    tidy(() => {
      const read = () => readOn(cache(rows, length), { shape, contextLength: 4, endless });
      expect(read).toThrow(RangeError);
      expect(read).toThrow(message);
    });
  });

  test('a table of positions that ends before', () => {
    tidy(() => {
      for (const offset of [3, () => 3]) {
        const add = () => addPositions({ table: zeros([4, 2]) }, zeros([1, 2, 2]), offset);
        expect(add).toThrow('Expected at most 4 places, got 5');
      }
    });
  });
});
