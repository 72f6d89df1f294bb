// `hornbook doctor`: what this machine has to train on, and what to do about the rest.
import { availableParallelism, freemem, totalmem } from 'node:os';
import { inspectBackends, useBackend } from '@hornbook/backends';
import pc from 'picocolors';
import { version } from './version.ts';

export type DoctorRequest = { readonly json: boolean };

export async function doctor({ json }: DoctorRequest, write: (text: string) => void): Promise<void> {
  const engines = await inspectBackends();
  const best = await useBackend();
  const machine = {
    hornbook: version(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memory: { total: totalmem(), free: freemem() },
  };
  if (json) {
    write(`${JSON.stringify({ ...machine, engines, best })}\n`);
    return;
  }
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  write(
    `hornbook ${machine.hornbook}, Node ${machine.node}, ${machine.platform}, ${machine.cores} cores, ` +
      `${gigabytes(machine.memory.free)} of ${gigabytes(machine.memory.total)} memory free\n\nEngines, best first:\n`,
  );
  for (const { name, available, automatic, version: tfjs, adapter, advice } of engines) {
    const mark = !available ? pc.red('✗') : automatic ? pc.green('✓') : pc.yellow('·');
    write(`  ${mark} ${name.padEnd(7)} TensorFlow.js ${tfjs}${adapter ? `, ${adapter.name}` : ''}\n`);
    if (advice) write(`      ${advice}\n`);
  }
  write(`\nTraining here uses ${pc.bold(best.name)}. Another engine: --backend NAME\n`);
}
