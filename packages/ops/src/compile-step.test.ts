// Compiled steps: what they free, when they break off, and on an engine that records, when they do.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import {
  add,
  backend,
  dispose,
  memory,
  mul,
  type Scalar,
  scalar,
  sum,
  type Tensor,
  type TypedArray,
  tensor,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Capturing, Readable } from './capturing.ts';
import { compileStep } from './compile-step.ts';
import { hostInput } from './host-input.ts';

const ids = (...values: number[]) => ({ data: Int32Array.from(values), shape: [values.length] });
const first = async ([reading]: readonly Readable[]) => (await reading.data())[0];

/** Adds its input to a variable, and yields the sum of what there was and of the input before it does so. */
function* accumulate(total: Variable, x: Tensor) {
  const [before, share] = [sum(total), sum(mul(x, 2))];
  yield [before, share];
  total.assign(add(total, share) as Tensor);
  return [mul(total, 10), before];
}

describeEngines('a compiled step on', () => {
  test('is read in the middle, goes on, returns new tensors, and leaves no others', async () => {
    const total = variable(scalar(1));
    const step = compileStep((x: Tensor) => accumulate(total, x));
    const before = memory().numTensors;
    for (let i = 0; i < 6; i++) {
      const seen: number[][] = [];
      const outputs = await step.run([ids(i, 1)], async (readings, cut) => {
        seen.push([cut, ...(await Promise.all(readings.map((reading) => first([reading]))))]);
      });
      const start = 1 + 2 * i + i * (i - 1);
      expect(seen).toEqual([[0, start, 2 * (i + 1)]]);
      expect(await Promise.all(outputs.map((output) => first([output])))).toEqual([10 * (start + 2 * (i + 1)), start]);
      expect(memory().numTensors).toBe(before + 2);
      dispose([...outputs]);
    }
    step.dispose();
    dispose(total);
  });

  test('that is broken off changes nothing after the yield, and leaves nothing', async () => {
    const total = variable(scalar(1));
    const step = compileStep((x: Tensor) => accumulate(total, x));
    const before = memory().numTensors;
    for (let i = 0; i < 5; i++) {
      const broken = step.run([ids(3)], async () => {
        throw new Error(`no ${i}`);
      });
      await expect(broken).rejects.toThrow(`no ${i}`);
    }
    const failing = compileStep(function* (x: Tensor): Generator<readonly Tensor[], void, void> {
      yield [mul(x, 2)];
      throw new Error('of its own');
    });
    for (let i = 0; i < 5; i++) await expect(failing.run([ids(3)])).rejects.toThrow('of its own');
    expect(memory().numTensors).toBe(before);
    expect(await first([total])).toBe(1);
    step.dispose();
    dispose(total);
  });

  test('takes tensors too, which stay, in other shapes and types', async () => {
    const step = compileStep(function* (x: Tensor, y: Tensor) {
      yield [];
      return [sum(mul(x, y))];
    });
    for (let i = 0; i < 12; i++) {
      const x = tensor(Array(1 + (i % 6)).fill(i));
      const [output] = await step.run([x, { data: Float32Array.of(0.5), shape: [] }]);
      toBeAllclose([await first([output])], [(i * (1 + (i % 6))) / 2]);
      expect(x.isDisposed).toBe(false);
      dispose([x, output]);
    }
    step.dispose();
  });

  test('takes what changes from step to step from hostInput, in order', async () => {
    let drawn = 0;
    const draw = () => Float32Array.of(++drawn);
    const step = compileStep(function* () {
      const one = hostInput(draw, [1]);
      const other = mul(hostInput(draw, [1]), 10);
      const both = add(one, other);
      yield [both];
      return [add(both, mul(hostInput(draw, [1]), 100))];
    });
    for (let i = 0; i < 6; i++) {
      const [output] = await step.run([]);
      expect(await first([output])).toBe(321 + 333 * i);
      dispose(output);
      // Where the host breaks off, what comes after the yield is not drawn.
      const broken = step.run([], () => {
        throw new Error('no');
      });
      await expect(broken).rejects.toThrow('no');
      expect(drawn).toBe(5 + 3 * i);
      drawn = 3 + 3 * i;
    }
    step.dispose();
  });

  test('two runs at a time are refused', async () => {
    const step = compileStep(function* () {
      yield [];
    });
    const running = step.run([], () => new Promise((resolve) => setTimeout(resolve, 1)));
    await expect(step.run([])).rejects.toThrow('Expected the run before to have ended');
    await running;
    await step.run([]);
  });
});

/** An engine whose replays say that they were called, and compute nothing. */
class Recorder implements Capturing {
  readonly log: string[] = [];
  readonly recording = false;
  stale = false;
  busy = false;
  constants: TypedArray[] = [];
  reason: string | undefined;

  startCapture() {
    if (this.busy) return undefined;
    this.log.push('capture');
    const { constants, log, reason } = this;
    const recorder = this;
    const nothing = () => [scalar(0)];
    return {
      constants,
      segment: <T extends readonly Tensor[]>(work: () => T) => work(),
      abandon: () => log.push('abandon'),
      finish: () =>
        reason
          ? { reason }
          : {
              bytes: 8,
              workingBytes: 16,
              cuts: 1,
              get stale() {
                return recorder.stale;
              },
              start: () => log.push('replay'),
              segment: nothing,
              end: nothing,
              dispose: () => log.push('dispose'),
            },
    };
  }

  refill() {}
}

