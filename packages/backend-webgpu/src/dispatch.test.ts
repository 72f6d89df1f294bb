// Shaders of our own between TensorFlow.js's: order, several outputs, writes in place, uniforms, what is refused.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import {
  add,
  backend,
  engine,
  fill,
  mul,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GpuBackend } from './backend.ts';
import { dispatch, empty, grid, type Shader } from './dispatch.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');

/** y = scale x + shift, and z = -x */
const affine: Shader = {
  key: 'test affine',
  code: () => `
    struct Numbers { length: i32, scale: f32, shift: f32 }
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>;
    @group(0) @binding(2) var<storage, read_write> z: array<f32>;
    @group(0) @binding(3) var<uniform> numbers: Numbers;
    @compute @workgroup_size(64) fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(num_workgroups) groups: vec3u,
      @builtin(local_invocation_index) local: u32,
    ) {
      let i = (group.y * groups.x + group.x) * 64 + local;
      if (i >= u32(numbers.length)) { return; }
      y[i] = numbers.scale * x[i] + numbers.shift;
      z[i] = -x[i];
    }`,
};

const increment: Shader = {
  key: 'test increment',
  code: () => `
    @group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < arrayLength(&x)) { x[id.x] += 1; }
    }`,
};

/** x ← a x + b */
const constants: Shader = {
  key: 'test constants',
  code: () => `
    struct Line { a: f32, b: f32, unused: f32 }
    @group(0) @binding(0) var<uniform> line: Line;
    @group(0) @binding(1) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < arrayLength(&x)) { x[id.x] = line.a * x[id.x] + line.b; }
    }`,
};

const gpu = () => backend() as GpuBackend;

function runAffine(x: Tensor, scale: number, shift: number): Tensor[] {
  const outputs = [empty(gpu(), x.shape, 'float32'), empty(gpu(), x.shape, 'float32')];
  const uniforms = new ArrayBuffer(12);
  new Int32Array(uniforms)[0] = x.size;
  new Float32Array(uniforms).set([scale, shift], 1);
  const [y, z] = outputs;
  dispatch(
    gpu(),
    affine,
    [
      { tensor: x, access: 'read' },
      { tensor: y, access: 'write' },
      { tensor: z, access: 'write' },
    ],
    grid(x.size, 64),
    uniforms,
  );
  return outputs.map((output) => engine().makeTensorFromTensorInfo(output, gpu()));
}

/** A variable that shares its memory with no tensor. */
function owned(values: number[]): Variable {
  return tidy(() => variable(tensor(values)));
}

const runIncrement = (x: Tensor) => dispatch(gpu(), increment, [{ tensor: x, access: 'update' }], grid(x.size, 64));

describe.skipIf(!webgpu?.available)('a dispatch', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
  });

  test('stands in order between operations of TensorFlow.js', async () => {
    const [y, z] = tidy(() => {
      const x = add(fill([3, 50], 2), tensor([1]));
      const [once, negative] = runAffine(x, 10, 1); // 31, -3
      return [runAffine(mul(once, 2), 1, 0.5)[0], negative];
    });
    expect(new Set(await y.data())).toEqual(new Set([62.5]));
    expect(new Set(await z.data())).toEqual(new Set([-3]));
  });

  test('reads what JavaScript made, and what was read before', async () => {
    const x = tensor([1, 2, 3]);
    const [y] = runAffine(x, 2, 0);
    expect([...(await y.data())]).toEqual([2, 4, 6]);
    const [again] = runAffine(y, 2, 0);
    expect([...(await again.data())]).toEqual([4, 8, 12]);
  });

  test('writes in place, and what was read of it before is forgotten', async () => {
    const x = owned([1, 2]);
    runIncrement(x);
    expect([...(await x.data())]).toEqual([2, 3]);
    runIncrement(x);
    expect([...(await x.data())]).toEqual([3, 4]);
  });

  test('takes a few numbers as constants, from JavaScript or just computed', async () => {
    const x = owned([1, 2]);
    for (const line of [tensor([10, 1, 0]), tidy(() => mul(tensor([1, 1, 1]), fill([3], 2)))]) {
      const bindings = [
        { tensor: line, access: 'constant' },
        { tensor: x, access: 'update' },
      ] as const;
      dispatch(gpu(), constants, bindings, [1]);
      line.dispose();
    }
    expect([...(await x.data())]).toEqual([24, 44]);
    x.dispose();
  });

  test('changes no memory that two tensors share, reads none that is not there, and starts no more than there is', () => {
    const start = tensor([1, 2]);
    const x = variable(start); // shares it
    expect(() => runIncrement(x)).toThrow('Expected test increment to change a tensor with memory of its own');
    const empties = tensor([], [0]);
    expect(() => dispatch(gpu(), increment, [{ tensor: empties, access: 'read' }], [1])).toThrow('got [0]');
    const tooMany = () => dispatch(gpu(), increment, [{ tensor: x, access: 'read' }], [1, 1_000_000]);
    expect(tooMany).toThrow(/Expected 1 to \d+ workgroups .* got 1000000/);
  });

  test('counts what the GPU was given', async () => {
    const x = tensor([1, 2, 3]);
    const before = { ...gpu().count };
    const y = add(runAffine(x, 2, 0)[0], 1);
    await y.data();
    expect(gpu().count.dispatches - before.dispatches).toBe(2);
    expect(gpu().count.uploads - before.uploads).toBe(2); // x and 1
  });
});

test('a grid spreads to y where x is full', () => {
  expect(grid(1000, 64)).toEqual([16, 1]);
  expect(grid(1, 64)).toEqual([1, 1]);
  const [x, y] = grid(2 ** 31, 64);
  expect(x).toBeLessThanOrEqual(65_535);
  expect(x * y * 64).toBeGreaterThanOrEqual(2 ** 31);
});
