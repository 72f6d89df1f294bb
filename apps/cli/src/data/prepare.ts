// `hornbook data prepare`: documents in, token files out.
import { setFlagsFromString } from 'node:v8';
import type { DocumentOptions, Shard, TokenFileInfo, TokenHeader } from '@hornbook/datasets';
import { type Prepared, type PrepareProgress, prepareTokens } from '@hornbook/datasets/files';
import { colors } from '../colors.ts';
import { formatBytes } from '../format-bytes.ts';
import { shellWord } from '../shell-word.ts';
import { formatDuration } from '../speed.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { progressBar } from '../training/progress-bar.ts';
import type { Screen } from '../training/reporter.ts';
import { UserError } from '../user-error.ts';
import { documentBoundaryOf } from './corpus.ts';
import { downloadReport } from './download-report.ts';
import { defaultSplit, openNamed } from './sources.ts';
import { tokenizerThreads } from './tokenizer-threads.ts';

export type PrepareRequest = Pick<DocumentOptions, 'format' | 'field' | 'split' | 'invalid'> & {
  readonly sources: readonly string[];
  /** A tokenizer to load. */
  readonly tokenizer: string;
  readonly out: string;
  readonly workers: number;
  readonly shard?: Shard;
  readonly validation: number;
  readonly header: TokenHeader;
};

export type Surroundings = {
  readonly write: (text: string) => void;
  readonly screen: Screen;
  readonly signal: AbortSignal;
};

// Texts live here for a moment, yet long enough for V8 to let its space for young objects grow, to 110 MB in a gigabyte of
// text. V8 looks at this number whenever that space is about to grow; nothing but memory depends on it.
const keepYoungSpaceSmall = () => setFlagsFromString('--semi-space-growth-factor=1');

/** Aborting saves how far it is. */
export async function prepare(request: PrepareRequest, surroundings: Surroundings): Promise<void> {
  const { write, screen, signal } = surroundings;
  const { sources: names, out, workers, shard, validation, header } = request;
  keepYoungSpaceSmall();
  const tokenizer = await loadTokenizer(request.tokenizer);
  const downloads = downloadReport(write, screen);
  const sources = await openNamed(names, { signal, onProgress: downloads.progress }).finally(downloads.end);
  const { format, field, invalid, split = defaultSplit(names) } = request;
  const reading = { format, field, invalid, split };
  const threads = tokenizerThreads(tokenizer, workers);
  const report = screen.live ? liveReport(write, screen) : plainReport(write);
  write(`${describe(request, sources.length)}\n`);
  try {
    const prepared = await prepareTokens({
      ...{
        folder: out,
        sources,
        reading,
        tokenizer,
        boundary: documentBoundaryOf(tokenizer),
        validation,
        header,
        shard,
        signal,
      },
      encode: threads.encode,
      atOnce: 8 * workers, // so that each thread has the next texts at hand, however busy this one is
      onProgress: report.progress,
    });
    report.end();
    write(conclude(prepared, request));
  } catch (error) {
    report.end();
    if (!signal.aborted) throw error instanceof RangeError ? new UserError(error.message, { cause: error }) : error;
    write(`Stopped. The same command goes on with it\n`);
  } finally {
    await threads.close();
  }
}

function describe({ tokenizer, shard, workers, out }: PrepareRequest, sources: number): string {
  const part = shard ? `, shard ${shard.index} of ${shard.count}` : '';
  const from = `${sources} ${sources === 1 ? 'source' : 'sources'}`;
  return `${colors.bold(out)}: ${tokenizer} tokens from ${from}${part}, ${workers} ${workers === 1 ? 'thread' : 'threads'}`;
}

function conclude({ files, found }: Prepared, { out, shard }: PrepareRequest): string {
  const lines = [...files].map(([part, info]) => `${part.padEnd(6)}${count(info)}`);
  const { skipped } = [...files.values()][0];
  if (skipped > 0) lines.push(`Passed over, without text: ${number(skipped)}`);
  const before = { all: 'All of it was here already', part: 'Went on with what was here', nothing: '' }[found];
  const next = shard
    ? `Saved in ${out}. When all ${shard.count} shards are there: ${colors.bold(`hornbook data inspect ${shellWord(out)}`)}`
    : `Saved in ${out}\nLook into it: ${colors.bold(`hornbook data inspect ${shellWord(out)}`)}`;
  return `${[before, ...lines, next].filter((line) => line !== '').join('\n')}\n`;
}

const number = (value: number) => value.toLocaleString('en');

function count({ tokens, documents, dtype }: TokenFileInfo): string {
  return `${number(tokens)} tokens of ${number(documents)} ${documents === 1 ? 'document' : 'documents'}, ${dtype}`;
}

type Report = { progress(progress: PrepareProgress): void; end(): void };

function liveReport(write: (text: string) => void, { columns }: Screen): Report {
  const bar = progressBar(write, columns);
  const speak = speaker();
  return {
    progress: (progress) => bar.update(shareOf(progress), speak(progress)),
    end: () => bar.end(),
  };
}

/** A line for every tenth. */
function plainReport(write: (text: string) => void): Report {
  const speak = speaker();
  let tenths = 0;
  return {
    progress(progress) {
      const now = Math.floor(shareOf(progress) * 10);
      const text = speak(progress);
      if (now <= tenths) return;
      tenths = now;
      write(`${text}\n`);
    },
    end() {},
  };
}

const shareOf = ({ bytes, total }: PrepareProgress) => (total ? Math.min(1, bytes / total) : 0);

/** `12.3 MB of 1.10 GB  3,400,000 tokens  24.1 MB/s  45s left` */
function speaker(): (progress: PrepareProgress) => string {
  let first: { readonly time: number; readonly bytes: number } | undefined;
  return ({ bytes, total, tokens }) => {
    const now = performance.now();
    first ??= { time: now, bytes };
    const rate = ((bytes - first.bytes) * 1000) / (now - first.time); // NaN at first
    const left = total && rate > 0 ? `  ${formatDuration((total - bytes) / rate)} left` : '';
    const speed = rate > 0 ? `  ${formatBytes(Math.round(rate))}/s${left}` : '';
    return `${formatBytes(bytes)}${total ? ` of ${formatBytes(total)}` : ''}  ${number(tokens)} tokens${speed}`;
  };
}
