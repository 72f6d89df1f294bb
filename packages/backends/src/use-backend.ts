// Picks the engine that tensors run on, loads it, and waits until it is ready.
import type { SimdBackend } from '@hornbook/backend-simd';
import type { GpuBackend } from '@hornbook/backend-webgpu';
import type { Adapter } from '@hornbook/backend-webgpu/adapter';
import { enableProdMode, getBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { type BackendName, backendNames, inspectBackends } from './inspect.ts';
import { loadCpu } from './load-cpu.ts';
import { loadSimd } from './load-simd.ts';
import { loadWasm, type WasmFiles } from './load-wasm.ts';
import { loadWebgpu } from './load-webgpu.ts';
import { repairProductGradient } from './repairs/product-gradient.ts';

export type Backend = {
  readonly name: BackendName;
  /** What webgpu runs on. */
  readonly adapter?: Adapter;
  /** How many simd uses at most. */
  readonly threads?: number;
};

export type BackendOptions = {
  /** How many threads simd may use; where none are possible, as on most web pages, it stays with one. */
  readonly threads?: number;
  /** The GPU that webgpu is to use, or a part of its name; without it, the fastest. */
  readonly adapter?: string;
  /** Where a browser finds the two .wasm files, if its bundler does not see to it. */
  readonly wasmFiles?: WasmFiles;
};

/** What has been loaded, or is being. */
const loaded: {
  cpu?: Promise<void>;
  wasm?: Promise<void>;
  simd?: Promise<SimdBackend>;
  webgpu?: Promise<GpuBackend>;
  /** What webgpu's adapter was asked for by. */
  adapter?: string;
} = {};

/**
 * Makes the named engine the current one; without a name the best one here: webgpu on a real GPU, else
 * simd, else wasm, else cpu.
 * Await it before the first tensor. An engine is fetched when it is first asked for; to ask again costs nothing.
 * Make tensors anew after a change: those on webgpu cannot follow.
 *
 * @throws RangeError for a name that no engine has, or a number of threads that cannot be; Error, with what to do, for an engine that is not here
 * @example await useBackend('simd', { threads: 2 }) → { name: 'simd', threads: 2 }
 */
export async function useBackend(name?: string, options: BackendOptions = {}): Promise<Backend> {
  const known = backendNames.find((each) => each === name);
  if (name !== undefined && !known) {
    throw new RangeError(`Expected an engine named ${backendNames.join(', ')}, got ${JSON.stringify(name)}`);
  }
  enableProdMode(); // no advertisement in Node; it also silences warnings, and changes no number
  await import('#gradients');
  repairProductGradient();
  return known ? start(known, options) : startBest(options);
}

async function startBest(options: BackendOptions): Promise<Backend> {
  const candidates = (await inspectBackends()).filter(({ automatic }) => automatic);
  for (const { name } of candidates.slice(0, -1)) {
    try {
      return await start(name, options);
    } catch (error) {
      console.warn((error as Error).message);
    }
  }
  return start('cpu', options);
}

async function start(name: BackendName, options: BackendOptions): Promise<Backend> {
  let found: Omit<Backend, 'name'> = {};
  try {
    if (name === 'cpu') loaded.cpu ??= loadCpu();
    if (name === 'wasm') loaded.wasm ??= loadWasm(options.wasmFiles);
    if (name === 'webgpu') found = { adapter: (await webgpu(options)).adapter };
    if (name === 'simd') loaded.simd ??= loadSimd();
    await loaded[name];
  } catch (error) {
    delete loaded[name];
    if (name === 'webgpu') delete loaded.adapter;
    const others = (await inspectBackends()).filter((other) => other.available && other.name !== name);
    throw new Error(
      `${(error as Error).message}. Instead of ${name} there are here: ${others.map((other) => other.name).join(', ')}`,
      { cause: error },
    );
  }
  if (name === 'simd') found = { threads: await useThreads(options) };
  if (getBackend() !== name) await setBackend(name);
  if (name === 'webgpu') await tuneWebgpu();
  return { name, ...found };
}

async function useThreads({ threads }: BackendOptions): Promise<number> {
  const backend = (await loaded.simd) as SimdBackend;
  if (threads !== undefined) backend.threads = threads;
  return backend.threads;
}

/** Once for each device. */
async function tuneWebgpu(): Promise<void> {
  const backend = (await loaded.webgpu) as GpuBackend;
  if (backend.tuning.size > 0) return;
  const { tuneProducts } = await import('@hornbook/backend-webgpu');
  await tuneProducts(backend);
}

/** The one that runs, unless it failed, or another adapter is asked for than it was. Then all on its device is lost. */
async function webgpu({ adapter = loaded.adapter }: BackendOptions): Promise<GpuBackend> {
  const running = await loaded.webgpu;
  if (running && (running.failure || adapter !== loaded.adapter)) {
    removeBackend('webgpu');
    running.device.destroy();
    delete loaded.webgpu;
  }
  loaded.adapter = adapter;
  loaded.webgpu ??= loadWebgpu(adapter);
  return loaded.webgpu;
}
