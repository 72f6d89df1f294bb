// Safetensors against bytes made by the reference implementation, and its round trip under random tensors.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredTensor } from './dtypes.ts';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

// Made by the Python package safetensors 0.8.0 (its metadata in the order of the keys).
const reference = Uint8Array.from(
  atob(
    'SAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJhIjoiMSIsImIiOiIyIn0sIsOpXCLmvKLwn5iAIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsxXS' +
      'wiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImEiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzgsMTJdfSwieiI6eyJk' +
      'dHlwZSI6IkYzMiIsInNoYXBlIjpbMiwxXSwiZGF0YV9vZmZzZXRzIjpbMTIsMjBdfSwiaCI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzJdLC' +
      'JkYXRhX29mZnNldHMiOlsyMCwyNF19LCJlIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMCwyXSwiZGF0YV9vZmZzZXRzIjpbMjQsMjRdfX0g' +
      'ICAgICAg//////////8AAEBAAACAPwAAAMCAPwDA',
  ),
  (character) => character.charCodeAt(0),
);

const tensors: [string, StoredTensor][] = [
  ['z', { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, -2) }],
  ['a', { dtype: 'F32', shape: [], data: Float32Array.of(3) }],
  ['h', { dtype: 'BF16', shape: [2], data: Float32Array.of(1, -2) }],
  ['é"漢😀', { dtype: 'I64', shape: [1], data: BigInt64Array.of(-1n) }],
  ['e', { dtype: 'BOOL', shape: [0, 2], data: new Uint8Array(0) }],
];

describe('beside the reference implementation', () => {
  test('writes the same bytes', () => {
    expect(writeSafetensors(tensors, { b: '2', a: '1' })).toEqual(reference);
    expect(writeSafetensors([])).toEqual(Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, ...Array(6).fill(0x20)));
  });

  test('reads what it wrote, from any place in memory', () => {
    const shifted = new Uint8Array(reference.length + 3).subarray(3);
    shifted.set(reference);
    const { tensors: read, metadata } = readSafetensors(shifted);
    expect(new Map(read)).toEqual(new Map(tensors));
    expect(metadata).toEqual({ a: '1', b: '2' });
  });

  test('lays types out in its order: wide first', () => {
    const one: Record<string, StoredTensor> = {
      n0: { dtype: 'BOOL', shape: [1], data: Uint8Array.of(1) },
      n1: { dtype: 'U8', shape: [1], data: Uint8Array.of(255) },
      n2: { dtype: 'I8', shape: [1], data: Int8Array.of(-3) },
      n3: { dtype: 'I16', shape: [1], data: Int16Array.of(-300) },
      n4: { dtype: 'F16', shape: [1], data: Float32Array.of(1.5) },
      n5: { dtype: 'BF16', shape: [1], data: Float32Array.of(1.5) },
      n6: { dtype: 'I32', shape: [1], data: Int32Array.of(-70000) },
      n7: { dtype: 'F32', shape: [1], data: Float32Array.of(0.1) },
      n8: { dtype: 'F64', shape: [1], data: Float64Array.of(0.1) },
      n9: { dtype: 'I64', shape: [1], data: BigInt64Array.of(2n ** 62n) },
    };
    const { tensors: read } = readSafetensors(writeSafetensors(Object.entries(one)));
    expect([...read.keys()]).toEqual(['n9', 'n8', 'n7', 'n6', 'n5', 'n4', 'n3', 'n2', 'n1', 'n0']);
    expect(Object.fromEntries(read)).toEqual(one);
  });
});

test('names sort by code point, so the bytes do not depend on the order given', () => {
  const scalar = (value: number): StoredTensor => ({ dtype: 'F32', shape: [], data: Float32Array.of(value) });
  const given: [string, StoredTensor][] = [
    ['\u{10000}', scalar(1)],
    ['\uffff', scalar(2)],
    ['10', scalar(3)],
    ['9', scalar(4)],
    ['1', scalar(5)],
  ];
  const bytes = writeSafetensors(given);
  expect(writeSafetensors(given.toReversed())).toEqual(bytes);
  expect([...readSafetensors(bytes).tensors.keys()]).toEqual(['1', '10', '9', '\uffff', '\u{10000}']);
});

test('names that would reach into prototypes are ordinary names', () => {
  const data = Float32Array.of(1);
  const bytes = writeSafetensors(
    ['__proto__', 'constructor', 'toString'].map((name) => [name, { dtype: 'F32', shape: [1], data }]),
    JSON.parse('{"__proto__": "kept", "constructor": "too"}'),
  );
  const { tensors: read, metadata } = readSafetensors(bytes);
  expect([...read.keys()]).toEqual(['__proto__', 'constructor', 'toString']);
  expect(Object.entries(metadata)).toEqual([
    ['__proto__', 'kept'],
    ['constructor', 'too'],
  ]);
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).dtype).toBeUndefined();
});

/** Tensors of every type, by raw bits, so that NaN payloads and negative zeros are among the values. */
const anyTensor: fc.Arbitrary<StoredTensor> = fc
  .array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 })
  .chain((shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = (width: number) => fc.uint8Array({ minLength: count * width, maxLength: count * width });
    return fc.oneof<fc.Arbitrary<StoredTensor>[]>(
      bytes(8).map(({ buffer }) => ({ dtype: 'F64', shape, data: new Float64Array(buffer) })),
      bytes(4).map(({ buffer }) => ({ dtype: 'F32', shape, data: new Float32Array(buffer) })),
      bytes(8).map(({ buffer }) => ({ dtype: 'I64', shape, data: new BigInt64Array(buffer) })),
      bytes(4).map(({ buffer }) => ({ dtype: 'I32', shape, data: new Int32Array(buffer) })),
      bytes(2).map(({ buffer }) => ({ dtype: 'I16', shape, data: new Int16Array(buffer) })),
      bytes(1).map(({ buffer }) => ({ dtype: 'I8', shape, data: new Int8Array(buffer) })),
      bytes(1).map((data) => ({ dtype: 'U8', shape, data })),
      bytes(1).map((data) => ({ dtype: 'BOOL', shape, data: data.map((byte) => byte & 1) })),
      fc
        .array(fc.integer({ min: -2048, max: 2048 }), { minLength: count, maxLength: count })
        .map((values) => ({ dtype: 'F16', shape, data: Float32Array.from(values) })),
      fc
        .array(fc.integer({ min: -256, max: 256 }), { minLength: count, maxLength: count })
        .map((values) => ({ dtype: 'BF16', shape, data: Float32Array.from(values) })),
    );
  });

const anyName = fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => name !== '__metadata__');
const anyFile = fc.record({
  tensors: fc.uniqueArray(fc.tuple(anyName, anyTensor), { selector: ([name]) => name, maxLength: 5 }),
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
});

test('any tensors come back as they were, bit for bit, and aligned', () => {
  fc.assert(
    fc.property(anyFile, ({ tensors: written, metadata }) => {
      const bytes = writeSafetensors(written, metadata);
      const read = readSafetensors(bytes);
      expect(read.tensors.size).toBe(written.length);
      for (const [name, tensor] of written) {
        const back = read.tensors.get(name);
        expect(back).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape });
        expect(new Uint8Array(back?.data.buffer as ArrayBuffer)).toEqual(new Uint8Array(tensor.data.buffer));
      }
      expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
      expect(writeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});
