// Sources by name for `hornbook data`: the corpora that come along, public ones, and whatever else holds documents.
import { blobSource, corpora, findPublicCorpus, loadCorpus, type Source, type Split } from '@hornbook/datasets';
import { fetchCorpus, fileSource, openSources } from '@hornbook/datasets/files';
import { UserError } from '../user-error.ts';
import { isCorpus } from './source.ts';

export type OpenOptions = {
  readonly signal: AbortSignal;
  /** Told of downloads. */
  readonly onProgress?: (name: string, bytes: number, total?: number) => void;
};

/**
 * The sources that names stand for, in their order: corpora (story, tiny-shakespeare, gutenberg:84), files, folders,
 * globs, addresses, and `-` for standard input.
 *
 * @throws SourceError or DownloadError if a name stands for nothing that can be read; UserError if a source comes twice
 */
export async function openNamed(names: readonly string[], { signal, onProgress }: OpenOptions): Promise<Source[]> {
  const sources: Source[] = [];
  for (const name of names) {
    const report = (bytes: number, total?: number) => onProgress?.(name, bytes, total);
    if (isCorpus(name)) sources.push({ ...blobSource(new Blob([await loadCorpus(name)]), name), version: name });
    else if (findPublicCorpus(name)) {
      const { path } = await fetchCorpus(name, { signal, onProgress: report });
      sources.push(await fileSource(path, { name, signal }));
    } else sources.push(...(await openSources([name], { signal, onProgress: report })));
  }
  const seen = new Set<string>();
  for (const { name } of sources) {
    if (seen.has(name)) throw new UserError(`Expected every source once, got ${name} twice`);
    seen.add(name);
  }
  return sources;
}

/** What is a document if nobody says it: a line, in corpora that are lists; otherwise a file. */
export function defaultSplit(names: readonly string[]): Split {
  const isList = (name: string) => (isCorpus(name) ? corpora[name] : findPublicCorpus(name))?.kind === 'lines';
  return names.every(isList) ? 'lines' : 'file';
}
