// From a text to what trains a model: a tokenizer, and examples to train and to judge on.
import { contexts, type Dataset, documents, split, windows } from '@hornbook/datasets';
import type { Generator } from '@hornbook/random';
import { bytes, characters, encoding, encodingNames, type Tokenizer, words } from '@hornbook/tokenizers';
import type { ModelKind } from './settings.ts';
import type { Source } from './source.ts';
import { UserError } from './user-error.ts';

export const tokenizerKinds = ['characters', 'words', 'bytes', ...encodingNames] as const;
export type TokenizerKind = (typeof tokenizerKinds)[number];

/** A tokenizer for a text: the published ones know their tokens, the others learn them from it. */
export async function makeTokenizer(kind: TokenizerKind, text: string): Promise<Tokenizer> {
  switch (kind) {
    case 'characters':
      return characters(`\n${text}`);
    case 'words':
      return words(text);
    case 'bytes':
      return bytes();
    default:
      return encoding(kind);
  }
}

/** The token between documents: a newline where the tokenizer has one. */
export function boundaryOf(tokenizer: Tokenizer): number {
  const boundary = tokenizer.idOf('\n') ?? tokenizer.specials['<eos>'];
  if (boundary === undefined) throw new Error(`The ${tokenizer.kind} tokenizer has no token for the end of a line`);
  return boundary;
}

/** One part of a corpus. */
export type Part = {
  /** Every example there is, for drawing at random. */
  readonly examples: Dataset;
  /** Examples that do not overlap, for judging. */
  readonly evaluation: Dataset;
};

/**
 * Nine tenths to train on and one to judge by. Lines are shuffled first, so that a sorted list is split fairly; prose is
 * cut once. The MLP reads each line as a document of its own, padded; the other models read one stream of tokens.
 *
 * @throws UserError if a part is too short for the context
 */
export function makeParts(
  source: Source,
  { tokenizer, kind, contextLength }: { tokenizer: Tokenizer; kind: ModelKind; contextLength: number },
  generator: Generator,
): { readonly training: Part; readonly validation: Part } {
  const encode = (text: string) => tokenizer.encode(text, { disallowedSpecial: [] });
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
  const [training, validation] = cut(source, kind, generator);
  return { training: part(training), validation: part(validation) };
}

function cut({ name, text, kind: sourceKind }: Source, kind: ModelKind, generator: Generator): [string, string] {
  if (sourceKind === 'prose' && kind !== 'mlp') {
    const at = Math.floor(0.9 * text.length);
    return [text.slice(0, at), text.slice(at)];
  }
  const lines = documents(text);
  if (lines.length < 10) {
    throw new UserError(`Expected at least 10 lines to train on and to judge by, got ${lines.length} in ${name}`);
  }
  const [training, validation] = split(lines, [0.9, 0.1], sourceKind === 'lines' ? generator : undefined);
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
