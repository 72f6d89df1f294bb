// What the tests of every room share: golden values, engines, closeness.
export { toBeAllclose } from './closeness.ts';
export { describeEngines, engines } from './engines.ts';
export { type GoldenTensor, golden } from './golden.ts';
