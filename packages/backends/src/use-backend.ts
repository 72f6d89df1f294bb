// Picks the engine that tensors run on, loads it, and waits until it is ready.
import type { SimdBackend } from '@hornbook/backend-simd';
import type { Adapter } from '@hornbook/backend-webgpu/adapter';
import { getBackend, setBackend } from '@tensorflow/tfjs-core';
import { type BackendName, backendNames, inspectBackends } from './inspect.ts';
import { loadCpu } from './load-cpu.ts';
import { loadSimd } from './load-simd.ts';
import { loadWasm, type WasmFiles } from './load-wasm.ts';
import { loadWebgpu, tuneWebgpu } from './load-webgpu.ts';
import { prepareTensorflow } from './prepare.ts';

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

/** With the kernels of all operations. */
const webgpuCode = () => import('@hornbook/backend-webgpu');

/** What has been loaded, or is being. */
const loaded: {
  cpu?: Promise<void>;
  wasm?: Promise<void>;
  simd?: Promise<SimdBackend>;
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
  await prepareTensorflow();
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
    if (name === 'webgpu') found = { adapter: (await loadWebgpu(webgpuCode, options.adapter)).adapter };
    if (name === 'simd') loaded.simd ??= loadSimd();
    if (name !== 'webgpu') await loaded[name];
  } catch (error) {
    if (name !== 'webgpu') delete loaded[name];
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
