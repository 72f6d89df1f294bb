// What engines this machine has, for people and for `hornbook doctor`.
import { version_core } from '@tensorflow/tfjs-core';
import { type Adapter, describeAdapter, findAdapter } from './adapter.ts';

/** The engines, best first. */
export const backendNames = ['webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export type BackendReport = {
  readonly name: BackendName;
  readonly available: boolean;
  /** Whether `useBackend()` may pick it without being told its name. */
  readonly automatic: boolean;
  /** Of TensorFlow.js, which brings the engine. */
  readonly version: string;
  readonly adapter?: Adapter;
  /** Why it is not there or not picked, and what to do. */
  readonly advice?: string;
};

/** Looks at every engine, and starts none. The order is that of preference. */
export async function inspectBackends(): Promise<readonly BackendReport[]> {
  return [await inspectWebgpu(), inspectWasm(), report('cpu', {})];
}

async function inspectWebgpu(): Promise<BackendReport> {
  const found = await findAdapter();
  if (typeof found === 'string') return report('webgpu', { available: false, advice: found });
  const adapter = describeAdapter(found);
  if (!adapter.software) return report('webgpu', { adapter });
  const advice = `${adapter.name} is software, slower than wasm: it is used only where webgpu is asked for by name`;
  return report('webgpu', { adapter, automatic: false, advice });
}

function inspectWasm(): BackendReport {
  if (typeof WebAssembly === 'object') return report('wasm', {});
  return report('wasm', { available: false, advice: 'WebAssembly is switched off here' });
}

function report(name: BackendName, found: Partial<BackendReport>): BackendReport {
  const available = found.available ?? true;
  return { name, available, automatic: available, version: version_core, ...found };
}
