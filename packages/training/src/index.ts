// A number to better parameters: optimizers, schedules, clipping, the training loop.
export { type AdamwOptions, adamw } from './adamw.ts';
export { CheckpointError } from './checkpoint-error.ts';
export { clipByGlobalNorm } from './clip.ts';
export { type EvaluateOptions, evaluate, type Loss, type TensorBatch, toTensors } from './evaluate.ts';
export { LossError } from './loss-error.ts';
export type { Optimizer, OptimizerState } from './optimizer.ts';
export { constantRate, cosineRate, linearRate, type RateOptions, type Schedule } from './schedules.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { restoreParameters, storeParameters } from './stored-parameters.ts';
export { type TrainingEvent, type TrainOptions, train } from './train.ts';
export { trainable } from './trainable.ts';
