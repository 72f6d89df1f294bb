// Results written over what they are made of: less memory, and the bits of the step as it stands, whatever it computes.
import { compileStep, gelu, layerNorm, type StepInput, swiGlu } from '@hornbook/ops';
import {
  add,
  addN,
  cast,
  dispose,
  greater,
  mul,
  setBackend,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor1d,
  variable,
  where,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import './index.ts';

beforeAll(() => setBackend('simd'));

const [rows, width] = [4, 24];
const numbers = (count: number, seed: number): StepInput => ({
  data: Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + seed)),
  shape: count === width ? [width] : [count / width, width],
});

/** What one step of a program may do: to two of what there is so far. */
const operations: ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a) => tanh(a),
  (a) => gelu(a),
  (a, b) => add(a, b),
  (a, b) => sub(b, a),
  (a, b) => mul(a, b),
  (a, b) => (a.rank === b.rank ? addN([a, b, a]) : add(a, b)),
  (a, b) => (a.rank === b.rank ? swiGlu(a, b) : mul(a, b)),
  (a) => layerNorm(a, tensor1d(new Array(width).fill(0.5)), tensor1d(new Array(width).fill(0.1))),
  (a, b) => (a.rank === b.rank ? where(greater(a, b), a, b) : add(a, b)),
  (a) => cast(cast(mul(a, 10), 'int32'), 'float32'),
];

type Instruction = { readonly operation: number; readonly a: number; readonly b: number };

test('any program gives the same bits eager and replayed', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ operation: fc.nat(operations.length - 1), a: fc.nat(), b: fc.nat() }), {
        minLength: 1,
        maxLength: 14,
      }),
      fc.nat(13),
      async (program: Instruction[], cut) => {
        const bits = await Promise.all([false, true].map((record) => outputsOf(program, cut, record)));
        expect(bits[1]).toBe(bits[0]);
      },
    ),
    { numRuns: 60 },
  ));

/** The bits of what a program computes in its fifth run, in two segments. */
async function outputsOf(program: readonly Instruction[], cut: number, record: boolean): Promise<string> {
  const step = compileStep(
    function* (x: Tensor, row: Tensor) {
      const values = [x, row];
      for (const [i, { operation, a, b }] of program.entries()) {
        // The newest most often, so that most others are not needed again.
        const [one, other] = [a, b].map((n) => values[values.length - 1 - (n % Math.min(3, values.length))]);
        values.push(operations[operation](one, other));
        if (i === cut) yield values.slice(2);
      }
      return values.slice(-2).filter((value) => value !== x && value !== row);
    },
    { record },
  );
  let bits = '';
  for (let i = 0; i < 5; i++) {
    const outputs = await step.run([numbers(rows * width, i), numbers(width, i)]);
    bits = outputs.map((output) => new Int32Array(output.dataSync().slice().buffer).join()).join(';');
    dispose([...outputs]);
  }
  expect(step.replays).toBe(record ? 2 : 0);
  step.dispose();
  return bits;
}

test('a chain takes the memory of one tensor, and what is read again stays', async () => {
  const size = 1024;
  const workingBytes = async (work: (x: Tensor) => Tensor) => {
    const weights = variable(tensor1d(new Array(size).fill(1)));
    const step = compileStep(function* () {
      yield [];
      return [sum(work(tanh(weights)))];
    });
    for (let i = 0; i < 4; i++) dispose([...(await step.run([]))]);
    expect(step.replays).toBe(1);
    const { workingBytes } = step;
    step.dispose();
    weights.dispose();
    return workingBytes;
  };
  expect(await workingBytes((x) => square(tanh(mul(tanh(x), 2))))).toBeLessThan(1.5 * 4 * size);
  expect(await workingBytes((x) => add(tanh(square(x)), x))).toBeLessThan(2.5 * 4 * size);
});
