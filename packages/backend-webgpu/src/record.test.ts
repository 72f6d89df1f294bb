// Steps recorded and replayed on the GPU against the same steps made one operation at a time: equal bits, few uploads.
import { useBackend } from '@hornbook/backends';
import { compileStep, hostInput, type Readable } from '@hornbook/ops';
import { engines } from '@hornbook/testing';
import {
  add,
  backend,
  clone,
  dispose,
  engine,
  fill,
  matMul,
  memory,
  mul,
  type Scalar,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { GpuBackend } from './backend.ts';
import { dispatch, grid, type Shader } from './dispatch.ts';
import { GpuError } from './gpu-error.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const gpu = () => backend() as GpuBackend;
const numbers = async (x: Readable): Promise<number[]> => [...(await x.data())];
const owned = (values: number[], shape: number[] = [values.length]): Variable =>
  tidy(() => variable(tensor(values, shape)));
const batch = (i: number) => ({
  data: Float32Array.from({ length: 12 }, (_, j) => Math.sin(i * 12 + j)),
  shape: [4, 3],
});

/** x ← x + rate, in place. */
const increase: Shader = {
  key: 'test increase',
  code: () => `
    @group(0) @binding(0) var<storage, read> rate: array<f32>;
    @group(0) @binding(1) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < arrayLength(&x)) { x[id.x] += rate[0]; }
    }`,
};

function increased(x: Tensor, rate: Tensor): void {
  const bindings = [
    { tensor: rate, access: 'read' },
    { tensor: x, access: 'update' },
  ] as const;
  dispatch(gpu(), increase, bindings, grid(x.size, 64));
}

/** Descent on a small regression: gradients, a reading, assignments, and a variable changed in place. */
function descent(weights: Variable, count: Variable) {
  let rate = 1;
  const next = () => {
    rate *= 0.5;
    return Float32Array.of(rate);
  };
  return function* (x: Tensor) {
    const { value, grads } = variableGrads(
      () => sum(square(sub(matMul(x as Tensor2D, weights as Tensor2D), 1))) as Scalar,
      [weights],
    );
    const gradient = grads[weights.name];
    yield [value, gradient];
    const size = hostInput(next, [1]);
    weights.assign(sub(weights, mul(mul(gradient, size), 0.1)));
    increased(count, size);
    return [mul(value, 2), sum(weights)];
  };
}

/** Every number of a run of so many steps. */
async function run(record: boolean, steps = 8) {
  const [weights, count] = [owned([0.1, 0.2, 0.3], [3, 1]), owned([0, 0])];
  const step = compileStep(descent(weights, count), { record });
  const seen: number[][] = [];
  const uploads: number[] = [];
  const held = new Set<number>();
  for (let i = 0; i < steps; i++) {
    const before = gpu().count.uploads;
    const outputs = await step.run([batch(i)], async ([loss]) => void seen.push(await numbers(loss)));
    for (const output of outputs) seen.push(await numbers(output));
    dispose([...outputs]);
    seen.push(await numbers(weights), await numbers(count));
    uploads.push(gpu().count.uploads - before);
    held.add(memory().numTensors);
  }
  const { replays, bytes } = step;
  step.dispose();
  dispose([weights, count]);
  return { seen, uploads, held, replays, bytes, reason: step.reason };
}

describe.skipIf(!webgpu?.available)('a recorded step on the GPU', () => {
  beforeEach(async () => {
    await useBackend('webgpu');
  });

  test('computes the same bits, and uploads the batch and what changes', async () => {
    const [eager, replayed] = [await run(false), await run(true)];
    expect(replayed.reason).toBeUndefined();
    expect(replayed.replays).toBe(5);
    expect(replayed.seen).toEqual(eager.seen);
    expect(replayed.held.size).toBe(1);
    expect(replayed.uploads.slice(3)).toEqual([2, 2, 2, 2, 2]);
    expect(replayed.bytes).toBeGreaterThan(0);
  });

  test('holds its memory until it is disposed, and no more with every replay', async () => {
    gpu().flush();
    gpu().pool.trim();
    const before = gpu().memory();
    const { bytes } = await run(true, 5);
    gpu().flush();
    expect(gpu().memory().numBytesInGPU).toBe(before.numBytesInGPU);
    gpu().pool.trim();
    expect(gpu().memory().numBytesAllocatedInGPU).toBe(before.numBytesAllocatedInGPU);
    const held: number[] = [];
    const total = owned([0]);
    const counting = compileStep(function* (x: Tensor) {
      yield [];
      total.assign(add(total, sum(x)) as Tensor);
    });
    for (let i = 0; i < 100; i++) {
      await counting.run([batch(i)]);
      if (i % 20 === 19) held.push(gpu().memory().numBytesAllocatedInGPU);
    }
    expect(counting.replays).toBe(97);
    expect(new Set(held).size).toBe(1);
    expect(bytes).toBeGreaterThan(0);
    counting.dispose();
    total.dispose();
  });

  test('follows variables that are given other values, and leaves clones of them alone', async () => {
    const total = owned([1]);
    const step = compileStep(function* (x: Tensor) {
      total.assign(add(total, sum(x)) as Tensor);
      yield [total];
    });
    const seen: number[][] = [];
    let copy: Tensor | undefined;
    for (let i = 0; i < 20; i++) {
      await step.run([{ data: Int32Array.of(1, 1), shape: [2] }], async ([reading]) => {
        seen.push(await numbers(reading));
      });
      if (i === 6) copy = clone(total);
      if (i === 12) tidy(() => total.assign(tensor([100])));
    }
    expect(seen.flat()).toEqual(Array.from({ length: 20 }, (_, i) => (i <= 12 ? 3 + 2 * i : 102 + 2 * (i - 13))));
    expect(await numbers(copy as Tensor)).toEqual([15]);
    expect(step.replays).toBeGreaterThan(5);
    step.dispose();
    dispose([total, copy as Tensor]);
  });

  test('that is broken off changes nothing after the yield', async () => {
    const total = owned([1]);
    const step = compileStep(function* (x: Tensor) {
      yield [sum(x)];
      total.assign(add(total, x) as Tensor);
    });
    for (let i = 0; i < 8; i++) {
      const broken = step.run([{ data: Float32Array.of(5), shape: [1] }], () => {
        if (i % 2 === 1) throw new Error('no');
      });
      if (i % 2 === 1) await expect(broken).rejects.toThrow('no');
      else await broken;
    }
    expect(await numbers(total)).toEqual([21]);
    expect(step.replays).toBeGreaterThan(0);
    step.dispose();
    total.dispose();
  });

  test('begins anew with constants that it changes in place', async () => {
    const step = compileStep(function* (x: Tensor) {
      yield [];
      const zero = zeros([2]);
      increased(zero, x);
      increased(zero, x);
      return [zero];
    });
    for (let i = 0; i < 6; i++) {
      const [output] = await step.run([{ data: Float32Array.of(i), shape: [1] }]);
      expect(await numbers(output)).toEqual([2 * i, 2 * i]);
      output.dispose();
    }
    expect(step.replays).toBe(3);
    step.dispose();
  });

  test('returns its input, a variable, a constant and nothing at all', async () => {
    const kept = owned([7]);
    const step = compileStep(function* (x: Tensor, none: Tensor) {
      yield [clone(none), kept];
      return [x, clone(kept), tensor([3]), mul(none, 2)].map((one) => clone(one));
    });
    for (let i = 0; i < 6; i++) {
      const inputs = [
        { data: Uint8Array.of(i % 2, 1), shape: [2] },
        { data: new Float32Array(0), shape: [0, 4] },
      ];
      const outputs = await step.run(inputs, async ([none, variable]) => {
        expect([await numbers(none), await numbers(variable)]).toEqual([[], [7]]);
      });
      expect(await Promise.all(outputs.map(numbers))).toEqual([[i % 2, 1], [7], [3], []]);
      expect(outputs[3].shape).toEqual([0, 4]);
      dispose([...outputs]);
    }
    expect(step.reason).toBeUndefined();
    step.dispose();
    kept.dispose();
  });

  test('runs as it stands, and says why, where it cannot be replayed', async () => {
    const kept: Tensor[] = [];
    const reads: Promise<unknown>[] = [];
    const outside = fill([2], 1);
    let calls = 0;
    const steps = {
      'no read inside of the step': function* (x: Tensor) {
        reads.push(mul(x, 2).data());
        yield [];
      },
      'nothing but variables and what it returns': function* (x: Tensor) {
        kept.push(engine().keep(mul(x, 2)));
        yield [];
      },
      'got a tensor from outside freed': function* (x: Tensor) {
        const y = mul(x, outside);
        if (++calls === 3) outside.dispose();
        yield [y];
      },
      'same numbers from JavaScript': function* (x: Tensor) {
        yield [mul(x, scalar(kept.length))];
      },
    };
    for (const [reason, body] of Object.entries(steps)) {
      const step = compileStep(body);
      for (let i = 0; i < 3; i++) {
        await step.run([{ data: Float32Array.of(1, 2), shape: [2] }]);
        kept.push(tensor([i]));
      }
      expect(`${step.reason}`, reason).toContain(reason);
      step.dispose();
    }
    await Promise.all(reads);
    dispose(kept);
  });

  test('throws where the device is lost in the middle of it, recorded or replayed', async () => {
    for (const losing of [0, 1, 2, 4]) {
      await useBackend('webgpu');
      const total = owned([1]);
      const step = compileStep(function* (x: Tensor) {
        yield [sum(x)];
        total.assign(add(total, x) as Tensor);
      });
      const once = (lose: boolean) =>
        step.run([{ data: Float32Array.of(5), shape: [1] }], async ([reading]) => {
          if (lose) gpu().device.destroy();
          await reading.data();
        });
      for (let i = 0; i < losing; i++) await once(false);
      await expect(once(true)).rejects.toThrow(GpuError);
      await expect(once(false)).rejects.toThrow('The GPU');
      step.dispose();
      total.dispose();
    }
  });
});
