// `hornbook data list`: the corpora that have names.
import { corpora, loadCorpus, publicCorpora } from '@hornbook/datasets';
import { colors } from '../colors.ts';
import { formatBytes } from '../format-bytes.ts';
import { isCorpus } from './source.ts';

export async function list({ json }: { readonly json: boolean }, write: (text: string) => void): Promise<void> {
  const entries = await Promise.all(
    Object.entries({ ...corpora, ...publicCorpora }).map(async ([name, corpus]) => ({
      name,
      ...corpus,
      bytes: isCorpus(name) ? new TextEncoder().encode(await loadCorpus(name)).length : publicCorpora[name].bytes,
      shipped: isCorpus(name),
    })),
  );
  if (json) {
    write(`${JSON.stringify({ corpora: entries })}\n`);
    return;
  }
  for (const { name, title, description, licence, bytes = 0, shipped } of entries) {
    const where = shipped ? 'comes along' : 'to fetch';
    write(`${colors.bold(name)}  ${title}, ${formatBytes(bytes)}, ${where}\n  ${description}\n  ${licence}\n\n`);
  }
  write(`${colors.bold('gutenberg:NUMBER')}  any book of Project Gutenberg, such as gutenberg:84, to fetch\n\n`);
  write('Fetch one: hornbook data fetch NAME\n');
}
