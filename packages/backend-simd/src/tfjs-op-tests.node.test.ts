// TensorFlow.js's own tests of the operations that have kernels here; scripts/tfjs-op-tests.mjs alone runs all there are.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = join(dirname(dirname(fileURLToPath(import.meta.url))), 'scripts', 'tfjs-op-tests.mjs');

const files = [
  ...[
    'abs',
    'add',
    'add_n',
    'all',
    'any',
    'arg_max',
    'arg_min',
    'arithmetic',
    'clip_by_value',
    'compare_ops',
    'concat',
  ],
  ...[
    'cumsum',
    'div',
    'exp',
    'expand_dims',
    'expm1',
    'fill',
    'gather',
    'leaky_relu',
    'log',
    'log1p',
    'logical',
    'mat_mul',
  ],
  ...['max', 'mean', 'min', 'mul', 'neg', 'one_hot', 'ones_like', 'pad', 'pow', 'prod', 'relu', 'reverse', 'sigmoid'],
  ...[
    'sign',
    'slice',
    'softmax',
    'split',
    'sqrt',
    'square',
    'squared_difference',
    'stack',
    'strided_slice',
    'sub',
    'sum',
  ],
  ...['tanh', 'tile', 'transpose', 'unsorted_segment_sum', 'unstack', 'where', 'zeros_like'],
];

test('the operations pass the tests that TensorFlow.js ships for them', async () => {
  const pattern = `^ops/(${files.join('|')})_test\\.js$`;
  const args = ['--conditions=development', script, 'simd', pattern];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((failure) => failure);
  expect(stdout).toMatch(/^simd: \d{4} passed, 0 failed$/m);
});
