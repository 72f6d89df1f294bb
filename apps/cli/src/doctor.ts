// `hornbook doctor`: what this machine has to train on, and what to do about the rest.
import { availableParallelism, freemem, totalmem } from 'node:os';
import { inspectAdapters, inspectBackends, useBackend } from '@hornbook/backends';
import { Help } from 'commander';
import { colors } from './colors.ts';
import { version } from './version.ts';

export type DoctorRequest = { readonly json: boolean };

export async function doctor({ json }: DoctorRequest, write: (text: string) => void): Promise<void> {
  const engines = await inspectBackends();
  const adapters = await inspectAdapters();
  const best = await useBackend();
  const machine = {
    hornbook: version(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memory: { total: totalmem(), free: freemem() },
  };
  if (json) {
    write(`${JSON.stringify({ ...machine, engines, adapters, best })}\n`);
    return;
  }
  const { total, free } = machine.memory;
  const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  write(
    `hornbook ${machine.hornbook} on Node ${machine.node}, ${machine.platform}\n` +
      `${machine.cores} cores, ${gigabytes(free)} of ${gigabytes(total)} GB of memory free\n\nEngines, best first:\n`,
  );
  for (const { name, available, automatic, version: tfjs, adapter, threads, advice } of engines) {
    const mark = !available ? colors.red('✗') : automatic ? colors.green('✓') : colors.yellow('·');
    write(`  ${mark} ${name.padEnd(7)} TensorFlow.js ${tfjs}${adapter ? `, ${adapter.name}` : ''}${count(threads)}\n`);
    if (advice) write(`${indent(advice)}\n`);
  }
  if (adapters.length > 0) write('\nGPUs, for --backend webgpu --adapter NAME (a part of the name will do):\n');
  for (const { name, automatic, reason, features, largestTensor } of adapters) {
    const half = features.includes('shader-f16') ? 'has half precision' : 'no half precision (shader-f16)';
    const can = `${half}, ${features.includes('subgroups') ? 'subgroups' : 'no subgroups'}, tensors of up to ${gigabytes(largestTensor)} GB`;
    write(`  ${automatic ? colors.green('✓') : colors.yellow('·')} ${name}\n${indent(reason)}\n${indent(can)}\n`);
  }
  write(`\nTraining here uses ${colors.bold(best.name)}. Another engine: --backend NAME\n`);
}

/** Of simd: ', 2 threads'. */
function count(threads: number | undefined): string {
  return threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

/** Broken into lines that fit the window, below the name of the engine. */
function indent(text: string): string {
  const width = Math.min(100, process.stdout.columns ?? 80);
  return new Help().boxWrap(text, width - 6).replaceAll(/^/gm, '      ');
}
