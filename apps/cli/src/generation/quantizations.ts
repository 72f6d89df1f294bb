// The names of --quantize, apart from what does it: the command line must be ready before TensorFlow.js is loaded.
export const quantizations = ['int8'] as const;
export type Quantization = (typeof quantizations)[number];
