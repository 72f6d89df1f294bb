// Who is measured, and how each is started: as a process of its own, which is asked for one workload at a time.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export type Contestant = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
};

const folder = join(import.meta.dirname, '..', 'contestants');

const node = (name: string, file: string, ...args: string[]): Contestant => ({
  name,
  command: process.execPath,
  args: ['--conditions=development', '--no-warnings', join(folder, file), ...args],
});

const ours: readonly Contestant[] = [
  node('hornbook, 1 thread', 'hornbook.ts', 'simd', '1', 'replay'),
  node('hornbook, 2 threads', 'hornbook.ts', 'simd', '2', 'replay'),
  node('hornbook, 1 thread, eager', 'hornbook.ts', 'simd', '1', 'eager'),
  node('hornbook, 2 threads, eager', 'hornbook.ts', 'simd', '2', 'eager'),
  node('hornbook on wasm', 'hornbook.ts', 'wasm', '1', 'eager'),
];

const others: readonly Contestant[] = [
  node('TensorFlow.js, wasm', 'tfjs.ts', 'wasm'),
  node('TensorFlow.js, cpu', 'tfjs.ts', 'cpu'),
  node('jax-js, wasm', 'jax.ts'),
  node('gpt-tokenizer', 'tokenizers.ts', 'gpt-tokenizer'),
  node('js-tiktoken', 'tokenizers.ts', 'js-tiktoken'),
];

/** PyTorch comes in where a Python is found that has it: the one in PYTHON, the system's, or the first on the path. */
export function contestants(): readonly Contestant[] {
  const python = findPython();
  const torch = [1, 2].map((threads) => ({
    name: `PyTorch, ${threads} thread${threads > 1 ? 's' : ''}`,
    command: python ?? '',
    args: [join(folder, 'pytorch.py'), `${threads}`],
  }));
  if (!python)
    console.warn('SKIPPED: PyTorch. Install python3-torch and libopenblas0-openmp, or name a Python in PYTHON.');
  return [...ours, ...(python ? torch : []), ...others];
}

function findPython(): string | undefined {
  const candidates = [process.env.PYTHON, '/usr/bin/python3', 'python3'].filter((name) => name !== undefined);
  return candidates.find((python) => {
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
      return true;
    } catch {
      return false; // it is not here, or has no torch
    }
  });
}
