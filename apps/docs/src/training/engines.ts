// The engines in words for readers, and a list to choose from.
import type { Backend, BackendReport } from '@hornbook/backends';
import type { Choice } from '../figures/controls.ts';

const titles: Readonly<Record<BackendReport['name'], string>> = {
  webgpu: 'GPU (WebGPU)',
  simd: 'CPU (SIMD)',
  wasm: 'CPU (WebAssembly)',
  cpu: 'CPU (JavaScript)',
};

export const engineTitle = (name: BackendReport['name']): string => titles[name];

/** `GPU (WebGPU), NVIDIA GeForce …`; `CPU (SIMD), 1 thread` */
export function describeEngine({ name, adapter, threads }: Backend): string {
  const details = adapter?.name ?? (threads === undefined ? '' : `${threads} thread${threads === 1 ? '' : 's'}`);
  return [titles[name], details].filter(Boolean).join(', ');
}

/** Those that are not here stand in the list all the same, and cannot be chosen. */
export function engineChoices(engines: readonly BackendReport[]): Choice[] {
  return engines.map(({ name, available, adapter }) => ({
    value: name,
    label: available ? `${titles[name]}${adapter?.software ? ', software' : ''}` : `${titles[name]}: not here`,
    disabled: !available,
  }));
}
