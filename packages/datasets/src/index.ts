// From token ids to batches: windows, contexts, splits, a loader in PyTorch's order, and two corpora.
export { collate } from './collate.ts';
export { type Context, contexts } from './contexts.ts';
export { type Corpus, type CorpusName, corpora, loadCorpus } from './corpora.ts';
export type { Batch, Dataset, Example, Ids } from './dataset.ts';
export { documents } from './documents.ts';
export { type Loader, type LoaderOptions, loader } from './loader.ts';
export { randomBatches } from './random-batches.ts';
export type { RandomGenerator } from './random-generator.ts';
export { randomWindows } from './random-windows.ts';
export { type Parts, split } from './split.ts';
export { type Window, windows } from './windows.ts';
