// What needs Node.js: sources of documents, downloads, and token files on disk.
export { cacheFolder } from './downloads/cache-folder.ts';
export { type DownloadOptions, download } from './downloads/download.ts';
export { DownloadError } from './downloads/download-error.ts';
export { type FetchCorpusOptions, type FetchedCorpus, fetchCorpus } from './downloads/fetch-corpus.ts';
export { type CacheOptions, cachedSource } from './sources/cached-source.ts';
export { fileSource, type ReadingOptions, standardInput } from './sources/file-source.ts';
export { openSources } from './sources/open-sources.ts';
export { openDataset, type PreparedDataset } from './tokens/open-dataset.ts';
export type { PrepareOptions, PrepareProgress } from './tokens/preparation.ts';
export { type Prepared, prepareTokens } from './tokens/prepare.ts';
export type { PartName } from './tokens/split-plan.ts';
export { openForeignTokens, openTokens, type TokenFile, verifyTokens } from './tokens/token-file.ts';
export { type WriteTokensOptions, writeTokens } from './tokens/write-tokens.ts';
