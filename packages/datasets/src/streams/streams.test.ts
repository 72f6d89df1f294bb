// Every kind of stream goes on from every place as if it had not stopped, and lets go of what it reads.
import { manualSeed } from '@hornbook/random';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinDocuments } from '../documents-of-ids.ts';
import { blobSource } from '../sources/source.ts';
import { concat, filter, map, take } from '../transforms.ts';
import { windows } from '../windows.ts';
import { documentStream } from './document-stream.ts';
import { interleave } from './interleave.ts';
import { prefetch } from './prefetch.ts';
import { shuffleBuffer } from './shuffle-buffer.ts';
import { type Stream, streamFrom, streamOf } from './stream.ts';
import { streamWindows } from './stream-windows.ts';

const count = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const numbers = (n: number, from = 0) => streamOf(count(n, from));
const ids = (...lengths: number[]) => lengths.map((length, k) => Int32Array.from(count(length, 10 * k + 1)));

/** Each kind of stream, made anew with a generator as at first. */
const kinds: Record<string, () => Stream<unknown>> = {
  streamOf: () => numbers(7),
  streamFrom: () => streamFrom(() => count(7)),
  map: () => map(numbers(7), async (n) => -n),
  filter: () => filter(numbers(12), (n) => n % 3 > 0),
  concat: () => concat(numbers(3), numbers(0), numbers(4, 100)),
  take: () => take(numbers(9), 5),
  shuffleBuffer: () => shuffleBuffer(numbers(25), { size: 6, generator: manualSeed(1) }),
  'shuffleBuffer, larger than the stream': () => shuffleBuffer(numbers(5), { size: 6, generator: manualSeed(1) }),
  'shuffleBuffer twice': () => {
    const generator = manualSeed(1);
    return shuffleBuffer(shuffleBuffer(numbers(15), { size: 3, generator }), { size: 4, generator });
  },
  interleave: () =>
    interleave([numbers(4), numbers(9, 100), numbers(0)], { weights: [1, 3, 2], generator: manualSeed(2) }),
  'interleave until the first ends': () =>
    interleave([numbers(8), numbers(8, 100)], { generator: manualSeed(2), until: 'first' }),
  prefetch: () => prefetch(numbers(11), 3),
  streamWindows: () => streamWindows(streamOf(ids(3, 0, 9, 1, 1, 6)), { contextLength: 4, boundary: 0 }),
  documentStream: () =>
    documentStream([blobSource(new Blob(['one\n\ntwo\n']), 'a.txt'), blobSource(new Blob(['three']), 'b.txt')], {
      split: 'lines',
    }),
  'all together': () => {
    const generator = manualSeed(3);
    const mixed = interleave([numbers(20), map(numbers(30), (n) => 100 + n)], { generator });
    return prefetch(
      shuffleBuffer(
        filter(mixed, (n) => n % 4 > 0),
        { size: 7, generator },
      ),
      2,
    );
  },
};

describe.each(Object.entries(kinds))('%s', (_, make) => {
  test('goes on from every place', async () => {
    const reading = make().open();
    const states = [JSON.stringify(reading.state())];
    const whole: unknown[] = [];
    for await (const item of reading) {
      whole.push(item);
      states.push(JSON.stringify(reading.state()));
    }
    expect(whole.length).toBeGreaterThan(2);
    expect(await all(make().open(JSON.parse(JSON.stringify(reading.state()))))).toEqual([]);
    expect(await all(make())).toEqual(whole);
    for (const [i, state] of states.entries()) {
      const rest = make().open(JSON.parse(state));
      expect(JSON.stringify(rest.state())).toBe(state);
      const next = await rest.next();
      if (i < whole.length) {
        expect(next.value).toEqual(whole[i]);
        expect(JSON.stringify(rest.state())).toBe(states[i + 1]);
      }
      expect([...(next.done ? [] : [next.value]), ...(await all(rest))]).toEqual(whole.slice(i));
    }
  });

  test('refuses the state of another kind', () => {
    expect(() => make().open({ kind: 'other' })).toThrow(TypeError);
    expect(() => make().open({})).toThrow('Expected the state of a stream of kind');
  });
});

describe('letting go', () => {
  const wraps: Record<string, (stream: Stream<number>) => Stream<number>> = {
    map: (stream) => map(stream, (n) => n),
    filter: (stream) => filter(stream, () => true),
    take: (stream) => take(stream, 3),
    concat: (stream) => concat(stream, stream),
    shuffleBuffer: (stream) => shuffleBuffer(stream, { size: 2, generator: manualSeed(1) }),
    interleave: (stream) => interleave([stream], { generator: manualSeed(1) }),
    prefetch: (stream) => prefetch(stream, 2),
  };

  test.each(Object.entries(wraps))('%s closes what it reads when it is left', async (_, wrap) => {
    let open = 0;
    const source = streamFrom(async function* () {
      open++;
      try {
        yield* count(100);
      } finally {
        open--;
      }
    });
    for await (const item of wrap(source)) {
      expect(open).toBe(1);
      if (item > 0) break;
    }
    expect(open).toBe(0);
    await all(take(wrap(source), 3));
    expect(open).toBe(0);
  });
});

