// Model parameters to files and back.
export type { Dtype, StoredTensor } from './dtypes.ts';
export { readSafetensors, type Safetensors, SafetensorsError } from './read-safetensors.ts';
export { writeSafetensors } from './write-safetensors.ts';
