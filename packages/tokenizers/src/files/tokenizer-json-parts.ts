// The parts of tokenizer.json but for the model, by their types.
import type { AddedToken } from '../pipeline/added-tokens.ts';
import type { Decoder, Normalizer, PostProcessor, PreTokenizer } from '../pipeline/components.ts';
import * as decoders from '../pipeline/decoders.ts';
import * as normalizers from '../pipeline/normalizers.ts';
import type { Pattern } from '../pipeline/patterns.ts';
import * as postProcessors from '../pipeline/post-processors.ts';
import * as preTokenizers from '../pipeline/pre-tokenizers.ts';
import type { JsonField } from './json-field.ts';

/** Ids above this are taken for a broken file: vocabularies have less than a million tokens. */
export const maxId = 2 ** 24;

const maxDepth = 16;
const maxCount = 2 ** 24;

type Read<Part> = (field: JsonField, depth: number) => Part;

/** Reads a part by its type; what is not in the table is refused by name. */
function partReader<Part>(types: () => Readonly<Record<string, Read<Part>>>): Read<Part> {
  return (field, depth) => {
    if (depth > maxDepth) throw field.fail(`Expected sequences at most ${maxDepth} deep, got a deeper one`);
    const known = types();
    const name = field.get('type').string();
    if (!Object.hasOwn(known, name)) throw field.get('type').expected(`one of ${Object.keys(known).join(', ')}`);
    return field.wrap(() => known[name](field, depth));
  };
}

export const readNormalizer: Read<Normalizer> = partReader(() => ({
  Sequence: (field, depth) => normalizers.sequence(listOf(field, 'normalizers', readNormalizer, depth)),
  NFC: (field) => bare(field, normalizers.nfc),
  NFD: (field) => bare(field, normalizers.nfd),
  NFKC: (field) => bare(field, normalizers.nfkc),
  NFKD: (field) => bare(field, normalizers.nfkd),
  Lowercase: (field) => bare(field, normalizers.lowercase),
  StripAccents: (field) => bare(field, normalizers.stripAccents),
  BertNormalizer(field) {
    only(field, 'clean_text', 'handle_chinese_chars', 'strip_accents', 'lowercase');
    const accents = field.get('strip_accents');
    return normalizers.bertNormalizer({
      cleanText: field.get('clean_text').boolean(),
      handleChineseChars: field.get('handle_chinese_chars').boolean(),
      stripAccents: accents.absent ? null : accents.boolean(),
      lowercase: field.get('lowercase').boolean(),
    });
  },
  Replace(field) {
    only(field, 'pattern', 'content');
    return normalizers.replace(readPattern(field.get('pattern')), field.get('content').string());
  },
  Prepend(field) {
    only(field, 'prepend');
    return normalizers.prepend(field.get('prepend').string());
  },
  Strip(field) {
    only(field, 'strip_left', 'strip_right');
    return normalizers.strip({
      left: field.get('strip_left').boolean(),
      right: field.get('strip_right').boolean(),
    });
  },
  Precompiled(field) {
    only(field, 'precompiled_charsmap');
    return normalizers.precompiled(readBase64(field.get('precompiled_charsmap')));
  },
}));

export const readPreTokenizer: Read<PreTokenizer> = partReader(() => ({
  Sequence: (field, depth) => preTokenizers.sequence(listOf(field, 'pretokenizers', readPreTokenizer, depth)),
  ByteLevel: (field) => preTokenizers.byteLevel(byteLevelOptions(field)),
  Split(field) {
    only(field, 'pattern', 'behavior', 'invert');
    return preTokenizers.split(
      readPattern(field.get('pattern')),
      field.get('behavior').oneOf(preTokenizers.splitBehaviors),
      field.get('invert').boolean(),
    );
  },
  Whitespace: (field) => bare(field, preTokenizers.whitespace),
  WhitespaceSplit: (field) => bare(field, preTokenizers.whitespaceSplit),
  BertPreTokenizer: (field) => bare(field, preTokenizers.bert),
  Metaspace: (field) => preTokenizers.metaspace(metaspaceOptions(field)),
  Digits(field) {
    only(field, 'individual_digits');
    return preTokenizers.digits({ individual: field.get('individual_digits').boolean() });
  },
  Punctuation(field) {
    only(field, 'behavior');
    const behavior = field.get('behavior');
    return preTokenizers.punctuation(behavior.absent ? 'Isolated' : behavior.oneOf(preTokenizers.splitBehaviors));
  },
}));

export const readPostProcessor: Read<PostProcessor> = partReader(() => ({
  Sequence: (field, depth) => postProcessors.sequence(listOf(field, 'processors', readPostProcessor, depth)),
  ByteLevel: (field) => postProcessors.byteLevel(byteLevelOptions(field)),
  TemplateProcessing(field) {
    only(field, 'single', 'pair', 'special_tokens');
    const specialTokens = field.get('special_tokens').entries().map(readTemplateToken);
    return postProcessors.template({
      single: field.get('single').list().map(readTemplatePiece),
      pair: field.get('pair').list().map(readTemplatePiece),
      specialTokens: Object.fromEntries(specialTokens),
    });
  },
  BertProcessing(field) {
    only(field, 'sep', 'cls');
    return postProcessors.bert(readTokenWithId(field.get('sep')), readTokenWithId(field.get('cls')));
  },
  RobertaProcessing(field) {
    only(field, 'sep', 'cls', 'trim_offsets', 'add_prefix_space');
    return postProcessors.roberta({
      sep: readTokenWithId(field.get('sep')),
      cls: readTokenWithId(field.get('cls')),
      trimOffsets: field.get('trim_offsets').boolean(),
      addPrefixSpace: field.get('add_prefix_space').boolean(),
    });
  },
}));

