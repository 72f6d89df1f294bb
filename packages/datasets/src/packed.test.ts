// Packed rows hold every example once and whole, and a model with their documents sees each alone.
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { llamaParts, transformer } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { toBeAllclose } from '@hornbook/testing';
import { add, dispose, type Scalar, tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collate } from './collate.ts';
import type { Dataset, Example, Ids } from './dataset.ts';
import { packed } from './packed.ts';
import { wholeDocuments } from './whole-documents.ts';

const row = (...ids: number[]) => Int32Array.from(ids);
/** Example k has only the id k + 1, and as targets -k - 1. */
const ofLengths = (lengths: readonly number[]): Dataset<Example> => ({
  length: lengths.length,
  at: (k) => ({
    input: new Int32Array(lengths[k]).fill(k + 1),
    target: new Int32Array(lengths[k]).fill(-k - 1),
  }),
});
const all = <T>(data: Dataset<T>) => Array.from({ length: data.length }, (_, i) => data.at(i));

describe('packed', () => {
  test('the longest first, each where it fits best', () => {
    const data = packed(ofLengths([2, 1, 3, 2]), { contextLength: 4, padId: 0 });
    expect(all(data)).toEqual([
      { input: row(3, 3, 3, 2), target: row(-3, -3, -3, -2), documents: row(0, 0, 0, 1) },
      { input: row(1, 1, 4, 4), target: row(-1, -1, -4, -4), documents: row(0, 0, 1, 1) },
    ]);
    expect(data.padding).toBe(0);
  });

  test('what fills a row up counts for nothing, and is a document of its own', () => {
    const data = packed(ofLengths([2, 3]), { contextLength: 4, padId: 9 });
    expect(all(data)).toEqual([
      { input: row(2, 2, 2, 9), target: row(-2, -2, -2, -100), documents: row(0, 0, 0, 1) },
      { input: row(1, 1, 9, 9), target: row(-1, -1, -100, -100), documents: row(0, 0, 1, 1) },
    ]);
    expect(data.padding).toBe(3);
  });

  test('every example once and whole, and no two rows could be one', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(lengths, (lengths) => {
        const data = packed(ofLengths(lengths), { contextLength: 12, padId: 0 });
        const found = all(data).flatMap(({ input, target, documents }) => {
          const starts = [...documents.keys()].filter((i) => i === 0 || documents[i] !== documents[i - 1]);
          expect(starts.map((start) => documents[start])).toEqual([...starts.keys()]);
          return starts.flatMap((start, n) => {
            const ids = input.slice(start, starts[n + 1]);
            expect(target.slice(start, starts[n + 1])).toEqual(ids.map((id) => (id === 0 ? -100 : -id)));
            expect(new Set(ids).size).toBe(1);
            return ids[0] === 0 ? [] : [[ids[0] - 1, ids.length]];
          });
        });
        expect(found.sort(([a], [b]) => a - b)).toEqual(lengths.map((length, k) => [k, length]));
        const total = lengths.reduce((sum, length) => sum + length, 0);
        expect(data.padding).toBe(12 * data.length - total);
        // No two rows could be one: what is in the emptier half of them fits nowhere.
        const used = all(data).map(({ input }) => input.filter((id) => id > 0).length);
        const [least = 12, next = 12] = used.toSorted((a, b) => a - b);
        expect(least + next).toBeGreaterThan(data.length > 1 ? 12 : 0);
      }),
    );
  });

  test('rows of whole documents begin with the boundary', () => {
    const documents = [5, 1, 9, 3, 3, 2, 30].map((length) => new Int32Array(length).fill(7));
    const examples = wholeDocuments(documents, { boundary: 0, contextLength: 10, long: 'cut' });
    for (const { input, documents } of all(packed(examples, { contextLength: 10, padId: 1 }))) {
      for (const i of input.keys()) {
        const begins = i === 0 || documents[i] !== documents[i - 1];
        expect(input[i] === 0).toBe(begins && input[i] !== 1);
      }
    }
  });

  test('bad input', () => {
    expect(() => packed(ofLengths([2, 5, 1]), { contextLength: 4, padId: 0 })).toThrow(
      'Expected examples of at most 4 places, got 5 in number 1: take a larger contextLength, or make them shorter',
    );
    expect(() => packed(ofLengths([]), { contextLength: 4, padId: 0 })).toThrow('Expected at least 1 example, got 0');
    expect(() => packed(ofLengths([1]), { contextLength: 0, padId: 0 })).toThrow(RangeError);
    const single: Dataset<Example> = { length: 1, at: () => ({ input: row(1), target: 2 }) };
    expect(() => packed(single, { contextLength: 2, padId: 0 }).at(0)).toThrow(TypeError);
  });
});

test('a model that is given the documents learns from each as if it were alone', async () => {
  await useBackend('wasm');
  const model = transformer(
    llamaParts({ vocabSize: 20, contextLength: 12, embedDim: 8, numHeads: 2, numLayers: 2, hiddenDim: 16 }),
  );
  const generator = manualSeed(5);
  const documents = [4, 2, 7, 1, 3, 3].map((length) => generator.integers(length, 1, 20));
  const whole = wholeDocuments(documents, { boundary: 0 });
  const rows = packed(whole, { contextLength: 12, padId: 0 });
  expect(rows.length).toBeLessThan(documents.length);
  const losses = tidy(() => {
    const parameters = model.initialize(generator);
    const toTensor = ({ data, shape }: Ids) => tensor2d(data, shape as [number, number], 'int32');
    const loss = (examples: readonly Example[]) => {
      const { inputs, targets, documents } = collate(examples);
      const logits = model.forward(parameters, toTensor(inputs), { documents: documents && toTensor(documents) });
      return crossEntropy(logits, toTensor(targets), { reduction: 'sum' }) as Scalar;
    };
    const apart = all(whole).map((example) => loss([example]));
    return [loss(all(rows)), apart.reduce((sum, one) => add(sum, one))];
  });
  const [together, apart] = await Promise.all(losses.map((one) => one.data()));
  toBeAllclose(together, apart, { relative: 1e-5 });
  dispose(losses);
});
