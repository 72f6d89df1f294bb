// What the tests of every room share: golden values, engines, closeness.
export {
  anyFloat,
  anyShape,
  expectAsOnCpu,
  type RandomTensor,
  shapesThatBroadcast,
  tameFloat,
  tensorOf,
} from './against-cpu.ts';
export { toBeAllclose } from './closeness.ts';
export { describeEngines, engines } from './engines.ts';
export { expectGradient } from './finite-differences.ts';
export { expectFrequencies } from './frequencies.ts';
export { type GoldenTensor, golden } from './golden.ts';
export { normAndGradients, normOps } from './norm-ops.ts';
export { wave, waveOfIds } from './wave.ts';
