// The GPU of this machine: a step of training, matrix products and tokens, ours beside plain TensorFlow.js and PyTorch.
//
//     npm run bench:gpu -- [--quick] [--adapter NAME] [--with ours,tfjs]
//
// Needs a checkout, Node and npm; PyTorch is measured where python3 has torch with CUDA. --quick is a small size.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, type } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { describeAdapter, findAdapter } from '@hornbook/backend-webgpu/adapter';
import { type Measured, type SizeName, sizes } from './gpu/sizes.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    adapter: { type: 'string' },
    with: { type: 'string', default: 'ours,tfjs,torch f32,torch bf16' },
  },
});
const sizeName: SizeName = values.quick ? 'quick' : 'full';
const { model, batchSize, products } = sizes[sizeName];
const rows: readonly (readonly [Measured['what'], string])[] = [
  ['step', 'ms a step of training'],
  ['tokens', 'tokens a second'],
  ...products.map((size) => [`product ${size}` as const, `TFLOP/s, product of ${size}`] as const),
];

console.log(await machine());
console.log(
  `GPT: ${model.numLayers} layers, ${model.numHeads} heads, ${model.embedDim} wide, context ${model.contextLength}, ` +
    `batch ${batchSize}, no dropout; AdamW, clipped at 1.\n`,
);
const here = import.meta.dirname;
const columns: { name: string; found: Map<string, number> }[] = [];
for (const name of values.with.split(',').map((each) => each.trim())) {
  const found = new Map<string, number>();
  const [command, args] = commandOf(name);
  const problem = await run(command, args, ({ what, value }) => found.set(what, value));
  if (problem) console.log(`${name}: ${problem}`);
  columns.push({ name, found });
}
const line = (cells: readonly string[]) =>
  `| ${cells.map((cell, i) => (i ? cell.padStart(12) : cell.padEnd(26))).join(' | ')} |`;
console.log(`\n${line(['', ...columns.map(({ name }) => name)])}`);
console.log(line(['-'.repeat(26), ...columns.map(() => `${'-'.repeat(11)}:`)]));
for (const [what, title] of rows) console.log(line([title, ...columns.map(({ found }) => format(found.get(what)))]));
process.exit(); // Dawn's threads would go on

function commandOf(name: string): [string, string[]] {
  const torch = name.match(/^torch (f32|bf16)$/);
  if (torch) return ['python3', [join(here, 'gpu', 'pytorch.py'), torch[1], JSON.stringify(sizes[sizeName])]];
  if (name !== 'ours' && name !== 'tfjs') {
    throw new RangeError(`Expected --with ours, tfjs, torch f32, torch bf16, got ${name}`);
  }
  const script = join(here, 'gpu', 'measure.ts');
  return [
    process.execPath,
    ['--conditions=development', script, name, sizeName, ...(values.adapter ? [values.adapter] : [])],
  ];
}

/** Each line as it comes; returns what went wrong. */
function run(
  command: string,
  args: readonly string[],
  onLine: (measured: Measured) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    createInterface({ input: child.stdout }).on('line', (text) => onLine(JSON.parse(text)));
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (code) => resolve(code === 0 ? undefined : complaint.trim().split('\n').slice(-3).join(' ')));
  });
}

async function machine(): Promise<string> {
  const adapter = await findAdapter(values.adapter);
  if (typeof adapter === 'string') {
    console.error(adapter);
    process.exit(1);
  }
  const { name, vendor, architecture } = describeAdapter(adapter);
  const nvidia = '/proc/driver/nvidia/version';
  const driver = existsSync(nvidia) ? readFileSync(nvidia, 'utf8').split('\n')[0] : adapter.info.description;
  return [
    `GPU: ${[name, vendor, architecture].filter(Boolean).join(', ')}; features ${[...adapter.features].filter((feature) => /subgroups|f16|timestamp/.test(feature)).join(', ')}`,
    `Driver: ${driver}`,
    `CPU: ${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores; ${type()} ${release()}; Node ${process.version}`,
    `Date: ${new Date().toISOString().slice(0, 10)}`,
  ].join('\n');
}

function format(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en');
}