test('streamOf takes datasets, streamFrom what comes asynchronously', async () => {
  expect(await all(streamOf({ length: 3, at: (i: number) => i * i }))).toEqual([0, 1, 4]);
  const later = streamFrom(async function* () {
    yield 1;
    yield 2;
  });
  expect(await all(later)).toEqual([1, 2]);
});

describe('shuffleBuffer', () => {
  test('every item once, none more than size - 1 places early', async () => {
    const shuffled = await all(shuffleBuffer(numbers(200), { size: 10, generator: manualSeed(4) }));
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(count(200));
    expect(shuffled).not.toEqual(count(200));
    expect(Math.max(...shuffled.map((item, place) => item - place))).toBe(9);
  });

  test('each pass in another order, all decided by the seed', async () => {
    const make = () => shuffleBuffer(numbers(50), { size: 20, generator: manualSeed(4) });
    const stream = make();
    const passes = [await all(stream), await all(stream)];
    expect(passes[0]).not.toEqual(passes[1]);
    const again = make();
    expect([await all(again), await all(again)]).toEqual(passes);
  });

  test('with a large buffer, every order is as likely', async () => {
    const generator = manualSeed(9);
    const stream = shuffleBuffer(numbers(3), { size: 3, generator });
    const orders = new Map<string, number>();
    for (let i = 0; i < 1200; i++) {
      const order = (await all(stream)).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    // 200 of each are expected, with a standard deviation of 13.
    for (const times of orders.values()) expect(Math.abs(times - 200)).toBeLessThan(52);
  });

  test('a stream that has become shorter', async () => {
    const generator = manualSeed(1);
    const reading = shuffleBuffer(numbers(20), { size: 5, generator }).open();
    for (let i = 0; i < 10; i++) await reading.next();
    const shorter = shuffleBuffer(numbers(12), { size: 5, generator }).open(reading.state());
    await expect(shorter.next()).rejects.toThrow('Expected at least 15 items, got 12: go on with the stream of before');
  });

  test('bad size', () => {
    expect(() => shuffleBuffer(numbers(3), { size: 0, generator: manualSeed(1) })).toThrow(
      'Expected size to be a whole number of 1 or more, got 0',
    );
  });
});

describe('interleave', () => {
  test('every item once, those of one stream in order, mixed by weight', async () => {
    const items = await all(
      interleave([numbers(1000), numbers(1000, 1000)], { weights: [3, 1], generator: manualSeed(5) }),
    );
    expect(items.filter((n) => n < 1000)).toEqual(count(1000));
    expect(items.filter((n) => n >= 1000)).toEqual(count(1000, 1000));
    // Of the first 1000, 750 are expected from the first stream, with a standard deviation of 14.
    const first = items.slice(0, 1000).filter((n) => n < 1000).length;
    expect(Math.abs(first - 750)).toBeLessThan(55);
  });

  test('until the first ends', async () => {
    const generator = manualSeed(5);
    const items = await all(interleave([numbers(10), numbers(1000, 1000)], { generator, until: 'first' }));
    expect(items.filter((n) => n < 1000)).toEqual(count(10));
    expect(items.length).toBeLessThan(200);
  });

  test('bad weights', () => {
    const generator = manualSeed(1);
    for (const weights of [[1], [1, 0], [1, Number.NaN], [1, -1]]) {
      expect(() => interleave([numbers(1), numbers(1)], { weights, generator })).toThrow(
        new RangeError(`Expected a weight above 0 for each of 2 streams, got ${weights.join(', ')}`),
      );
    }
    expect(() => interleave([], { generator })).toThrow('Expected at least 1 stream, got 0');
  });
});

describe('prefetch', () => {
  test('reads so many items ahead, and no more', async () => {
    let read = 0;
    const watched = map(numbers(10), (n) => {
      read++;
      return n;
    });
    const reading = prefetch(watched, 3).open();
    expect((await reading.next()).value).toBe(0);
    await new Promise((resolve) => setTimeout(resolve));
    expect(read).toBe(4);
  });

  test('an error comes in its turn', async () => {
    const failing = map(numbers(5), (n) => {
      if (n === 2) throw new Error('no 2');
      return n;
    });
    const reading = prefetch(failing, 4).open();
    expect([(await reading.next()).value, (await reading.next()).value]).toEqual([0, 1]);
    await expect(reading.next()).rejects.toThrow('no 2');
  });
});

test('streamWindows gives the windows of the joined documents', async () => {
  const lengths = fc.array(fc.nat({ max: 9 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 1, max: 7 }), async (lengths, contextLength) => {
      const documents = ids(...lengths);
      const joined = joinDocuments(documents, 0);
      if (documents.length === 0 || joined.length <= contextLength) return;
      const data = windows(joined, { contextLength });
      const expected = count(data.length).map((i) => data.at(i));
      expect(await all(streamWindows(streamOf(documents), { contextLength, boundary: 0 }))).toEqual(expected);
    }),
  );
  expect(await all(streamWindows(streamOf(ids(3)), { contextLength: 5, boundary: 0 }))).toEqual([]);
});
