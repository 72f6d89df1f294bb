// A tokenizer of parts, as Hugging Face's library builds them: normalize, cut, model, post-process; and decode.
import type { Model, ModelJSON } from '../models/model.ts';
import { printable } from '../printable.ts';
import type { EncodeOptions, Encoding, Tokenizer } from '../tokenizer.ts';
import { unknownId } from '../vocabulary.ts';
import { type AddedToken, addedTokenCutter } from './added-tokens.ts';
import { byteGlyphs, glyphBytes, toGlyphs } from './byte-glyphs.ts';
import type { Decoder, Normalizer, PartJSON, PostProcessor, PreTokenizer } from './components.ts';
import { encodeSections, type PlacedTokens, trimWhitespace } from './encode-sections.ts';
import { originalText } from './normalized-text.ts';

export type PipelineParts = {
  readonly normalizer?: Normalizer;
  /** Without one, the model sees the whole text as one piece. */
  readonly preTokenizer?: PreTokenizer;
  readonly model: Model;
  readonly postProcessor?: PostProcessor;
  /** Without one, tokens are joined with spaces. */
  readonly decoder?: Decoder;
  readonly addedTokens?: readonly AddedToken[];
};

export type PipelineEncodeOptions = EncodeOptions & {
  /** Whether the post-processor puts its tokens around the text's. Default true. */
  readonly addSpecialTokens?: boolean;
};

export type PipelineDecodeOptions = {
  /** Leaves special tokens out of the text. Default false. */
  readonly skipSpecialTokens?: boolean;
};

export type PipelineTokenizer = Omit<Tokenizer, 'encode' | 'encodeWithOffsets' | 'decode' | 'toJSON'> & {
  readonly kind: Model['kind'];
  readonly model: Model;
  encode(text: string, options?: PipelineEncodeOptions): Int32Array;
  encodeWithOffsets(text: string, options?: PipelineEncodeOptions): Encoding;
  decode(ids: Iterable<number>, options?: PipelineDecodeOptions): string;
  toJSON(): PipelineJSON;
};

/** What tokenizer.json holds. */
export type PipelineJSON = {
  readonly version: '1.0';
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedTokenJSON[];
  readonly normalizer: PartJSON | null;
  readonly pre_tokenizer: PartJSON | null;
  readonly post_processor: PartJSON | null;
  readonly decoder: PartJSON | null;
  readonly model: ModelJSON;
};

export type AddedTokenJSON = {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
};

/**
 * Puts parts together:
 * `pipeline({ preTokenizer: preTokenizers.byteLevel(), model: bytePairModel({ vocab, merges }), decoder: decoders.byteLevel() })`.
 *
 * Special tokens in a text follow Hugging Face's rule, not tiktoken's: unless options say otherwise they are recognized
 * (`allowedSpecial` is 'all'). With `allowedSpecial` given, `EncodeOptions` holds as for every other kind: those that
 * are not allowed are errors, or ordinary text with `disallowedSpecial: []`. Added tokens that are not special are
 * always recognized. The post-processor's tokens have the place 0, 0; with `trimOffsets` it leaves whitespace uncovered.
 *
 * `tokenOf` and `idOf` take tokens as the vocabulary writes them (▁tea, ##ing), but those of byte-level vocabularies as
 * their own text (' tea', not 'Ġtea', which is `model.tokenOf`).
 *
 * @throws RangeError if an added token's id or text is another token's, or a post-processor's id stands for no token
 */
