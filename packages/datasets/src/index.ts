// From texts to documents and from token ids to batches: sources, datasets, streams, loaders, token files, corpora.
export { type AsyncLoader, type AsyncLoaderOptions, asyncLoader } from './async-loader.ts';
export { alpaca, alpacaPrompt, type ChatTemplate, chatml, type Message } from './chat-templates.ts';
export { classified, type LabelledText } from './classified.ts';
export { collate } from './collate.ts';
export { type Context, contexts } from './contexts.ts';
export { type Corpus, type CorpusName, corpora, loadCorpus } from './corpora.ts';
export { type Batch, type Dataset, type Example, type Ids, ignoredTarget } from './dataset.ts';
export { type DocumentWindows, documentWindows } from './document-windows.ts';
export { documents } from './documents.ts';
export { type IdDocuments, joinDocuments, markDocuments } from './documents-of-ids.ts';
export { stripGutenberg } from './downloads/gutenberg.ts';
export { findPublicCorpus, type PublicCorpus, publicCorpora } from './downloads/public-corpora.ts';
export type { LoaderState } from './epochs.ts';
export { type InstructionPair, instructions } from './instructions.ts';
export { type Collate, type CollatingOptions, type Loader, type LoaderOptions, loader } from './loader.ts';
export type { OrderOptions } from './ordering.ts';
export { type Packed, type PackedExample, packed } from './packed.ts';
export { type PaddingOptions, padded } from './padded.ts';
export { randomBatches } from './random-batches.ts';
export type { RandomGenerator, RestorableGenerator } from './random-generator.ts';
export { randomWindows } from './random-windows.ts';
export { type BatchSampler, type Sampler, weighted, withReplacement } from './samplers.ts';
export { serveDataset } from './serve-dataset.ts';
export type { Invalid } from './sources/decode-utf8.ts';
export type { Document, Position, Skip } from './sources/document.ts';
export { fetchSource } from './sources/fetch-source.ts';
export { type DocumentOptions, type Format, readDocuments } from './sources/read-documents.ts';
export { blobSource, type Source, SourceError, streamSource } from './sources/source.ts';
export type { Split } from './sources/text-documents.ts';
export { type Parts, split } from './split.ts';
export { documentStream } from './streams/document-stream.ts';
export { type InterleaveOptions, interleave } from './streams/interleave.ts';
export { prefetch } from './streams/prefetch.ts';
export { shuffleBuffer } from './streams/shuffle-buffer.ts';
export { type Reading, type Stream, streamFrom, streamOf } from './streams/stream.ts';
export {
  type StreamLoader,
  type StreamLoaderOptions,
  type StreamLoaderState,
  streamLoader,
} from './streams/stream-loader.ts';
export { streamWindows } from './streams/stream-windows.ts';
export { additionTask, type ModularOperation, modularTask } from './tasks/arithmetic-tasks.ts';
export { type BracketOptions, bracketTask } from './tasks/bracket-task.ts';
export { copyTask, reverseTask, type SequenceOptions, sortTask } from './tasks/sequence-tasks.ts';
export type { Task } from './tasks/task.ts';
export { type BlobTokens, blobTokens, tokensOf } from './tokens/blob-tokens.ts';
export type { TokenDtype, TokenHeader, TokenLayout } from './tokens/token-bytes.ts';
export { TokenFileError } from './tokens/token-file-error.ts';
export { parseInfo as parseTokenFileInfo, type Shard, type TokenFileInfo } from './tokens/token-file-info.ts';
export { joinTokens, type TokenStream } from './tokens/token-stream.ts';
export { concat, datasetOf, filter, map, subset, take } from './transforms.ts';
export { type WholeDocumentOptions, wholeDocuments } from './whole-documents.ts';
export { type Window, windows } from './windows.ts';
export {
  type DatasetWorker,
  type WorkerLoader,
  type WorkerLoaderOptions,
  workerLoader,
} from './worker-loader.ts';
