// The GPUs of this machine, which are real ones, and which is used.
import { findAll, noAdapter, openGpu } from '#gpu';

export { installDawn } from '#gpu';
export { GpuError } from './gpu-error.ts';

export type Adapter = {
  /** Such as 'NVIDIA GeForce RTX 4090'. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A processor posing as a GPU: right, and slower than the CPU engine. */
  readonly software: boolean;
};

/** An adapter, what it can do, and why it is used by itself or not. */
export type AdapterReport = Adapter & {
  /** Of those that the engine uses: 'shader-f16' is half precision, 'subgroups' and 'timestamp-query'. */
  readonly features: readonly string[];
  /** In bytes, of one tensor. */
  readonly largestTensor: number;
  readonly automatic: boolean;
  readonly reason: string;
};

/**
 * An adapter, or what to do to have one.
 *
 * @param name of the one to take, or a part of it, in any case; the fastest where it is left out
 */
export async function findAdapter(name?: string): Promise<GPUAdapter | string> {
  if (name === undefined) return findFastest();
  const found = await findAll();
  const wanted = found.find((each) => [each.listed, describeAdapter(each.adapter).name].some(has(name)));
  if (wanted) return wanted.adapter;
  const fastest = found.length === 0 ? await findFastest() : '';
  if (typeof fastest === 'string' && fastest !== '') return fastest;
  return `Expected an adapter named ${found.map(({ adapter }) => describeAdapter(adapter).name).join(', ')}, got ${JSON.stringify(name)}`;
}

/** Every adapter, the fastest first, and why it would be used by itself or not. */
export async function inspectAdapters(): Promise<readonly AdapterReport[]> {
  const fastest = await findFastest();
  if (typeof fastest === 'string') return [];
  const best = describeAdapter(fastest);
  const others = (await findAll())
    .map(({ adapter }) => adapter)
    .filter((each) => describeAdapter(each).name !== best.name);
  return [fastest, ...others].map((adapter) => {
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    return {
      ...describeAdapter(adapter),
      features: usedFeatures.filter((feature) => adapter.features.has(feature)),
      largestTensor: Math.min(maxBufferSize, maxStorageBufferBindingSize),
      ...preference(adapter, best),
    };
  });
}

function preference(adapter: GPUAdapter, best: Adapter): Pick<AdapterReport, 'automatic' | 'reason'> {
  const { software, name } = describeAdapter(adapter);
  if (software) {
    const reason = 'made of software and slower than the CPU engine: used only where it is asked for by name';
    return { automatic: false, reason };
  }
  if (name === best.name) return { automatic: true, reason: 'the fastest here, by its own account' };
  return { automatic: false, reason: `${best.name} is said to be faster: ask for this one by name` };
}

/** What an adapter says about itself, in a form for people. */
export function describeAdapter({ info }: { readonly info: GPUAdapterInfo }): Adapter {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const said = [vendor, architecture, device, description].join(' ');
  return {
    name: description || device || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed GPU',
    vendor,
    architecture,
    software: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(said),
  };
}

/** What kernels can use where an adapter has it. */
export const usedFeatures: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

async function findFastest(): Promise<GPUAdapter | string> {
  const gpu = await openGpu();
  if (typeof gpu === 'string') return gpu;
  return (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ?? noAdapter();
}

const has = (part: string) => (whole: string) => whole.toLowerCase().includes(part.toLowerCase());