describe('on an engine that records', () => {
  const installed: object[] = [];
  const install = async () => {
    const { useBackend } = await import('@hornbook/backends');
    await useBackend('cpu');
    const recorder = new Recorder();
    const engine = backend() as Partial<Capturing>;
    engine.startCapture = () => recorder.startCapture();
    engine.refill = () => {};
    installed.push(engine);
    return recorder;
  };
  afterEach(() => {
    for (const engine of installed.splice(0) as Partial<Capturing>[]) {
      delete engine.startCapture;
      delete engine.refill;
    }
  });

  const make = (recorder: Recorder) =>
    compileStep(function* (x: Tensor) {
      recorder.log.push('run');
      yield [sum(x) as Scalar];
    });

  test('a step is rehearsed, recorded twice and then replayed, for each set of shapes', async () => {
    const recorder = await install();
    const step = make(recorder);
    for (let i = 0; i < 5; i++) dispose([...(await step.run([ids(1)]))]);
    expect(recorder.log.splice(0)).toEqual(['run', 'capture', 'run', 'abandon', 'capture', 'run', 'replay', 'replay']);
    expect([step.reason, step.replays, step.bytes, step.workingBytes]).toEqual([undefined, 2, 8, 16]);
    await step.run([ids(1, 2)]);
    await step.run([{ data: Float32Array.of(1), shape: [1] }]);
    expect(recorder.log.splice(0)).toEqual(['run', 'run']);
    await step.run([ids(1)]);
    expect(recorder.log.splice(0)).toEqual(['replay']);
    step.dispose();
    expect(recorder.log.splice(0)).toEqual(['dispose']);
  });

  test('of many shapes, the recordings used last are kept', async () => {
    const recorder = await install();
    const step = make(recorder);
    const shapes = [ids(1), ids(1, 2), ids(1, 2, 3), ids(1, 2, 3, 4), ids(1, 2, 3, 4, 5)];
    for (const shape of shapes) for (let i = 0; i < 3; i++) await step.run([shape]);
    expect(recorder.log.filter((entry) => entry === 'dispose').length).toBe(1);
    expect(step.bytes).toBe(4 * 8);
    recorder.log.length = 0;
    await step.run([shapes[0]]); // the first to go
    await step.run([shapes[2]]);
    expect(recorder.log).toEqual(['dispose', 'run', 'replay']);
  });

  test('numbers of JavaScript that change keep a step as it is', async () => {
    const recorder = await install();
    const step = make(recorder);
    recorder.constants = [Float32Array.of(0, Number.NaN)];
    await step.run([ids(1)]);
    await step.run([ids(1)]);
    recorder.constants = [Float32Array.of(-0, Number.NaN)];
    await step.run([ids(1)]);
    expect(step.reason).toMatch('Expected the same numbers from JavaScript at every step');
    recorder.log.length = 0;
    await step.run([ids(1)]);
    expect(recorder.log).toEqual(['run']);
  });

  test('so does an engine that cannot record it, and record: false', async () => {
    const recorder = await install();
    const step = make(recorder);
    recorder.reason = 'Expected no read';
    for (let i = 0; i < 5; i++) await step.run([ids(1)]);
    expect(step.reason).toBe('Expected no read');
    expect(recorder.log.splice(0)).toEqual(['run', 'capture', 'run', 'abandon', 'capture', 'run', 'run', 'run']);
    const plain = compileStep(
      function* () {
        yield [];
      },
      { record: false },
    );
    for (let i = 0; i < 5; i++) await plain.run([]);
    expect(recorder.log).toEqual([]);
    expect(plain.reason).toMatch('record: false');
  });

  test('a step that goes stale is recorded again, but not for ever', async () => {
    const recorder = await install();
    const step = make(recorder);
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) await step.run([ids(1)]);
      return recorder.log.splice(0);
    };
    await run(5);
    recorder.stale = true;
    expect(await run(2)).toEqual(['dispose', 'run', 'capture', 'run']);
    recorder.stale = false;
    expect(await run(2)).toEqual(['replay', 'replay']);
    recorder.stale = true;
    const again = ['dispose', 'run', 'capture', 'run'];
    expect(await run(6)).toEqual([...again, ...again, ...again]);
    expect(step.reason).toBe(undefined);
    expect(await run(2)).toEqual(['dispose', 'run', 'run']);
    expect(step.reason).toMatch('got 3 recordings in vain');
  });

  test('what breaks off while it is recorded is abandoned, and recorded another time', async () => {
    const recorder = await install();
    const step = make(recorder);
    const no = () => {
      throw new Error('no');
    };
    for (let i = 0; i < 2; i++) await expect(step.run([ids(1)], no)).rejects.toThrow('no');
    expect(recorder.log.splice(0)).toEqual(['run', 'run']); // an optimizer has not made its slots yet
    await step.run([ids(1)]);
    for (let i = 0; i < 3; i++) await expect(step.run([ids(1)], no)).rejects.toThrow('no');
    expect(recorder.log.splice(0)).toEqual(['run', ...Array(3).fill(['capture', 'run', 'abandon']).flat()]);
    for (let i = 0; i < 3; i++) await step.run([ids(1)]);
    expect(recorder.log.splice(0)).toEqual(['capture', 'run', 'abandon', 'capture', 'run', 'replay']);
    await expect(step.run([ids(1)], no)).rejects.toThrow('no');
  });

  test('while another step is recorded it runs as it stands', async () => {
    const recorder = await install();
    const step = make(recorder);
    recorder.busy = true;
    for (let i = 0; i < 3; i++) await step.run([ids(1)]);
    expect(recorder.log.splice(0)).toEqual(['run', 'run', 'run']);
    recorder.busy = false;
    for (let i = 0; i < 3; i++) await step.run([ids(1)]);
    expect(recorder.log).toEqual(['capture', 'run', 'abandon', 'capture', 'run', 'replay']);
  });
});
