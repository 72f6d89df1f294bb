// Recording and replaying: the same bits as eager, and a reason or a new recording wherever a replay would be wrong.
import { type Capture, type HostArray, hostInput, type Replay } from '@hornbook/ops';
import {
  add,
  backend,
  clone,
  concat,
  dispose,
  gather,
  keep,
  mul,
  setBackend,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor1d,
  tensor2d,
  tidy,
  topk,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import './index.ts';
import type { SimdBackend } from './backend.ts';
import { RecordedStep } from './replay.ts';

beforeAll(() => setBackend('simd'));
const engine = () => backend() as SimdBackend;

let weights: Variable;
beforeEach(() => {
  weights = ownVariable(() => tensor1d([1, 2, 3, 4]));
});
afterEach(() => weights.dispose());

/** With memory that it shares with no other tensor: the first value is freed. */
function ownVariable(make: () => Tensor): Variable {
  return tidy(() => variable(make()));
}

const floats = (...values: number[]): HostArray => ({ data: Float32Array.from(values), shape: [values.length] });

/** Records a step of one segment, whose inputs are the tensors of these values. */
function record(inputs: readonly number[][], work: (...inputs: Tensor[]) => Tensor[]): Replay | { reason: string } {
  const tensors = inputs.map((values) => tensor1d(values));
  const capture = engine().startCapture(tensors) as Capture;
  dispose(capture.segment(() => tidy(() => work(...tensors))).filter((output) => output !== weights) as Tensor[]);
  dispose(tensors);
  return capture.finish();
}

function replayOf(recorded: Replay | { reason: string }): RecordedStep {
  expect(recorded).toBeInstanceOf(RecordedStep);
  return recorded as RecordedStep;
}

function run(replay: Replay, ...inputs: HostArray[]): number[][] {
  replay.start(inputs);
  const outputs = replay.end();
  const values = outputs.map((output) => [...output.dataSync()]);
  dispose([...outputs]);
  return values;
}

describe('a replay', () => {
  test('computes from new inputs, constants and variables, and assigns the variables', () => {
    const replay = replayOf(
      record([[0, 0, 0, 0]], (x) => {
        weights.assign(add(weights, mul(x, 2)));
        return [sum(weights), square(x)];
      }),
    );
    expect(run(replay, floats(1, 0, 0, 5))).toEqual([[22], [1, 0, 0, 25]]);
    expect(run(replay, floats(0, 1, 0, 0))).toEqual([[24], [0, 1, 0, 0]]);
    expect([...weights.dataSync()]).toEqual([3, 4, 3, 14]);
    weights.assign(sub(weights, weights)); // other memory
    expect(replay.stale).toBe(true);
    replay.dispose();
  });

  test('holds less than eager, and gives its working memory back', () => {
    const x = Array.from({ length: 1000 }, (_, i) => i / 1000);
    const chain = (y: Tensor) => {
      for (let i = 0; i < 20; i++) y = tanh(y);
      return [y];
    };
    const before = engine().memory().numBytesInWasm;
    const replay = replayOf(record([x], chain));
    expect(replay.workingBytes).toBeLessThan(3 * 4096);
    expect(engine().memory().numBytesInWasm).toBe(before + replay.bytes);
    const used = new Set<number>();
    for (let i = 0; i < 20; i++) {
      run(replay, floats(...x));
      used.add(engine().memory().numBytesInWasm);
    }
    expect([...used]).toEqual([before + replay.bytes]);
    replay.dispose();
    expect(engine().memory().numBytesInWasm).toBe(before);
  });

  test('can be broken off between segments and begun again', () => {
    const input = tensor1d([1]);
    const capture = engine().startCapture([input]) as Capture;
    const [middle] = capture.segment(() => tidy(() => [mul(input, 3)]));
    dispose(capture.segment(() => tidy(() => [add(middle, 1)])));
    dispose([middle, input]);
    const replay = replayOf(capture.finish());
    for (const value of [5, 6]) {
      replay.start([floats(value)]);
      expect([...replay.segment()[0].dataSync()]).toEqual([3 * value]);
    }
    expect(run2(replay)).toEqual([19]);
    replay.dispose();

    function run2(begun: Replay): number[] {
      const [output] = begun.end();
      const values = [...output.dataSync()];
      output.dispose();
      return values;
    }
  });

  test('makes host inputs anew in their order, those that nothing uses as well', () => {
    const drawn: string[] = [];
    const draw = (name: string) => () => {
      drawn.push(name);
      return Float32Array.of(drawn.length);
    };
    const replay = replayOf(
      record([], () => {
        const [first, , third] = ['a', 'b', 'c'].map((name) => hostInput(draw(name), [1]));
        return [sub(third, first)];
      }),
    );
    drawn.length = 0;
    expect(run(replay)).toEqual([[2]]);
    expect(run(replay)).toEqual([[2]]);
    expect(drawn).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    replay.dispose();
  });
});

describe('there is no replay, but a reason, where the step', () => {
  const refused: [string, RegExp, (x: Tensor) => Tensor[]][] = [
    ['uses an operation that TensorFlow.js computes', /got TopK/, (x) => [topk(x, 1).values]],
    ['reads in the middle', /no read inside/, (x) => [mul(x, Number(sum(x).dataSync()[0]))]],
    ['keeps a tensor', /another tensor kept/, (x) => [add(x, keep(mul(x, 2)))]],
    ['disposes of a variable', /keep its variables/, (x) => [mul(x, disposed())]],
    ['assigns what it found', /assigned what the step computed/, (x) => [assignFound(x)]],
    ['frees what it found', /from outside freed/, (x) => [freeFound(x)]],
  ];
  const made: Tensor[] = [];
  let found: Tensor;
  beforeEach(() => {
    found = tensor1d([5, 6, 7, 8]);
  });
  afterEach(() => {
    for (const one of [...made.splice(0), found]) if (!one.isDisposed) one.dispose();
  });

  function disposed(): Tensor {
    const copy = add(weights, 0);
    weights.dispose();
    weights = ownVariable(() => tensor1d([0]));
    return copy;
  }
  function assignFound(x: Tensor): Tensor {
    weights.assign(found as never);
    return add(x, 1);
  }
  function freeFound(x: Tensor): Tensor {
    const y = add(x, found);
    found.dispose();
    return y;
  }

  test.each(refused)('%s', (_, reason, work) => {
    const result = record([[1, 2, 3, 4]], (x) => work(x));
    expect((result as { reason: string }).reason).toMatch(reason);
    expect(engine().recording).toBe(false);
  });

  test('has one input twice', () => {
    const x = tensor1d([1, 2]);
    const capture = engine().startCapture([x, x]) as Capture;
    dispose(capture.segment(() => [add(x, x)]));
    expect(capture.finish()).toEqual({ reason: 'Expected inputs in memory of their own, got two that share it' });
    x.dispose();
  });

  test('reads a variable again after it was assigned', () => {
    const capture = engine().startCapture([]) as Capture;
    const [old] = capture.segment(() => {
      const before = clone(weights);
      tidy(() => weights.assign(mul(weights, 2)));
      return [before];
    });
    dispose(capture.segment(() => [add(old, 1)]));
    dispose(old);
    expect(capture.finish()).toHaveProperty('reason');
  });
});

describe('a replay goes stale when', () => {
  const changes: [string, () => Tensor | undefined][] = [
    ['a variable is assigned', () => void tidy(() => weights.assign(mul(weights, 2)))],
    ['a variable that it changes is cloned', () => clone(weights)],
    ['a variable is disposed', () => void weights.dispose()],
  ];

  /** Adds its input to the weights. */
  const accumulating = () =>
    replayOf(
      record([[1]], (x) => {
        weights.assign(add(weights, x));
        return [sum(weights)];
      }),
    );

  test.each(changes)('%s', (_, change) => {
    const replay = accumulating();
    run(replay, floats(1));
    expect(replay.stale).toBe(false);
    const made = change();
    expect(replay.stale).toBe(true);
    if (made) dispose(made);
    replay.dispose();
    if (weights.isDisposed) weights = ownVariable(() => tensor1d([0]));
  });

  test('more threads are there than it was recorded for', () => {
    const { threads } = engine();
    const replay = accumulating();
    engine().threads = threads + 1;
    expect(replay.stale).toBe(engine().threads > threads); // on a page there is one thread, whatever is asked for
    engine().threads = threads;
    expect(replay.stale).toBe(false);
    replay.dispose();
  });

  test('a tensor from outside is freed', () => {
    const outside = tensor1d([10]);
    const replay = replayOf(record([[1]], (x) => [mul(x, outside)]));
    expect(run(replay, floats(3))).toEqual([[30]]);
    expect(replay.stale).toBe(false);
    outside.dispose();
    expect(replay.stale).toBe(true);
    replay.dispose();
  });
});

test('variables that live on another engine stay there', async () => {
  const other = 'cpu';
  await setBackend(other);
  const elsewhere = ownVariable(() => tensor1d([1]));
  await setBackend('simd');
  replayOf(record([[1]], (x) => [add(x, 1)])).dispose();
  expect(engine().holds(elsewhere)).toBe(false);
  elsewhere.dispose();
});

test('while a step is recorded, no other is', () => {
  const capture = engine().startCapture([]) as Capture;
  expect(engine().startCapture([])).toBe(undefined);
  capture.abandon();
  const another = engine().startCapture([]) as Capture;
  expect(another).toBeDefined();
  another.abandon();
});

test('what throws is passed on, and the engine can record again', () => {
  const capture = engine().startCapture([]) as Capture;
  const failing = () => {
    throw new Error('of its own');
  };
  expect(() => capture.segment(failing)).toThrow('of its own');
  expect(engine().recording).toBe(false);
  capture.abandon();
  replayOf(record([[1]], (x) => [concat([x, x])])).dispose();
});

test('ids, lists and slices are followed', () => {
  const table = variable(tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
  const ids = tensor1d([0, 0], 'int32');
  const capture = engine().startCapture([ids]) as Capture;
  dispose(capture.segment(() => tidy(() => [gather(table, ids)])));
  ids.dispose();
  const replay = replayOf(capture.finish());
  expect(run(replay, { data: Int32Array.of(2, 1), shape: [2] })).toEqual([[5, 6, 3, 4]]);
  replay.dispose();
  table.dispose();
});
