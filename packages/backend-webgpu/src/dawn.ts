// WebGPU for Node: Dawn, from the optional npm package `webgpu`.
import { driverAdvice, lookAround } from './driver-advice.ts';

/** An adapter, and what it is called in Dawn's own list. */
export type Found = { readonly listed: string; readonly adapter: GPUAdapter };

type Dawn = typeof import('webgpu');

/** Kept as long as the process: Dawn aborts the process if one is collected while a device still lives. */
const opened = new Map<string, GPU>();
let dawn: Dawn | undefined;

/**
 * Dawn's WebGPU, or what to do to have it. Fetches the package only when called.
 *
 * @param adapter the only one that it is to offer, by a name of `listAdapters`
 */
export async function openGpu(adapter?: string): Promise<GPU | string> {
  const module = await loadDawn();
  if (typeof module === 'string') return module;
  const key = adapter ?? '';
  const gpu = opened.get(key) ?? module.create([...flags(), ...(adapter === undefined ? [] : [`adapter=${adapter}`])]);
  opened.set(key, gpu);
  return gpu;
}

/** All adapters, real and software; none where Dawn does not load. */
export async function findAll(): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const listed of await listAdapters()) {
    const gpu = await openGpu(listed);
    const adapter = typeof gpu === 'string' ? null : await gpu.requestAdapter();
    if (adapter) found.push({ listed, adapter });
  }
  return found;
}

/** Their names. */
async function listAdapters(): Promise<readonly string[]> {
  const module = await loadDawn();
  if (typeof module === 'string') return [];
  try {
    // Asked for one that cannot be, Dawn answers with those that are.
    await module.create([...flags(), 'adapter=\u0001']).requestAdapter();
  } catch (error) {
    return [...new Set([...(error as Error).message.matchAll(/name: '(.*)'/g)].map(([, name]) => name))];
  }
  return [];
}

/** Why there is no adapter. */
export async function noAdapter(): Promise<string> {
  if (process.platform !== 'linux') return 'No GPU was found: update the graphics driver';
  return `No GPU was found. ${driverAdvice(await lookAround(true))}`;
}

/** Puts an open Dawn where browsers have WebGPU: TensorFlow.js looks nowhere else. Node 20 has no navigator at all. */
export function installDawn(): void {
  const [gpu] = opened.values();
  if (!dawn || !gpu || globalThis.navigator?.gpu === gpu) return;
  Object.assign(globalThis, dawn.globals); // GPUBufferUsage and the like
  if (!globalThis.navigator) {
    const value = { userAgent: `Node.js/${process.versions.node}` };
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  }
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

async function loadDawn(): Promise<Dawn | string> {
  if (dawn) return dawn;
  const name = 'webgpu'; // not a literal in the import, so that bundlers for browsers leave it out
  let module: Dawn;
  try {
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND') return 'WebGPU in Node needs the npm package webgpu: npm install webgpu';
    return `The npm package webgpu does not load: ${message}`;
  }
  if (process.platform === 'linux' && !hasVulkan()) return driverAdvice(await lookAround(false));
  dawn = module;
  return module;
}

/** Such as enable-dawn-features=…, for tests and for finding faults. */
function flags(): readonly string[] {
  return process.env.HORNBOOK_DAWN?.split(' ') ?? [];
}

/** Asked of the system first, for Dawn would write its own complaint to the terminal. */
function hasVulkan(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
  } catch (error) {
    return (error as Error).message.startsWith('Module did not self-register'); // found, and as expected no Node addon
  }
  return true;
}
