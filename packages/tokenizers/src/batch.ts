// Many texts at once: ids in one rectangle, and a mask that says which of them are text.
import type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.ts';

export type Side = 'left' | 'right';

export type BatchOptions = EncodeOptions & {
  /** Whether a pipeline's post-processor adds its tokens. Default true. */
  readonly addSpecialTokens?: boolean;
  /** The length of every row: 'longest' (default) of the batch, or so many tokens. */
  readonly padding?: 'longest' | number;
  /** The id that fills rows up. Needed only if there is something to fill. */
  readonly padId?: number;
  /** Where the filling goes. Default 'right'; 'left' for prompts, so that all of them end where new text begins. */
  readonly side?: Side;
  /**
   * Cuts rows longer than `maxLength`, at their end or, with `side: 'left'`, at their beginning. What a post-processor
   * adds, such as `[CLS]`, stays: only tokens of the text go. Default: no cut.
   */
  readonly truncation?: Truncation;
};

export type Truncation = { readonly maxLength: number; readonly side?: Side };

type Rectangle = { readonly data: Int32Array; readonly shape: readonly [batch: number, time: number] };

/** Ids [batch, time], and as large a mask: 1 for a token of the text, 0 for what fills its row up. */
export type Batch = { readonly ids: Rectangle; readonly attentionMask: Rectangle };

/**
 * Encodes texts into rows of one length. With bytes and `padId: 0`, ['ab', 'c'] gives ids 97 98 / 99 0 of shape [2, 2]
 * and the mask 1 1 / 1 0.
 *
 * @throws RangeError if a row needs filling and there is no `padId`, if one is longer than `padding` allows (name
 * `truncation` to cut it) or added tokens alone are longer than that, or for what `tokenizer.encode` refuses
 */
export function encodeBatch(
  tokenizer: Pick<Tokenizer, 'encode' | 'encodeWithOffsets' | 'vocabSize'>,
  texts: Iterable<string>,
  { padding = 'longest', padId, side = 'right', truncation, ...options }: BatchOptions = {},
): Batch {
  if (padding !== 'longest') checkLength('padding', padding);
  if (truncation) checkLength('maxLength', truncation.maxLength);
  checkSide('side', side);
  checkSide('truncation.side', truncation?.side ?? 'right');
  if (padId !== undefined && !(Number.isInteger(padId) && padId >= 0 && padId < tokenizer.vocabSize)) {
    throw new RangeError(`Expected padId to be an id (0 to ${tokenizer.vocabSize - 1}), got ${padId}`);
  }

  const rows = Array.from(texts, (text) => {
    const ids = tokenizer.encode(text, options);
    return truncation && ids.length > truncation.maxLength
      ? cut(tokenizer.encodeWithOffsets(text, options), truncation)
      : ids;
  });
  const longest = rows.reduce((length, row) => Math.max(length, row.length), 0);
  const time = padding === 'longest' ? longest : padding;
  if (longest > time) {
    const row = rows.findIndex(({ length }) => length === longest);
    throw new RangeError(
      `Expected at most ${time} tokens, got ${longest} in text ${row}; pass truncation: { maxLength: ${time} } to cut it`,
    );
  }
  const short = rows.findIndex(({ length }) => length < time);
  if (short >= 0 && padId === undefined) {
    throw new RangeError(
      `Expected rows of ${time} tokens, got ${rows[short].length} in text ${short}; pass padId, the id to fill it with`,
    );
  }

  const shape = [rows.length, time] as const;
  const ids = new Int32Array(rows.length * time).fill(padId ?? 0);
  const mask = new Int32Array(rows.length * time);
  for (const [i, row] of rows.entries()) {
    const start = i * time + (side === 'left' ? time - row.length : 0);
    ids.set(row, start);
    mask.fill(1, start, start + row.length);
  }
  return { ids: { data: ids, shape }, attentionMask: { data: mask, shape } };
}

/**
 * The text of each row; with the mask of `encodeBatch`, without what fills it up.
 *
 * @throws RangeError if the ids do not fill their shape, the mask has another, or an id stands for no token
 */
export function decodeBatch(
  tokenizer: Pick<Tokenizer, 'decode'>,
  { ids, attentionMask }: { readonly ids: Rectangle; readonly attentionMask?: Rectangle },
): string[] {
  const [batch, time] = ids.shape;
  for (const [name, { data, shape }] of Object.entries({ ids, ...(attentionMask && { attentionMask }) })) {
    if (shape[0] !== batch || shape[1] !== time || data.length !== batch * time) {
      throw new RangeError(
        `Expected ${name} of [${batch}, ${time}], got ${data.length} values of [${shape.join(', ')}]`,
      );
    }
  }
  return Array.from({ length: batch }, (_, i) => {
    const row = ids.data.subarray(i * time, (i + 1) * time);
    return tokenizer.decode(attentionMask ? row.filter((_, j) => attentionMask.data[i * time + j] !== 0) : row);
  });
}

function cut({ ids, starts, ends }: Encoding, { maxLength, side = 'right' }: Truncation): Int32Array {
  const isText = ids.map((_, i) => (ends[i] > starts[i] ? 1 : 0)); // what is added comes from nowhere in the text
  const texts = isText.reduce((sum, one) => sum + one, 0);
  const room = maxLength - (ids.length - texts);
  if (room < 0) {
    throw new RangeError(`Expected maxLength of at least the ${maxLength - room} tokens added, got ${maxLength}`);
  }
  const first = side === 'right' ? 0 : texts - room;
  let place = 0; // among the tokens of the text
  return ids.filter((_, i) => {
    if (!isText[i]) return true;
    const at = place++;
    return at >= first && at < first + room;
  });
}

function checkLength(name: string, length: number): void {
  if (!Number.isInteger(length) || length < 0) throw new RangeError(`Expected ${name} to be a length, got ${length}`);
}

function checkSide(name: string, side: Side): void {
  if (side !== 'left' && side !== 'right') throw new RangeError(`Expected ${name} left or right, got ${side}`);
}
