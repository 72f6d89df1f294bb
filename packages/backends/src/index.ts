// Picks the engine that tensors run on, and repairs what training needs of it.
export { type Adapter, type AdapterReport, GpuError, inspectAdapters } from '@hornbook/backend-webgpu/adapter';
export { type BackendName, type BackendReport, backendNames, inspectBackends } from './inspect.ts';
export type { WasmFiles } from './load-wasm.ts';
export { type Backend, type BackendOptions, useBackend } from './use-backend.ts';