export function pipeline(parts: PipelineParts): PipelineTokenizer {
  const { normalizer, preTokenizer, model, postProcessor, decoder, addedTokens = [] } = parts;
  const added = checkedTokens(addedTokens, model);
  const cut = addedTokenCutter(addedTokens, normalizer);
  const glyphs = byteGlyphs();
  const bytesOf = glyphBytes(glyphs);
  const vocabSize = addedTokens.reduce((size, { id }) => Math.max(size, id + 1), model.vocabSize);
  const rawTokenAt = (id: number) => {
    const token = added.get(id)?.content ?? model.tokenOf(id);
    if (token === undefined) throw unknownId(id, vocabSize);
    return token;
  };
  const { before = [], after = [], trim } = postProcessor ?? {};
  for (const id of [...before, ...after]) rawTokenAt(id);

  const encodeParts = (text: string, options: PipelineEncodeOptions | undefined, tracked: boolean): PlacedTokens =>
    encodeSections(cut(originalText(text, tracked), options), preTokenizer?.stages ?? [], model);

  const tokenOf = (id: number) => {
    const token = rawTokenAt(id);
    if (!decoder?.glyphs || added.has(id)) return token;
    const bytes = Array.from(token, (glyph) => bytesOf.get(glyph));
    return bytes.includes(undefined) ? token : printable(Uint8Array.from(bytes as number[]));
  };
  let ids: Map<string, number> | undefined; // made when first asked for

  return {
    kind: model.kind,
    model,
    vocabSize,
    lossless: isLossless(parts, glyphs),
    specials: Object.fromEntries(addedTokens.flatMap(({ special, content, id }) => (special ? [[content, id]] : []))),
    encode(text, options) {
      const { ids } = encodeParts(text, options, false);
      return (options?.addSpecialTokens ?? true) ? joined(before, ids, after) : new Int32Array(ids);
    },
    encodeWithOffsets(text, options) {
      const tokens = encodeParts(text, options, true);
      const { ids, starts, ends } = tokens;
      const written = (i: number) => (added.has(ids[i]) ? text.slice(starts[i], ends[i]) : rawTokenAt(ids[i]));
      if (trim) trimWhitespace(text, tokens, written, trim.addPrefixSpace);
      const around = options?.addSpecialTokens ?? true;
      const [first, last] = around ? [before, after] : [[], []];
      const nowhere = (list: readonly number[]) => list.map(() => 0);
      return {
        ids: joined(first, ids, last),
        starts: joined(nowhere(first), starts, nowhere(last)),
        ends: joined(nowhere(first), ends, nowhere(last)),
      };
    },
    decode(list, { skipSpecialTokens = false } = {}) {
      const tokens: string[] = [];
      for (const id of list) {
        const token = rawTokenAt(id);
        const extra = added.get(id);
        if (extra?.special && skipSpecialTokens) continue;
        tokens.push(extra && decoder?.glyphs ? toGlyphs(token, glyphs) : token);
      }
      return decoder ? decoder.decode(tokens).join('') : tokens.join(' ');
    },
    idOf(token) {
      if (!decoder?.glyphs) return addedTokens.find(({ content }) => content === token)?.id ?? model.idOf(token);
      ids ??= new Map(knownIds(model, added).map((id) => [tokenOf(id), id]));
      return ids.get(token);
    },
    tokenOf,
    toJSON: () => ({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens.map(addedTokenJSON),
      normalizer: normalizer?.toJSON() ?? null,
      pre_tokenizer: preTokenizer?.toJSON() ?? null,
      post_processor: postProcessor?.toJSON() ?? null,
      decoder: decoder?.toJSON() ?? null,
      model: model.toJSON(),
    }),
  };
}

function joined(first: readonly number[], middle: readonly number[], last: readonly number[]): Int32Array {
  const all = new Int32Array(first.length + middle.length + last.length);
  all.set(first);
  all.set(middle, first.length);
  all.set(last, first.length + middle.length);
  return all;
}

function checkedTokens(addedTokens: readonly AddedToken[], model: Model): ReadonlyMap<number, AddedToken> {
  const byId = new Map<number, AddedToken>();
  const contents = new Set<string>();
  for (const token of addedTokens) {
    const { id, content } = token;
    const shown = JSON.stringify(content);
    if (content === '') throw new RangeError(`Expected added tokens of at least one character, got '' at id ${id}`);
    if (contents.has(content)) throw new RangeError(`Expected each added token once, got ${shown} twice`);
    const expected = model.idOf(content);
    if (expected !== undefined && expected !== id) {
      throw new RangeError(
        `Expected the added token ${shown} to have its id in the vocabulary, ${expected}, got ${id}`,
      );
    }
    const other = byId.get(id)?.content ?? model.tokenOf(id);
    if (other !== undefined && other !== content) {
      throw new RangeError(
        `Expected an id of its own for the added token ${shown}, got ${id}, ${JSON.stringify(other)}`,
      );
    }
    contents.add(content);
    byId.set(id, token);
  }
  return byId;
}

function knownIds(model: Model, added: ReadonlyMap<number, AddedToken>): number[] {
  const ids: number[] = [];
  for (let id = 0; id < model.vocabSize; id++) if (model.tokenOf(id) !== undefined) ids.push(id);
  return [...ids, ...added.keys()];
}

function addedTokenJSON(token: AddedToken): AddedTokenJSON {
  const { id, content, singleWord = false, lstrip = false, rstrip = false, special = false } = token;
  const { normalized = !special } = token;
  return { id, content, single_word: singleWord, lstrip, rstrip, normalized, special };
}

/** Nothing is normalized or removed, every byte is a token, and no token is put around the text or takes its whitespace. */
function isLossless(parts: PipelineParts, glyphs: readonly string[]): boolean {
  const { normalizer, preTokenizer, model, postProcessor, decoder, addedTokens = [] } = parts;
  if (normalizer || !preTokenizer?.exact || !preTokenizer.glyphs || decoder?.toJSON().type !== 'ByteLevel')
    return false;
  if (postProcessor && postProcessor.before.length + postProcessor.after.length > 0) return false;
  if (addedTokens.some(({ lstrip, rstrip }) => lstrip || rstrip)) return false;
  return model.kind === 'bpe' && glyphs.every((glyph) => model.idOf(glyph) !== undefined);
}
