// Where a training step spends its time on the GPU: ms for each kernel, by timestamps around every dispatch.
//
//     node --conditions=development benchmarks/gpu/profile.ts 'ours|ours half' full|quick [adapter]
//
// Started by webgpu.ts with --profile. Prints a table; kernels that run on grids of different sizes are kept apart.
import { backend } from '@tensorflow/tfjs-core';
import { type Contestant, startContestant, steps } from './contestant.ts';
import { type SizeName, sizes } from './sizes.ts';

/** Dispatches that are timed: a query set holds 4096 timestamps. */
const most = 2048;
const measured = 5;
const [contestant, sizeName, adapter] = process.argv.slice(2) as [Contestant, SizeName, string?];
const { warmup } = sizes[sizeName];

// Dawn makes timestamps as coarse as browsers need them: 0.1 ms.
process.env.HORNBOOK_DAWN = [process.env.HORNBOOK_DAWN, 'disable-dawn-features=timestamp_quantization']
  .filter(Boolean)
  .join(' ');
await startContestant(contestant, adapter);
const { device } = backend() as unknown as { readonly device: GPUDevice };
if (!device.features.has('timestamp-query')) {
  console.error('This adapter has no timestamp queries');
  process.exit(1);
}

const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * most });
/** The kernels of the step that is timed, in order; undefined while none is. */
let timed: string[] | undefined;
listen();
const totals = new Map<string, { count: number; nanoseconds: number }>();
const untimed: number[] = [];
let [left, before] = [measured, performance.now()];
for await (const { step } of steps(contestant, sizeName, sizes[sizeName].dropout)) {
  const now = performance.now();
  if (timed) {
    await take(timed);
    left--;
  } else if (step >= warmup) untimed.push(now - before);
  if (left === 0) break;
  timed = step >= warmup + measured ? [] : undefined;
  before = performance.now();
}
print();
process.exit();

/** Gives every dispatch a pass of its own with a timestamp on either side, while a step is timed. */
function listen(): void {
  const make = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = make(descriptor);
    return new Proxy(encoder, {
      get(_, name) {
        if (name === 'beginComputePass' && timed) return () => passes(encoder, timed as string[]);
        const value = Reflect.get(encoder, name);
        return typeof value === 'function' ? value.bind(encoder) : value;
      },
    });
  };
}

function passes(encoder: GPUCommandEncoder, names: string[]): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline;
  let bindGroup: GPUBindGroup;
  const pass: Partial<GPUComputePassEncoder> = {
    setPipeline(next) {
      pipeline = next;
    },
    setBindGroup(_: number, next: GPUBindGroup) {
      bindGroup = next;
    },
    dispatchWorkgroups(...workgroups) {
      const at = 2 * names.length;
      const timestampWrites =
        names.length < most ? { querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 } : undefined;
      const real = encoder.beginComputePass({ timestampWrites });
      real.setPipeline(pipeline);
      real.setBindGroup(0, bindGroup);
      real.dispatchWorkgroups(...workgroups);
      real.end();
      const grid = workgroups.filter((n) => n !== undefined).join('×');
      names.push(`${shorten(pipeline.label) || 'unnamed'} | ${grid}`);
    },
    end() {},
  };
  return pass as GPUComputePassEncoder;
}

/** Without the list of a kernel's buffers, and with a matrix product's choices as bits. */
function shorten(label: string): string {
  return label
    .replace(/(\/\d+) .*$/, '$1')
    .replaceAll(/true,?/g, '1')
    .replaceAll(/false,?/g, '0');
}

async function take(names: readonly string[]): Promise<void> {
  const count = 2 * Math.min(most, names.length);
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const resolved = device.createBuffer({ size: 8 * count, usage: QUERY_RESOLVE | COPY_SRC });
  const readable = device.createBuffer({ size: 8 * count, usage: COPY_DST | MAP_READ });
  timed = undefined;
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, readable, 0, 8 * count);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  const stamps = new BigUint64Array(readable.getMappedRange());
  for (const [i, name] of names.slice(0, most).entries()) {
    const total = totals.get(name) ?? { count: 0, nanoseconds: 0 };
    totals.set(name, total);
    total.count++;
    total.nanoseconds += Number(stamps[2 * i + 1] - stamps[2 * i]);
  }
  readable.destroy();
  resolved.destroy();
}

function print(): void {
  const rows = [...totals].sort(([, a], [, b]) => b.nanoseconds - a.nanoseconds);
  const milliseconds = (nanoseconds: number) => nanoseconds / 1e6 / measured;
  const sum = rows.reduce((total, [, { nanoseconds }]) => total + nanoseconds, 0);
  const dispatches = rows.reduce((total, [, { count }]) => total + count, 0) / measured;
  const step = untimed.sort((a, b) => a - b)[untimed.length >> 1];
  console.log(
    `${contestant}, a step with dropout: ${step.toFixed(2)} ms, of which ${dispatches} kernels take ` +
      `${milliseconds(sum).toFixed(2)} ms of the GPU; the rest is JavaScript, copies, and waiting.\n`,
  );
  console.log('| kernel | workgroups | times a step | ms a step | share |\n| --- | ---: | ---: | ---: | ---: |');
  for (const [name, { count, nanoseconds }] of rows.slice(0, 40)) {
    const share = ((100 * nanoseconds) / sum).toFixed(1);
    console.log(`| ${name} | ${count / measured} | ${milliseconds(nanoseconds).toFixed(3)} | ${share} % |`);
  }
  if (rows.length > 40) console.log(`\nand ${rows.length - 40} more.`);
}
