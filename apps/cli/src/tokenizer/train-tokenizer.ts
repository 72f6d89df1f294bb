// `hornbook tokenizer train`: texts in, a tokenizer file out.

import type { Tokenizer } from '@hornbook/tokenizers';
import { colors } from '../colors.ts';
import { openTexts, type Texts } from '../data/text-pieces.ts';
import { formatBytes } from '../format-bytes.ts';
import { shellWord } from '../shell-word.ts';
import { formatDuration } from '../speed.ts';
import { progressBar } from '../training/progress-bar.ts';
import type { Screen } from '../training/reporter.ts';
import { type LearningProgress, type LearnOptions, learnTokenizer } from './learn-tokenizer.ts';
import { expectSavable, saveTokenizer } from './save-tokenizer.ts';

export type TrainTokenizerRequest = LearnOptions & {
  /** Files, corpora, or `-` for standard input. */
  readonly files: readonly string[];
  /** Its name decides the format. */
  readonly out: string;
};

export type Surroundings = {
  readonly write: (text: string) => void;
  readonly screen: Screen;
  readonly signal: AbortSignal;
};

/** Looks at all texts and at the place to save first. Aborting leaves no trace. */
export async function trainTokenizer(request: TrainTokenizerRequest, { write, screen, signal }: Surroundings) {
  const { files, out, kind, vocabSize } = request;
  await expectSavable(out, kind === 'bpe' ? await withoutMerges(request) : kind);
  const texts = await openTexts(files, signal);
  const source = files.length === 1 ? files[0].replace(/^-$/, 'standard input') : `${files.length} texts`;
  write(`${colors.bold(kind)} of ${vocabSize.toLocaleString('en')} tokens from ${source}\n`);
  const began = performance.now();
  const report = screen.live ? liveReport(write, screen, texts) : plainReport(write, texts);
  let tokenizer: Tokenizer;
  try {
    tokenizer = await learnTokenizer(texts.pieces(), request, { onProgress: report.progress, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    report.end();
    write('Stopped. Nothing was saved\n');
    return;
  } finally {
    report.end();
  }
  await saveTokenizer(tokenizer, out);
  const learned = tokenizer.vocabSize.toLocaleString('en');
  const short = tokenizer.vocabSize < vocabSize ? ': these texts have no more' : '';
  write(
    `\n${learned} tokens from ${formatBytes(texts.bytesRead())} in ${formatDuration((performance.now() - began) / 1000)}${short}\n` +
      `Saved in ${out}\nLook into it: ${colors.bold(`hornbook tokenizer inspect ${shellWord(out)}`)}\n`,
  );
}

/** What is wrong with the settings, or with the format for them, shows before hours of training. */
function withoutMerges(request: TrainTokenizerRequest): Promise<Tokenizer> {
  const vocabSize = Math.min(request.vocabSize, 256 + (request.specials?.length ?? 0));
  const watch = { onProgress() {}, signal: new AbortController().signal };
  return learnTokenizer(noTexts(), { ...request, vocabSize }, watch);
}

async function* noTexts(): AsyncGenerator<string> {}

type Report = { progress(progress: LearningProgress): void; end(): void };

/** A bar for the reading and one for the learning. */
function liveReport(write: (text: string) => void, { columns }: Screen, texts: Texts): Report {
  let stage: LearningProgress['stage'] | undefined;
  let bar = progressBar(write, columns);
  return {
    progress(progress) {
      if (progress.stage !== stage) {
        bar.end();
        bar = progressBar(write, columns);
        stage = progress.stage;
      }
      bar.update(share(progress, texts), describe(progress, texts));
    },
    end: () => bar.end(),
  };
}

/** A line for every tenth, and at the end of each stage. */
function plainReport(write: (text: string) => void, texts: Texts): Report {
  let stage: LearningProgress['stage'] | undefined;
  let tenths = 0;
  return {
    progress(progress) {
      const now = Math.floor(share(progress, texts) * 10);
      if (progress.stage === stage && now <= tenths) return;
      stage = progress.stage;
      tenths = now;
      write(`${describe(progress, texts)}\n`);
    },
    end() {},
  };
}

function share(progress: LearningProgress, { bytes, bytesRead }: Texts): number {
  if (progress.stage === 'reading') return bytes === undefined ? 0 : Math.min(1, bytesRead() / Math.max(1, bytes));
  return Math.max(0, Math.min(1, progress.share));
}

function describe(progress: LearningProgress, { bytes, bytesRead }: Texts): string {
  if (progress.stage === 'reading') {
    return `read ${formatBytes(bytesRead())}${bytes === undefined ? '' : ` of ${formatBytes(bytes)}`}`;
  }
  return progress.text;
}
