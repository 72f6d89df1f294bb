// `hornbook data fetch`: public corpora, from where they are to where they are used.
import { findPublicCorpus } from '@hornbook/datasets';
import { fetchCorpus } from '@hornbook/datasets/files';
import { colors } from '../colors.ts';
import { UserError } from '../user-error.ts';
import { downloadReport } from './download-report.ts';
import type { Surroundings } from './prepare.ts';
import { isCorpus } from './source.ts';

export type FetchRequest = {
  readonly names: readonly string[];
  /** Instead of the cache. */
  readonly out?: string;
};

/** Looks at all names first. Aborting leaves no half of a file. */
export async function fetchNamed({ names, out }: FetchRequest, { write, screen, signal }: Surroundings): Promise<void> {
  for (const name of names) expectPublic(name);
  const report = downloadReport(write, screen);
  try {
    for (const name of names) {
      const onProgress = (bytes: number, total?: number) => report.progress(name, bytes, total);
      const { path, kept } = await fetchCorpus(name, { folder: out, signal, onProgress });
      report.end();
      write(`${colors.bold(name)} ${kept ? 'is here already' : 'is here'}: ${path}\n`);
    }
  } catch (error) {
    report.end();
    if (!signal.aborted) throw error;
    write('Stopped\n');
  }
}

function expectPublic(name: string): void {
  if (findPublicCorpus(name)) return;
  const advice = isCorpus(name) ? 'which comes along: use its name' : 'which is none. See: hornbook data list';
  throw new UserError(`Expected a public corpus, got ${name}, ${advice}`, { exitCode: 2 });
}
