// From a text to what trains a model: a tokenizer, and examples to train and to judge on.
import { resolve } from 'node:path';
import { contexts, type Dataset, documents, joinDocuments, split, windows } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import { characters, type EncodeOptions, type Tokenizer, words } from '@hornbook/tokenizers';
import { rowModels } from '../config/model-settings.ts';
import type { Settings } from '../config/settings.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { tokenizerKinds } from '../tokenizer/tokenizer-settings.ts';
import { UserError } from '../user-error.ts';
import { documentRows } from './document-rows.ts';
import { preparedParts } from './prepared-data.ts';
import type { Source } from './source.ts';

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

/** A tokenizer's name from any folder: a kind, or the absolute path of a file. */
export function tokenizerPlace(name: string): string {
  return tokenizerKinds().some((kind) => kind === name) ? name : resolve(name);
}

/**
 * The token between documents that are lines: a newline where the tokenizer has one, otherwise a special token for that.
 *
 * @throws UserError if there is neither
 */
export function boundaryOf(tokenizer: Pick<Tokenizer, 'idOf' | 'specials'>): number {
  return tokenizer.idOf('\n') ?? endOf(tokenizer) ?? noBoundary('line: a newline, or');
}

/** The token after documents of several lines: a special one for that, or else a newline. @throws UserError too */
export function documentBoundaryOf(tokenizer: Pick<Tokenizer, 'idOf' | 'specials'>): number {
  return endOf(tokenizer) ?? tokenizer.idOf('\n') ?? noBoundary('document: a newline, or');
}

const endings = ['<|endoftext|>', '<eos>', '</s>', '[SEP]'];

const endOf = ({ specials }: Pick<Tokenizer, 'specials'>): number | undefined =>
  endings.map((name) => specials[name]).find((id) => id !== undefined);

function noBoundary(end: string): never {
  throw new UserError(
    `Expected a tokenizer with a token for the end of a ${end} one of ${endings.join(' ')}. Train it with one of them: --special`,
  );
}

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
  /** Every example there is, to train on. */
  readonly examples: Dataset;
  /** Examples that do not overlap, for judging. */
  readonly evaluation: Dataset;
  /** All tokens, where documents are joined into one stream. */
  readonly stream?: Int32Array;
};

export type Parts = { readonly training: Part; readonly validation: Part; readonly test?: Part };

/** The length of the windows that a model without a context is judged on. */
const anyLength = 64;

/**
 * A part to train on, one to judge by, and where asked for one to test with. Lines are shuffled first, so that a sorted
 * list is split fairly; prose is cut. Models of rows read each line as a document of its own, padded; the others read one
 * stream of tokens, or each line in a row. The same settings give the same parts.
 *
 * @throws UserError if a part is too short for the context
 */
export function makeParts(source: Source, tokenizer: Tokenizer, settings: Settings): Parts {
  if (source.prepared) return preparedParts(source.prepared, source.name, settings);
  const { contextLength = anyLength } = settings as Partial<Settings>;
  const encode = (text: string) => tokenizer.encode(text, inside);
  const boundary = boundaryOf(tokenizer);
  const part = (text: string): Part => {
    if (readsRows(settings)) {
      const examples = contexts(documents(text).map(encode), { contextLength, boundary });
      return { examples, evaluation: examples };
    }
    if (settings.documents === 'apart') {
      const examples = documentRows(documents(text).map(encode), { contextLength, boundary });
      return { examples, evaluation: examples };
    }
    const stream = source.kind === 'lines' ? joinDocuments(documents(text).map(encode), boundary) : encode(text);
    if (stream.length <= contextLength) {
      throw new UserError(
        `Expected more than ${contextLength} tokens in every part of ${source.name}, got ${stream.length} in one: ` +
          'bring more text, or give a shorter --context-length',
      );
    }
    return {
      examples: windows(stream, { contextLength, stride: 1 }),
      evaluation: windows(stream, { contextLength }),
      stream,
    };
  };
  const [training, held, ...rest] = cut(source, settings);
  const validation = part(held); // the smaller: first to be too short
  const test = rest.map(part).at(0);
  return { training: part(training), validation, ...(test && { test }) };
}

/** Whether a model takes rows of one length, and scores what follows each. */
export function readsRows({ model }: Pick<Settings, 'model'>): boolean {
  return rowModels.some((one) => one === model);
}

/** Whether a run learned from lines, each of which ends by itself. */
export function readsLines({ settings, source }: LearnedFrom): boolean {
  return source.kind === 'lines' || readsRows(settings) || settings.documents === 'apart';
}

type LearnedFrom = { readonly settings: Settings; readonly source: Pick<Source, 'kind'> };

/** The text to train on, that to judge by, and where there is a share for it that to test with. */
function cut({ name, text, kind }: Source, settings: Settings): string[] {
  const { validationShare, testShare, seed } = settings;
  const trainingShare = 1 - validationShare - testShare;
  if (kind === 'prose' && !readsRows(settings) && settings.documents !== 'apart') {
    const cuts = [trainingShare, trainingShare + validationShare].map((share) => placeIn(text, share));
    return [text.slice(0, cuts[0]), text.slice(cuts[0], cuts[1]), text.slice(cuts[1])].slice(0, testShare > 0 ? 3 : 2);
  }
  const lines = documents(text);
  const shares = [trainingShare, validationShare, ...(testShare > 0 ? [testShare] : [])];
  const least = Math.ceil(1 / Math.min(...shares) - 1e-9);
  if (lines.length < least) {
    throw new UserError(
      `Expected at least ${least} lines, of which some are kept to judge by, got ${lines.length} in ${name}`,
    );
  }
  return split(lines, shares, kind === 'lines' ? manualSeed(seed) : undefined).map((part) => part.join('\n'));
}

/** A share of a text in code units, not inside a character. */
function placeIn(text: string, share: number): number {
  const place = Math.floor(text.length * share * (1 + 4 * Number.EPSILON)); // 0.9 of 10 is 9, not 8
  return /^[\uDC00-\uDFFF]/.test(text.slice(place, place + 1)) ? place + 1 : place;
}
