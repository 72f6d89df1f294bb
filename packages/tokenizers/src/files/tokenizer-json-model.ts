// The model in a tokenizer.json: byte pairs, WordPiece, Unigram or WordLevel.
import { bytePairModel } from '../models/byte-pair.ts';
import type { Model } from '../models/model.ts';
import { unigramModel } from '../models/unigram.ts';
import { wordLevelModel } from '../models/word-level.ts';
import { wordPieceModel } from '../models/word-piece.ts';
import type { JsonField } from './json-field.ts';
import { maxId } from './tokenizer-json-parts.ts';

/** Files from before models had a `type` have BPE's fields. */
export function readModel(field: JsonField): Model {
  const type = field.get('type');
  const name =
    type.absent && !field.get('merges').absent ? 'BPE' : type.oneOf(['BPE', 'WordPiece', 'Unigram', 'WordLevel']);
  return field.wrap(() => readers[name](field));
}

const readers = {
  BPE(field: JsonField): Model {
    const names = ['dropout', 'unk_token', 'continuing_subword_prefix', 'end_of_word_suffix', 'fuse_unk'];
    field.only(['type', ...names, 'byte_fallback', 'ignore_merges', 'vocab', 'merges']);
    const dropout = field.get('dropout');
    if (!dropout.absent && dropout.value !== 0)
      throw dropout.expected('null (dropout needs a generator: bytePairModel takes one)');
    const vocab = readVocab(field.get('vocab'));
    return bytePairModel({
      vocab,
      merges: readMerges(field.get('merges'), vocab, field.get('continuing_subword_prefix')),
      unkToken: optionalString(field.get('unk_token')),
      continuingSubwordPrefix: optionalString(field.get('continuing_subword_prefix')),
      endOfWordSuffix: optionalString(field.get('end_of_word_suffix')),
      fuseUnk: optionalBoolean(field.get('fuse_unk')),
      byteFallback: optionalBoolean(field.get('byte_fallback')),
      ignoreMerges: optionalBoolean(field.get('ignore_merges')),
    });
  },
  WordPiece(field: JsonField): Model {
    field.only(['type', 'unk_token', 'continuing_subword_prefix', 'max_input_chars_per_word', 'vocab']);
    return wordPieceModel({
      vocab: readVocab(field.get('vocab')),
      unkToken: field.get('unk_token').string(),
      continuingSubwordPrefix: field.get('continuing_subword_prefix').string(),
      maxInputCharsPerWord: field.get('max_input_chars_per_word').natural(2 ** 31),
    });
  },
  Unigram(field: JsonField): Model {
    field.only(['type', 'unk_id', 'vocab', 'byte_fallback']);
    const seen = new Set<string>();
    const vocab = field
      .get('vocab')
      .list()
      .map((entry): [string, number] => {
        const [token, score, ...more] = entry.list();
        if (!score || more.length > 0) throw entry.expected('a token and its score');
        if (typeof score.value !== 'number') throw score.expected('a number');
        if (seen.has(token.string())) throw token.expected('each token once');
        seen.add(token.string());
        return [token.string(), score.value];
      });
    const unkId = field.get('unk_id');
    return unigramModel({
      vocab,
      unkId: unkId.absent ? undefined : unkId.natural(vocab.length),
      byteFallback: optionalBoolean(field.get('byte_fallback')),
    });
  },
  WordLevel(field: JsonField): Model {
    field.only(['type', 'vocab', 'unk_token']);
    return wordLevelModel({ vocab: readVocab(field.get('vocab')), unkToken: field.get('unk_token').string() });
  },
};

function readVocab(field: JsonField): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const tokens = new Map<number, string>();
  const vocab = field.object();
  for (const token of Object.keys(vocab)) {
    const value = vocab[token];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= maxId) {
      throw field.get(token).expected(`a whole number from 0 to ${maxId - 1}`);
    }
    const other = tokens.get(value);
    if (other !== undefined) {
      throw field.get(token).fail(`Expected an id of its own, got ${value}, the id of ${JSON.stringify(other)} too`);
    }
    ids.set(token, value);
    tokens.set(value, token);
  }
  return ids;
}

/** Pairs, or in older files 'left right'. */
function readMerges(field: JsonField, vocab: ReadonlyMap<string, number>, prefix: JsonField): [string, string][] {
  const cut = optionalString(prefix)?.length ?? 0;
  return field.list().map((merge) => {
    const parts = typeof merge.value === 'string' ? merge.value.split(' ') : merge.list().map((part) => part.string());
    const [left, right, ...more] = parts;
    if (left === undefined || right === undefined || more.length > 0) throw merge.expected('a pair of tokens');
    for (const token of [left, right, left + right.slice(cut)]) {
      if (!vocab.has(token)) throw merge.fail(`Expected tokens of the vocabulary, got ${JSON.stringify(token)}`);
    }
    return [left, right];
  });
}

const optionalString = (field: JsonField) => (field.absent ? undefined : field.string());
const optionalBoolean = (field: JsonField) => !field.absent && field.boolean();
