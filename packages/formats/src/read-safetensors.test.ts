// Unsound safetensors files: each is refused with a SafetensorsError that says what is wrong.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from './read-safetensors.ts';
import { SafetensorsError } from './safetensors-header.ts';
import { writeSafetensors } from './write-safetensors.ts';

/** A file with this header, word for word, and this many bytes of values. */
function file(header: string | Uint8Array, valueBytes = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + valueBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape = `[${(end - begin) / 4}]`, dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":[${begin},${end}]}`;

function headerLength(length: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

test('reads a hand-written header with spaces after it', () => {
  const { tensors } = readSafetensors(file(`{"b": ${entry(4, 8)}, "a": ${entry(0, 4, '[]')}}   `, 8));
  expect([...tensors.keys()]).toEqual(['a', 'b']);
  expect(tensors.get('a')?.shape).toEqual([]);
});

describe.each([
  ['an empty file', new Uint8Array(0), 'Expected at least 8 bytes of safetensors, got 0'],
  ['a header over the limit', headerLength(100_000_001n), 'at most 100000000 bytes, got 100000001'],
  ['a text file', new TextEncoder().encode('Once upon a time'), 'not safetensors?'],
  ['a header cut short', headerLength(9n), 'Expected a header of 9 bytes, got 8: the file is cut short'],
  ['no header', file(''), 'begins with {'],
  ['a space before it', file(' {}'), 'begins with {'],
  ['a list', file('[]'), 'begins with {'],
  ['broken JSON', file('{"a":'), 'Expected a header of JSON in UTF-8'],
  ['text after the JSON', file('{}x'), 'Expected a header of JSON in UTF-8'],
  ['broken UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), 'Expected a header of JSON in UTF-8'],
  ['a name twice', file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), 'Expected each name once, got "a" twice'],
  ['a name twice, once escaped', file(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4), 'got "a" twice'],
  ['a field twice', file('{"a":{"dtype":"F32","dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1), 'got "dtype" twice'],
  ['an unknown dtype', file(`{"a":${entry(0, 4, '[1]', '"C64"')}}`, 4), 'BOOL, got "C64"'],
  ['a dtype out of a prototype', file(`{"a":${entry(0, 4, '[1]', '"toString"')}}`, 4), 'got "toString"'],
  ['a tensor that is no object', file('{"a":[]}'), 'got nothing'],
  ['a tensor that is null', file('{"a":null}'), 'got nothing'],
  ['a shape of text', file(`{"a":${entry(0, 4, '"1"')}}`, 4), 'Expected sizes from 0 up in the shape of "a", got "1"'],
  ['a negative size', file(`{"a":${entry(0, 4, '[-1]')}}`, 4), 'got [-1]'],
  ['half a size', file(`{"a":${entry(0, 4, '[0.5,2]')}}`, 4), 'got [0.5,2]'],
  ['a shape that overflows', file(`{"a":${entry(0, 4, '[4294967296,4294967296,0]')}}`, 4), 'got [4294967296'],
  ['bytes that overflow', file(`{"a":${entry(0, 4, '[9007199254740991]')}}`, 4), 'got [9007199254740991]'],
  ['one offset', file('{"a":{"dtype":"U8","shape":[],"data_offsets":[0]}}'), 'to be [begin, end], got [0]'],
  ['a negative offset', file(`{"a":${entry(-4, 0)}}`), 'to be [begin, end], got [-4,0]'],
  [
    'an end before the begin',
    file(`{"a":${entry(4, 0, '[1]')}}`, 4),
    'Expected 4 bytes for "a", F32 [1], got data_offsets [4,0]',
  ],
  [
    'offsets that are no numbers',
    file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,"1"]}}', 1),
    'to be [begin, end], got [0,"1"]',
  ],
  ['more bytes than the shape', file(`{"a":${entry(0, 8, '[1]')}}`, 8), 'Expected 4 bytes for "a"'],
  [
    'an overlap',
    file(`{"a":${entry(0, 8)},"b":${entry(4, 8)}}`, 8),
    'Expected "b" to begin at byte 8, got 4: it overlaps',
  ],
  ['a hole', file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), 'got 8: it leaves a hole'],
  ['a hole at the start', file(`{"a":${entry(4, 8)}}`, 8), 'got 4: it leaves a hole'],
  ['values cut short', file(`{"a":${entry(0, 8)}}`, 7), 'Expected 8 bytes of values, got 7: the file is cut short'],
  ['bytes left over', file(`{"a":${entry(0, 8)}}`, 9), 'Expected 8 bytes of values, got 9: bytes are left over'],
  ['metadata that is a list', file('{"__metadata__":[]}'), 'to map strings to strings'],
  ['metadata that is null', file('{"__metadata__":null}'), 'to map strings to strings'],
  ['metadata of numbers', file('{"__metadata__":{"a":1}}'), 'to map strings to strings'],
  ['a BOOL of 2', withLastByte(writeBool(), 2), 'Expected 0 or 1 in "b", got 2'],
])('%s', (_, bytes, message) => {
  test('is refused', () => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

function writeBool(): Uint8Array {
  return writeSafetensors([['b', { dtype: 'BOOL', shape: [1], data: Uint8Array.of(1) }]]);
}

function withLastByte(bytes: Uint8Array, value: number): Uint8Array {
  return bytes.with(bytes.length - 1, value);
}

test('a header of a million brackets or one long string costs no stack', () => {
  expect(() => readSafetensors(file(`{"a":${'['.repeat(1e6)}`))).toThrow(SafetensorsError);
  const { metadata } = readSafetensors(file(`{"__metadata__":{"a":"${'x'.repeat(1e7)}"}}`));
  expect(metadata.a.length).toBe(1e7);
});

test('a long wrong value is not repeated whole', () => {
  const error = catching(() => readSafetensors(file(`{"a":{"dtype":"${'x'.repeat(5000)}"}}`)));
  expect((error as Error).message.length).toBeLessThan(300);
});

test('whatever is done to the bytes, reading either works or throws a SafetensorsError', () => {
  const sound = writeSafetensors(
    [
      ['tokens.table', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ['half', { dtype: 'F16', shape: [3], data: Float32Array.of(1, 2, 3) }],
      ['flag', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(0, 1) }],
    ],
    { note: 'x' },
  );
  const change = fc.record({
    at: fc.nat(sound.length - 1),
    remove: fc.nat(4),
    insert: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constantFrom(...'{}[]",:0-19e'.split('')).map(encoded)),
  });
  let refused = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, repairLength) => {
      let bytes = Array.from(sound);
      for (const { at, remove, insert } of changes) bytes.splice(Math.min(at, bytes.length), remove, ...insert);
      // Half of the time the first 8 bytes follow the change, so that the damage reaches the header's own checks.
      if (repairLength)
        bytes = [...headerLength(BigInt(bytes.lastIndexOf(0x7d) - 7)).subarray(0, 8), ...bytes.slice(8)];
      const error = catching(() => readSafetensors(Uint8Array.from(bytes)));
      if (error) refused++;
      expect(error === undefined || error instanceof SafetensorsError, String(error)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(refused).toBeGreaterThan(500);
});

const encoded = (text: string) => new TextEncoder().encode(text);

function catching(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
