// Batches that go on in the middle of an epoch, whatever else draws from their generator.
import { type Batch, contexts, loader } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import { expect, test } from 'vitest';
import { type BatchesState, resumable } from './resumable.ts';

const data = contexts([Int32Array.of(1, 2, 3, 4, 5, 6, 7)], { contextLength: 1 }); // 8 examples

/** Batches, epoch after epoch; after each a number drawn, as dropout would, and the state. */
function* take(count: number, from?: BatchesState, kind: 'generator' | 'defaultGenerator' = 'generator') {
  const generator = manualSeed(from ? 99 : 1);
  const options = { batchSize: 3, shuffle: true };
  const source = loader(
    data,
    kind === 'generator' ? { ...options, generator } : { ...options, defaultGenerator: generator },
  );
  const batches = resumable(source, generator);
  if (from) batches.restore(JSON.parse(JSON.stringify(from)));
  if (from) expect(batches.state()).toEqual(from);
  while (count > 0) {
    for (const batch of batches) {
      yield { ids: ids(batch), drawn: generator.random64(), state: batches.state() };
      if (--count === 0) return;
    }
  }
}

const ids = ({ inputs, targets }: Batch) => [...inputs.data, ...targets.data];
const seen = (results: Iterable<{ ids: number[]; drawn: bigint }>) =>
  [...results].map((result) => ({ ids: result.ids, drawn: result.drawn }));

test.each(['generator', 'defaultGenerator'] as const)('goes on after each batch of three epochs: %s', (kind) => {
  const whole = [...take(9, undefined, kind)];
  for (const [i, { state }] of whole.entries()) {
    expect(seen(take(8 - i, state, kind))).toEqual(seen(whole.slice(i + 1)));
  }
});

test('after the last batch of an epoch comes the next epoch, and not an empty pass', () => {
  const make = () => {
    const generator = manualSeed(1);
    return resumable(loader(data, { batchSize: 3, shuffle: true, generator }), generator);
  };
  const whole = make();
  let state: BatchesState | undefined;
  for (const _ of whole) state = whole.state();
  expect(state?.taken).toBe(3);
  const resumed = make();
  resumed.restore(state as BatchesState);
  expect([...resumed].map(ids)).toEqual([...whole].map(ids));
});

test('between epochs nothing is passed over', () => {
  const generator = manualSeed(1);
  const batches = resumable(loader(data, { batchSize: 3, shuffle: true, generator }), generator);
  expect([...batches].length).toBe(3);
  const state = batches.state();
  expect(state.taken).toBe(0);
  const next = [...batches].map(ids);
  batches.restore(state);
  expect([...batches].map(ids)).toEqual(next);
});

test('other data, or what is no state, is refused', () => {
  const generator = manualSeed(1);
  const batches = resumable(loader(data, { batchSize: 3, generator }), generator);
  batches.restore({ ...batches.state(), taken: 4 });
  expect(() => [...batches]).toThrow(
    new RangeError('Expected at least 4 batches, got 3: go on with the data of before'),
  );
  for (const wrong of [undefined, {}, { taken: -1, start: {} }, { taken: 1, start: null }]) {
    expect(() => batches.restore(wrong as never)).toThrow(TypeError);
  }
});
