// From texts to a tokenizer: the three ways to learn one, behind one function.
import {
  decoders,
  pipeline,
  preTokenizers,
  type Tokenizer,
  trainBytePair,
  trainUnigram,
  trainWordPiece,
} from '@hornbook/tokenizers';
import { UserError } from '../user-error.ts';
import type { Pattern, TokenizerAlgorithm } from './tokenizer-settings.ts';

export type LearnOptions = {
  readonly kind: TokenizerAlgorithm;
  readonly vocabSize: number;
  /** For byte pairs only. */
  readonly pattern?: Pattern;
  readonly minFrequency?: number;
  readonly specials?: readonly string[];
};

export type LearningProgress =
  | { readonly stage: 'reading' }
  | { readonly stage: 'learning'; readonly share: number; readonly text: string };

export type Watch = { readonly onProgress: (progress: LearningProgress) => void; readonly signal: AbortSignal };

/** @throws UserError if the settings do not fit each other or the texts */
export async function learnTokenizer(
  texts: AsyncIterable<string>,
  options: LearnOptions,
  watch: Watch,
): Promise<Tokenizer> {
  refuseForeign(options);
  try {
    return await learn[options.kind](watched(texts, watch), options, watch);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}

function refuseForeign({ kind, pattern, minFrequency }: LearnOptions): void {
  if (kind !== 'bpe' && pattern !== undefined) {
    throw new UserError(`${kind} has no --pattern: it cuts text at whitespace`, { exitCode: 2 });
  }
  if (kind === 'unigram' && minFrequency !== undefined) {
    throw new UserError('unigram has no --min-frequency: it drops what helps least', { exitCode: 2 });
  }
}

async function* watched(texts: AsyncIterable<string>, { onProgress }: Watch): AsyncGenerator<string> {
  for await (const text of texts) {
    onProgress({ stage: 'reading' });
    yield text;
  }
}

type Learn = (texts: AsyncIterable<string>, options: LearnOptions, watch: Watch) => Promise<Tokenizer>;

const learn: Readonly<Record<TokenizerAlgorithm, Learn>> = {
  async bpe(texts, { vocabSize, pattern = 'gpt2', minFrequency, specials }, { onProgress, signal }) {
    const { tokenizer } = await trainBytePair(texts, {
      vocabSize,
      pattern,
      minFrequency,
      specials,
      signal,
      onProgress(progress) {
        if (progress.stage === 'merging') onProgress(learning('merge', progress.merges, progress.maxMerges));
      },
    });
    return tokenizer;
  },

  async wordpiece(texts, { vocabSize, minFrequency, specials = bertSpecials }, { onProgress, signal }) {
    const names = withUnknown(specials, '[UNK]');
    const { model } = await trainWordPiece(texts, {
      vocabSize,
      minFrequency,
      specials: names,
      signal,
      onProgress: ({ tokens }) => onProgress(learning('token', tokens, vocabSize)),
    });
    return pipeline({
      preTokenizer: preTokenizers.bert(),
      model,
      decoder: decoders.wordPiece(),
      addedTokens: addedTokens(names),
    });
  },

  async unigram(texts, { vocabSize, specials = [] }, { onProgress, signal }) {
    const names = withUnknown(specials, '<unk>');
    let first = 0;
    const { model } = await trainUnigram(texts, {
      vocabSize,
      specials: names,
      split: splitLinesAndWords,
      signal,
      onProgress({ candidates }) {
        first ||= candidates;
        const share = Math.log(first / candidates) / Math.log(first / vocabSize) || 0;
        onProgress({ stage: 'learning', share, text: `${candidates.toLocaleString('en')} candidates left` });
      },
    });
    return pipeline({
      preTokenizer: preTokenizers.sequence([
        preTokenizers.split({ String: '\n' }, 'Isolated'),
        preTokenizers.metaspace({ prependScheme: 'first' }),
      ]),
      model,
      decoder: decoders.metaspace({ prependScheme: 'first' }),
      addedTokens: addedTokens(names),
    });
  },
};

const learning = (what: string, done: number, total: number): LearningProgress => ({
  stage: 'learning',
  share: done / Math.max(1, total),
  text: `${what} ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`,
});

const bertSpecials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const withUnknown = (specials: readonly string[], unknown: string) =>
  specials.includes(unknown) ? specials : [unknown, ...specials];

const addedTokens = (names: readonly string[]) => names.map((content, id) => ({ id, content, special: true }));

/** As the pipeline of `unigram` cuts, so that line ends are tokens of their own: 'to be\nor' → ▁to ▁be \n or. */
function splitLinesAndWords(text: string): string[] {
  const marked = text.replaceAll(/^(?! )| /g, '▁');
  return marked.match(/\n|▁[^▁\n]*|[^▁\n]+/g) ?? [];
}