export const readDecoder: Read<Decoder> = partReader(() => ({
  Sequence: (field, depth) => decoders.sequence(listOf(field, 'decoders', readDecoder, depth)),
  ByteLevel: (field) => decoders.byteLevel(byteLevelOptions(field)),
  WordPiece(field) {
    only(field, 'prefix', 'cleanup');
    return decoders.wordPiece({ prefix: field.get('prefix').string(), cleanup: field.get('cleanup').boolean() });
  },
  Metaspace: (field) => decoders.metaspace(metaspaceOptions(field)),
  BPEDecoder(field) {
    only(field, 'suffix');
    return decoders.bytePair({ suffix: field.get('suffix').string() });
  },
  ByteFallback: (field) => bare(field, decoders.byteFallback),
  Fuse: (field) => bare(field, decoders.fuse),
  Strip(field) {
    only(field, 'content', 'start', 'stop');
    const count = (name: string) => field.get(name).natural(maxCount);
    return decoders.strip(field.get('content').string(), count('start'), count('stop'));
  },
  Replace(field) {
    only(field, 'pattern', 'content');
    return decoders.replace(readPattern(field.get('pattern')), field.get('content').string());
  },
}));

export function readAddedToken(field: JsonField): AddedToken {
  field.only(['id', 'content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special']);
  if (field.get('content').string() === '') throw field.get('content').expected('at least one character');
  return {
    id: field.get('id').natural(maxId),
    content: field.get('content').string(),
    singleWord: field.get('single_word').boolean(),
    lstrip: field.get('lstrip').boolean(),
    rstrip: field.get('rstrip').boolean(),
    normalized: field.get('normalized').boolean(),
    special: field.get('special').boolean(),
  };
}

const only = (field: JsonField, ...names: string[]) => field.only(['type', ...names]);

function bare<Part>(field: JsonField, make: () => Part): Part {
  only(field);
  return make();
}

function listOf<Part>(field: JsonField, name: string, read: Read<Part>, depth: number): Part[] {
  only(field, name);
  return field
    .get(name)
    .list()
    .map((item) => read(item, depth + 1));
}

function readPattern(field: JsonField): Pattern {
  field.only(['String', 'Regex']);
  const regex = field.get('Regex');
  return regex.absent ? { String: field.get('String').string() } : { Regex: regex.string() };
}

function byteLevelOptions(field: JsonField) {
  only(field, 'add_prefix_space', 'trim_offsets', 'use_regex');
  const useRegex = field.get('use_regex'); // newer than the others
  return {
    addPrefixSpace: field.get('add_prefix_space').boolean(),
    trimOffsets: field.get('trim_offsets').boolean(),
    useRegex: useRegex.absent ? true : useRegex.boolean(),
  };
}

/** Older files have `add_prefix_space` in the place of `prepend_scheme`, and `str_rep`, which is `replacement` again. */
function metaspaceOptions(field: JsonField): preTokenizers.MetaspaceOptions {
  only(field, 'replacement', 'prepend_scheme', 'split', 'add_prefix_space', 'str_rep');
  const replacement = field.get('replacement').string();
  const [scheme, split, prefix, again] = ['prepend_scheme', 'split', 'add_prefix_space', 'str_rep'].map((name) =>
    field.get(name),
  );
  if (!again.absent && again.string() !== replacement) throw again.expected(JSON.stringify(replacement));
  const prefixed = prefix.absent || prefix.boolean();
  const prependScheme = scheme.absent ? (prefixed ? 'always' : 'never') : scheme.oneOf(preTokenizers.prependSchemes);
  if (!prefixed && prependScheme !== 'never') throw scheme.expected('never, as add_prefix_space is false');
  return { replacement, prependScheme, split: split.absent || split.boolean() };
}

function readTemplatePiece(field: JsonField): postProcessors.TemplatePiece {
  field.only(['SpecialToken', 'Sequence']);
  const special = field.get('SpecialToken');
  const piece = (special.absent ? field.get('Sequence') : special).only(['id', 'type_id']);
  const type_id = piece.get('type_id').natural(maxCount);
  if (special.absent) return { Sequence: { id: piece.get('id').oneOf(['A', 'B']), type_id } };
  return { SpecialToken: { id: piece.get('id').string(), type_id } };
}

function readTemplateToken([name, field]: [string, JsonField]): [string, postProcessors.TemplateToken] {
  field.only(['id', 'ids', 'tokens']);
  const ids = field.get('ids').list();
  const tokens = field.get('tokens').list();
  if (ids.length !== tokens.length)
    throw field.fail(`Expected as many ids as tokens, got ${ids.length} and ${tokens.length}`);
  return [
    name,
    {
      id: field.get('id').string(),
      ids: ids.map((id) => id.natural(maxId)),
      tokens: tokens.map((token) => token.string()),
    },
  ];
}

function readTokenWithId(field: JsonField): [string, number] {
  const [token, id, ...more] = field.list();
  if (!id || more.length > 0) throw field.expected('a token and its id');
  return [token.string(), id.natural(maxId)];
}

function readBase64(field: JsonField): Uint8Array {
  try {
    return Uint8Array.from(atob(field.string()), (character) => character.charCodeAt(0));
  } catch (error) {
    throw field.fail('Expected bytes in base64', error);
  }
}
