// What a real GPU's compiler makes of our shaders, without such a GPU: registers, scratch memory, waves, instructions.
//
//     node --conditions=development benchmarks/gpu/compile.ts [--driver FILE] [--family navi31] [--half]
//
// Needs Linux, cc and Mesa's RADV (`apt install mesa-vulkan-drivers`), which compiles for AMD GPUs that are not there. The
// shaders are those of a training step of nanoGPT's setting for Shakespeare, with dropout. Nothing is computed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    driver: { type: 'string', default: '/usr/lib/x86_64-linux-gnu/libvulkan_radeon.so' },
    family: { type: 'string', default: 'navi31' },
    half: { type: 'boolean', default: false },
  },
});
/** As RADV says them, and as the table does. */
const columns = {
  VGPRs: 'registers',
  'Spilled VGPRs': 'spilled',
  'Scratch size': 'scratch',
  'LDS size': 'shared',
  'Subgroups per SIMD': 'waves',
  Instructions: 'instructions',
  'Inverse Throughput': 'cycles',
};

const folder = mkdtempSync(join(tmpdir(), 'hornbook-'));
try {
  const source = join(import.meta.dirname, 'no-hardware.c');
  execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'libvulkan.so.1'), source, '-ldl'], { stdio: 'inherit' });
  const args = [
    '--conditions=development',
    join(import.meta.dirname, 'compile-step.ts'),
    values.half ? 'half' : 'full',
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      NO_HARDWARE_DRIVER: values.driver,
      RADV_FORCE_FAMILY: values.family,
      RADV_DEBUG: 'shaderstats,nocache',
    },
  });
  // Not by its status: a device that computes nothing may abort as the process ends.
  if (!stdout.includes('done')) throw new Error(`${stdout}${stderr}`.slice(-2000));
  console.log(`| ${[...Object.values(columns), 'shader'].join(' | ')} |`);
  console.log(`|${' ---: |'.repeat(Object.keys(columns).length)} --- |`);
  for (const row of rowsOf(stderr)) console.log(`| ${row.join(' | ')} |`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Of a shader, its name follows its figures. One that is the same as an earlier one has none. */
function rowsOf(text: string): string[][] {
  const parts = text.split(/^shader (.*)$/m);
  const shaders = Array.from({ length: parts.length >> 1 }, (_, i) => [parts[2 * i], parts[2 * i + 1]]);
  return shaders
    .filter(([figures]) => figures.includes('SHADER STATS'))
    .map(([figures, name]) => [
      ...Object.keys(columns).map((column) => figures.match(new RegExp(`^${column}: (\\d+)`, 'm'))?.[1] ?? ''),
      name,
    ]);
}
