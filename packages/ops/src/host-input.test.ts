// Host inputs outside of a compiled step: tensors like any other. Inside one, they are tested with `compileStep`.
import { describeEngines } from '@hornbook/testing';
import { expect, test } from 'vitest';
import { hostInput } from './host-input.ts';

describeEngines('hostInput on', () => {
  test('is a tensor of what is filled in', async () => {
    const made = hostInput(() => Int32Array.of(1, 2), [2, 1], 'int32');
    expect([made.dtype, made.shape, [...(await made.data())]]).toEqual(['int32', [2, 1], [1, 2]]);
    made.dispose();
    expect(() => hostInput(() => Float32Array.of(1), [2])).toThrow('2');
  });
});
