// Helpers as worker threads of Node.
import { helper, type Threading } from './threads.ts';

export async function nodeThreading(): Promise<Threading> {
  // Not literals in the imports, so that bundlers for browsers leave them out.
  const [threads, os] = ['node:worker_threads', 'node:os'];
  const { Worker }: typeof import('node:worker_threads') = await import(
    /* @vite-ignore */ /* webpackIgnore: true */ threads
  );
  const { availableParallelism }: typeof import('node:os') = await import(
    /* @vite-ignore */ /* webpackIgnore: true */ os
  );
  const program = `${helper}\nhelp(require('node:worker_threads').workerData);`;
  return {
    cores: availableParallelism(),
    spawn(workerData) {
      const worker = new Worker(program, { eval: true, workerData, execArgv: [], name: 'hornbook-simd' });
      worker.unref();
      return () => worker.terminate();
    },
  };
}
