// A text made ready for a model: its kind, its tokens, nine tenths to learn from and one to be judged by.
import { contexts, corpora, type Dataset, documents, loadCorpus, split, windows } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import { bytes, characters, type Tokenizer, trainBytePair } from '@hornbook/tokenizers';
import type { LanguageSettings, ModelSettings } from './language-settings.ts';

export type Text = {
  readonly name: string;
  readonly text: string;
  /** Lines are documents of their own, as in a list of names; or one stream of prose. */
  readonly kind: 'lines' | 'prose';
};

export async function readText(source: LanguageSettings['source']): Promise<Text> {
  if ('corpus' in source) {
    const { corpus } = source;
    return { name: corpus, text: await loadCorpus(corpus), kind: corpora[corpus].kind };
  }
  const text = source.text.replaceAll(/\r\n?/g, '\n');
  return { name: source.name, text, kind: looksLikeLines(text) ? 'lines' : 'prose' };
}

export async function makeTokenizer(
  { tokenizer, vocabSize }: Pick<LanguageSettings, 'tokenizer' | 'vocabSize'>,
  text: string,
): Promise<Tokenizer> {
  switch (tokenizer) {
    case 'characters':
      return characters(`\n${text}`);
    case 'bytes':
      return bytes();
    case 'byte pairs':
      return (await trainBytePair(text, { vocabSize })).tokenizer;
  }
}

/** The token between documents, and before the first word. */
export function boundaryOf(tokenizer: Tokenizer): number {
  const boundary = tokenizer.idOf('\n');
  if (boundary === undefined) throw new Error('This tokenizer has no token for the end of a line: choose another.');
  return boundary;
}

export type Prepared = {
  readonly training: Dataset;
  readonly held: Dataset;
  readonly tokens: number;
};

/** @throws RangeError if the text is too short for the context */
export function prepare(
  { text, kind }: Text,
  tokenizer: Tokenizer,
  { model, contextLength, seed }: Pick<ModelSettings, 'model' | 'contextLength'> & { readonly seed: number },
): Prepared {
  const boundary = boundaryOf(tokenizer);
  const encode = (part: string) => tokenizer.encode(part, { disallowedSpecial: [] });
  if (model === 'mlp' || kind === 'lines') {
    const lines = documents(text);
    if (lines.length < 10) {
      throw new RangeError(
        `Expected a list of at least 10 lines, got ${lines.length}: bring a longer one, or choose another model for prose.`,
      );
    }
    const parts = split(lines, [0.9, 0.1], manualSeed(seed)).map((part) => part.map(encode));
    const tokens = parts.flat().reduce((sum, ids) => sum + ids.length + 1, 0);
    if (model === 'mlp') {
      const [training, held] = parts.map((part) => contexts(part, { contextLength, boundary }));
      return { training, held, tokens };
    }
    const [training, held] = parts.map((part) => join(part, boundary));
    return { training: cut(training, contextLength, 1), held: cut(held, contextLength, contextLength), tokens };
  }
  const ids = encode(text);
  const border = Math.floor(ids.length * 0.9);
  return {
    training: cut(ids.subarray(0, border), contextLength, 1),
    held: cut(ids.subarray(border), contextLength, contextLength),
    tokens: ids.length,
  };
}

function cut(ids: Int32Array, contextLength: number, stride: number): Dataset {
  if (ids.length <= contextLength) {
    throw tooShort(`more than ${contextLength} tokens in every part of the text, got ${ids.length} in one`);
  }
  return windows(ids, { contextLength, stride });
}

/** boundary, document, boundary, document, …, boundary */
function join(encoded: readonly Int32Array[], boundary: number): Int32Array {
  return Int32Array.from([boundary, ...encoded.flatMap((ids) => [...ids, boundary])]);
}

function tooShort(what: string): RangeError {
  return new RangeError(`Expected ${what}: bring a longer text, or choose a shorter context.`);
}

/** Short items, one a line: no line is longer than 40 characters and hardly any has a space. */
function looksLikeLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => line !== '');
  return (
    lines.length > 1 &&
    lines.every((line) => line.length <= 40) &&
    lines.filter((line) => line.includes(' ')).length <= lines.length / 10
  );
}
