// What engines this machine has, for people and for `hornbook doctor`.
import { simdSupport } from '@hornbook/backend-simd/support';
import { type Adapter, describeAdapter, findAdapter } from '@hornbook/backend-webgpu/adapter';
import { version_core } from '@tensorflow/tfjs-core';

/** The engines, best first. */
export const backendNames = ['webgpu', 'simd', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export type BackendReport = {
  readonly name: BackendName;
  readonly available: boolean;
  /** Whether `useBackend()` may pick it without being told its name. */
  readonly automatic: boolean;
  /** Of TensorFlow.js. */
  readonly version: string;
  readonly adapter?: Adapter;
  /** How many simd uses unless told otherwise. */
  readonly threads?: number;
  /** Why it is not there or not picked, and what to do. */
  readonly advice?: string;
};

/** Looks at every engine, and starts none. The order is that of preference. */
export async function inspectBackends(): Promise<readonly BackendReport[]> {
  return [await inspectWebgpu(), await inspectSimd(), inspectWasm(), report('cpu', {})];
}

async function inspectWebgpu(): Promise<BackendReport> {
  const found = await findAdapter();
  if (typeof found === 'string') return report('webgpu', { available: false, advice: found });
  const adapter = describeAdapter(found);
  if (!adapter.software) return report('webgpu', { adapter });
  const advice = `${adapter.name} is software, slower than simd: it is used only where webgpu is asked for by name`;
  return report('webgpu', { adapter, automatic: false, advice });
}

async function inspectSimd(): Promise<BackendReport> {
  try {
    const { threads } = await simdSupport();
    return report('simd', { threads });
  } catch (error) {
    return report('simd', { available: false, advice: (error as Error).message });
  }
}

function inspectWasm(): BackendReport {
  if (typeof WebAssembly === 'object') return report('wasm', {});
  return report('wasm', { available: false, advice: 'WebAssembly is switched off here' });
}

function report(name: BackendName, found: Partial<BackendReport>): BackendReport {
  const available = found.available ?? true;
  return { name, available, automatic: available, version: version_core, ...found };
}
