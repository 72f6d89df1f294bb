// Picks the engine that tensors run on, loads it, and waits until it is ready.
import { enableProdMode, getBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import type { Adapter } from './adapter.ts';
import { type BackendName, backendNames, inspectBackends } from './inspect.ts';
import { loadCpu } from './load-cpu.ts';
import { loadWasm, type WasmFiles } from './load-wasm.ts';
import { loadWebgpu } from './load-webgpu.ts';
import { repairProductGradient } from './repairs/product-gradient.ts';
import type { LoudWebGPUBackend } from './webgpu-backend.ts';

export type Backend = {
  readonly name: BackendName;
  /** What webgpu runs on. */
  readonly adapter?: Adapter;
};

export type BackendOptions = {
  /** Where a browser finds the two .wasm files, if its bundler does not see to it. */
  readonly wasmFiles?: WasmFiles;
};

/** What has been loaded, or is being. */
const loaded: { cpu?: Promise<void>; wasm?: Promise<void>; webgpu?: Promise<LoudWebGPUBackend> } = {};

/**
 * Makes the named engine the current one; without a name the best one here: webgpu on a real GPU, else wasm, else cpu.
 * Await it before the first tensor. An engine is fetched when it is first asked for; to ask again costs nothing.
 * Make tensors anew after a change: those on webgpu cannot follow.
 *
 * @throws RangeError for a name that no engine has; Error, with what to do, for an engine that is not here
 * @example await useBackend('wasm') → { name: 'wasm' }
 */
export async function useBackend(name?: string, options: BackendOptions = {}): Promise<Backend> {
  const known = backendNames.find((each) => each === name);
  if (name !== undefined && !known) {
    throw new RangeError(`Expected an engine named ${backendNames.join(', ')}, got ${JSON.stringify(name)}`);
  }
  enableProdMode(); // no advertisement in Node; it also silences warnings, and changes no number
  await import('@tensorflow/tfjs-layers'); // registers the gradients of all operations: the smallest package that does
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
  let adapter: Adapter | undefined;
  try {
    if (name === 'cpu') loaded.cpu ??= loadCpu();
    if (name === 'wasm') loaded.wasm ??= loadWasm(options.wasmFiles);
    if (name === 'webgpu') adapter = (await webgpu()).adapter;
    await loaded[name];
  } catch (error) {
    delete loaded[name];
    const others = (await inspectBackends()).filter((other) => other.available && other.name !== name);
    throw new Error(
      `${(error as Error).message}. Instead of ${name} there are here: ${others.map((other) => other.name).join(', ')}`,
      { cause: error },
    );
  }
  if (getBackend() !== name) await setBackend(name);
  return adapter ? { name, adapter } : { name };
}

async function webgpu(): Promise<LoudWebGPUBackend> {
  loaded.webgpu ??= loadWebgpu();
  const backend = await loaded.webgpu;
  if (!backend.failure) return backend;
  removeBackend('webgpu');
  backend.device.destroy();
  loaded.webgpu = loadWebgpu();
  return loaded.webgpu;
}
