// A list of different tokens: a token's place in it is its id.

export type Vocabulary = {
  readonly tokens: readonly string[];
  readonly ids: ReadonlyMap<string, number>;
};

/** @throws RangeError if the list is empty, or a token is empty or stands in it twice */
export function vocabularyOf(list: Iterable<string>): Vocabulary {
  const tokens = [...list];
  if (tokens.length === 0) throw new RangeError('Expected at least one token, got none; give some text to learn from');
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (token === '') throw new RangeError(`Expected tokens of at least one character, got an empty one at id ${id}`);
    const first = ids.get(token);
    if (first !== undefined) {
      throw new RangeError(`Expected each token once, got ${JSON.stringify(token)} at ids ${first} and ${id}`);
    }
    ids.set(token, id);
  }
  return { tokens, ids };
}

/** @throws RangeError if the id stands for no token */
export function tokenAt({ tokens }: Vocabulary, id: number): string {
  const token = tokens[id];
  if (token === undefined) throw unknownId(id, tokens.length);
  return token;
}

export function unknownId(id: number, vocabSize: number): RangeError {
  return new RangeError(`Expected the id of a token (0 to ${vocabSize - 1}), got ${id}`);
}

/** Python's order of strings, by code point; JavaScript's own sort would put emoji before U+FB01. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}
