// Model parameters to files and back.
export { type ByteSource, blobBytes, bytesInMemory, joinBytes } from './bytes/byte-source.ts';
export { cachedBytes } from './bytes/cached-bytes.ts';
export { type FetchOptions, fetchBytes } from './bytes/fetch-bytes.ts';
export type { Dtype, StoredTensor } from './dtypes.ts';
export { FormatError } from './format-error.ts';
export {
  type Gpt2Config,
  type HuggingFaceModel,
  type LlamaConfig,
  readHuggingFaceConfig,
} from './hugging-face/config.ts';
export {
  type GenerationConfig,
  readGenerationConfig,
  writeGenerationConfig,
} from './hugging-face/generation-config.ts';
export { parameterShapes } from './hugging-face/layout.ts';
export { readPeft } from './hugging-face/read-peft.ts';
export { fromHuggingFace, toHuggingFace } from './hugging-face/weights.ts';
export { type TextEnds, writeHuggingFaceConfig } from './hugging-face/write-config.ts';
export { type PeftOptions, writePeft } from './hugging-face/write-peft.ts';
export { parseObject as parseJsonObject } from './json-object.ts';
export { openSafetensors, openSharded } from './open-safetensors.ts';
export { readVectors, writeMetadata, writeVectors } from './projector.ts';
export { readSafetensors, type Safetensors } from './read-safetensors.ts';
export { SafetensorsError } from './safetensors-header.ts';
export { streamSharded } from './stream-sharded.ts';
export { readAll, type TensorEntry, type TensorSource, tensorsInMemory } from './tensor-source.ts';
export { openTfjsWeights, streamTfjsWeights } from './tfjs-weights.ts';
export { sizeOfSafetensors, streamSafetensors, writeSafetensors } from './write-safetensors.ts';
