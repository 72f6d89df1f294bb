// From a text to what trains a model: a tokenizer, and examples to train and to judge on.
import { contexts, type Dataset, documents, split, windows } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import { characters, type EncodeOptions, type Tokenizer, words } from '@hornbook/tokenizers';
import type { ModelKind } from './settings.ts';
import type { Source } from './source.ts';
import { loadTokenizer } from './tokenizer-files.ts';
import { UserError } from './user-error.ts';

/**
 * A tokenizer for a text: characters and words are learned from it; others, which know their tokens, are loaded.
 *
 * @param name a kind, or whatever `loadTokenizer` takes
 */
export async function makeTokenizer(name: string, text: string): Promise<Tokenizer> {
  switch (name) {
    case 'characters':
      return characters(`\n${text}`);
    case 'words':
      return words(text);
    default:
      return loadTokenizer(name);
  }
}

/**
 * The token between documents: a newline where the tokenizer has one, otherwise a special token for that.
 *
 * @throws UserError if there is neither
 */
export function boundaryOf(tokenizer: Tokenizer): number {
  const { specials } = tokenizer;
  const boundary = tokenizer.idOf('\n') ?? endings.map((name) => specials[name]).find((id) => id !== undefined);
  if (boundary !== undefined) return boundary;
  throw new UserError(
    `Expected a tokenizer with a token for the end of a line: a newline, or one of ${endings.join(' ')}. ` +
      'Train it with one of them: --special',
  );
}

const endings = ['<eos>', '<|endoftext|>', '</s>', '[SEP]'];

/** For text within a longer stream: nothing in it is refused, and no tokens are put around it ([CLS] … [SEP]). */
export const inside = { disallowedSpecial: [], addSpecialTokens: false } as const;

/** The ids of a text. @throws UserError if it holds what the tokenizer does not know */
export function encodeText(tokenizer: Tokenizer, text: string, options: EncodeOptions): Int32Array {
  try {
    return tokenizer.encode(text, options);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

/** One part of a corpus. */
export type Part = {
  /** Every example there is, for drawing at random. */
  readonly examples: Dataset;
  /** Examples that do not overlap, for judging. */
  readonly evaluation: Dataset;
};

export type Parts = { readonly training: Part; readonly validation: Part };

/**
 * Nine tenths to train on and one to judge by. Lines are shuffled first, so that a sorted list is split fairly; prose is
 * cut once. The MLP reads each line as a document of its own, padded; the other models read one stream of tokens. The
 * same seed gives the same parts.
 *
 * @throws UserError if a part is too short for the context
 */
export function makeParts(
  source: Source,
  {
    tokenizer,
    kind,
    contextLength,
    seed,
  }: {
    readonly tokenizer: Tokenizer;
    readonly kind: ModelKind;
    readonly contextLength: number;
    readonly seed: number;
  },
): Parts {
  const encode = (text: string) => tokenizer.encode(text, inside);
  const boundary = boundaryOf(tokenizer);
  const part = (text: string): Part => {
    if (kind === 'mlp') {
      const examples = contexts(documents(text).map(encode), { contextLength, boundary });
      return { examples, evaluation: examples };
    }
    const ids = source.kind === 'lines' ? join(documents(text).map(encode), boundary) : encode(text);
    if (ids.length <= contextLength) {
      throw new UserError(
        `Expected more than ${contextLength} tokens in every part of ${source.name}, got ${ids.length} in one: ` +
          'bring more text, or give a shorter --context-length',
      );
    }
    return { examples: windows(ids, { contextLength, stride: 1 }), evaluation: windows(ids, { contextLength }) };
  };
  const [training, held] = cut(source, kind, seed);
  const validation = part(held); // the smaller: first to be too short
  return { training: part(training), validation };
}

function cut({ name, text, kind: sourceKind }: Source, kind: ModelKind, seed: number): [string, string] {
  if (sourceKind === 'prose' && kind !== 'mlp') {
    const middle = Math.floor(0.9 * text.length);
    const at = /^[\uDC00-\uDFFF]/.test(text.slice(middle, middle + 1)) ? middle + 1 : middle; // not inside a character
    return [text.slice(0, at), text.slice(at)];
  }
  const lines = documents(text);
  if (lines.length < 10) {
    throw new UserError(`Expected at least 10 lines, of which one is kept to judge by, got ${lines.length} in ${name}`);
  }
  const [training, validation] = split(lines, [0.9, 0.1], sourceKind === 'lines' ? manualSeed(seed) : undefined);
  return [training.join('\n'), validation.join('\n')];
}

/** boundary, document, boundary, document, …, boundary */
function join(encoded: readonly Int32Array[], boundary: number): Int32Array {
  const ids = new Int32Array(encoded.reduce((sum, document) => sum + document.length + 1, 1)).fill(boundary);
  let position = 1;
  for (const document of encoded) {
    ids.set(document, position);
    position += document.length + 1;
  }
  return ids;
}
