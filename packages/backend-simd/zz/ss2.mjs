import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '../src/index.ts';
import fc from 'fast-check';

const which = process.argv[2];
await tf.setBackend(which);
await tf.ready();
const arb = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.tuple(
        ...shape.map((size) =>
          fc.tuple(
            fc.integer({ min: -size, max: size }),
            fc.integer({ min: -size, max: size }),
            fc.constantFrom(-3, -1, 1, 2),
          ),
        ),
      ),
      fc.nat(31),
      fc.nat(31),
    ),
  );
let n = 0;
for (const [shape, axes, b, e] of fc.sample(arb, { numRuns: 3000, seed: 5 })) {
  const args = [axes.map((a) => a[0]), axes.map((a) => a[1]), axes.map((a) => a[2]), b, e];
  process.stderr.write(`\r${n++} `);
  globalThis.last = JSON.stringify([shape, ...args]);
  (await import('fs')).writeFileSync('/tmp/e2/last-' + which, globalThis.last);
  const x =
    tf
      .range(
        0,
        shape.reduce((a, b) => a * b, 1),
      )
      .reshape?.(shape) ??
    tf.reshape(
      tf.range(
        0,
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    );
  try {
    tf.stridedSlice(x, ...args).dataSync();
  } catch (error) {
    if (n < 50) console.log(error.message);
  }
}
