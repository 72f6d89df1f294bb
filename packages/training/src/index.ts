// A number to better parameters: optimizers, schedules, clipping, the training loop.
export { type AdamOptions, adam } from './adam.ts';
export { type AdamwOptions, adamw, type ParameterTest } from './adamw.ts';
export { type Averaged, averaged } from './averaged.ts';
export { CheckpointError } from './checkpoint-error.ts';
export { clipByGlobalNorm } from './clip.ts';
export { type EvaluateOptions, evaluate, type Loss, type TensorBatch, toTensors } from './evaluate.ts';
export {
  type FindLearningRateOptions,
  findLearningRate,
  type RatePoint,
  suggestLearningRate,
} from './find-learning-rate.ts';
export { groups, type OptimizerGroup } from './groups.ts';
export { type LionOptions, lion } from './lion.ts';
export { type LoadOptions, loadParameters, parametersOf } from './load-parameters.ts';
export { LossError } from './loss-error.ts';
export { type LossScaler, type LossScalerOptions, type LossScalerState, lossScaler } from './loss-scaler.ts';
export { type MuonOptions, muon } from './muon.ts';
export type { OpenOptimizerState, Optimizer, OptimizerLayout, OptimizerState } from './optimizer.ts';
export { type BatchesState, type Restorable, type ResumableBatches, resumable } from './resumable.ts';
export {
  constantRate,
  cosineRate,
  linearRate,
  type RateOptions,
  type Schedule,
  stepRate,
  warmupStableDecayRate,
} from './schedules.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { type StopEarlyOptions, stopEarly } from './stop-early.ts';
export { restoreParameters, restoreParametersFrom, storeParameters } from './stored-parameters.ts';
export { type TrainingEvent, type TrainOptions, train } from './train.ts';
export { trainable } from './trainable.ts';
