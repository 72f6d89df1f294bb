// Batches of a stream: whole epochs, and every place of several of them.
import { manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import { shuffleBuffer } from './shuffle-buffer.ts';
import { type Stream, streamOf } from './stream.ts';
import { type StreamLoaderState, streamLoader } from './stream-loader.ts';

const numbers = (n: number) => streamOf(Array.from({ length: n }, (_, i) => i));
const examples = (n: number) => streamOf({ length: n, at: (i: number) => ({ input: Int32Array.of(i), target: i }) });
const asList = (items: readonly number[]) => [...items];

test('batches of examples, the last of them smaller or left out', async () => {
  const shapes: unknown[] = [];
  for await (const { inputs, targets } of streamLoader(examples(5), { batchSize: 2 })) {
    shapes.push([inputs.shape, [...targets.data]]);
  }
  expect(shapes).toEqual([
    [
      [2, 1],
      [0, 1],
    ],
    [
      [2, 1],
      [2, 3],
    ],
    [[1, 1], [4]],
  ]);
  let batches = 0;
  for await (const _ of streamLoader(examples(5), { batchSize: 2, dropLast: true })) batches++;
  expect(batches).toBe(2);
});

test.each([false, true])('every place of three epochs, dropLast %s', async (dropLast) => {
  /** So many batches from a place on, and the places on the way. */
  const run = async (steps: number, state?: StreamLoaderState) => {
    const generator = manualSeed(7);
    const stream: Stream<number> = shuffleBuffer(numbers(11), { size: 4, generator });
    const batches = streamLoader(stream, { batchSize: 3, dropLast, generator, collate: asList });
    if (state) batches.restore(state);
    const places = [JSON.stringify(batches.state())];
    const trace: unknown[] = [];
    while (true) {
      for await (const batch of batches) {
        trace.push([batch, generator.random()]);
        places.push(JSON.stringify(batches.state()));
        if (trace.length === steps) return { trace, places };
      }
    }
  };
  const steps = 3 * (dropLast ? 3 : 4);
  const whole = await run(steps);
  for (const [i, place] of whole.places.slice(0, steps).entries()) {
    const rest = await run(steps - i, JSON.parse(place));
    expect(rest.trace).toEqual(whole.trace.slice(i));
    expect(rest.places).toEqual(whole.places.slice(i));
  }
});

describe('bad input', () => {
  test('too few items for a batch', async () => {
    const batches = streamLoader(examples(1), { batchSize: 2, dropLast: true });
    await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow(
      'Expected enough items for a batch of 2, got too few: the stream is over',
    );
    expect(() => streamLoader(examples(1), { batchSize: 0 })).toThrow(RangeError);
  });

  test('states that are none', () => {
    const generator = manualSeed(1);
    expect(() => streamLoader(examples(1), { batchSize: 1 }).restore({} as StreamLoaderState)).toThrow(TypeError);
    expect(() => streamLoader(examples(1), { batchSize: 1, generator }).restore({ from: null })).toThrow(
      'Expected the state of a loader with a generator, got that of one without',
    );
  });
});
