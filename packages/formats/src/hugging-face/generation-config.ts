// Hugging Face's generation_config.json: which ids end a text, and how its model is meant to be sampled from.
import { FormatError, quote } from '../format-error.ts';
import { parseObject } from '../json-object.ts';

/** What a generation_config.json asks for. */
export type GenerationConfig = {
  readonly bos?: number;
  /** All ids that end a text. */
  readonly eos: readonly number[];
  /** Whether tokens are drawn; if not, what follows means nothing to Hugging Face's libraries. */
  readonly sample?: boolean;
  readonly temperature?: number;
  /** 0 keeps all. */
  readonly topK?: number;
  readonly topP?: number;
  readonly repetitionPenalty?: number;
  /** The most new tokens. */
  readonly maxTokens?: number;
};

/** @throws FormatError naming a key that is not of its kind; keys that are not known here are passed over */
export function readGenerationConfig(source: string | Uint8Array, name = 'generation_config.json'): GenerationConfig {
  const json = parseObject(source, name);
  const value = (key: string) => (Object.hasOwn(json, key) ? (json[key] ?? undefined) : undefined);
  const refused = (key: string, expected: string) =>
    new FormatError(`Expected ${key} in ${name} to be ${expected}, got ${quote(value(key))}`);
  const read = (key: string, fits: (value: number) => boolean, expected: string): number | undefined => {
    const found = value(key);
    if (found === undefined || (typeof found === 'number' && fits(found))) return found;
    throw refused(key, expected);
  };
  const isWhole = (least: number) => (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least;
  const isId = isWhole(0);
  const eos = [value('eos_token_id') ?? []].flat();
  if (!eos.every(isId)) throw refused('eos_token_id', 'an id or a list of ids');
  const sample = value('do_sample');
  if (sample !== undefined && typeof sample !== 'boolean') throw refused('do_sample', 'true or false');
  const optional = {
    bos: read('bos_token_id', isId, 'an id'),
    sample,
    temperature: read('temperature', (value) => value >= 0 && value < Infinity, 'a number of at least 0'),
    topK: read('top_k', isId, 'a whole number'),
    topP: read('top_p', (value) => value > 0 && value <= 1, 'a number above 0 and at most 1'),
    repetitionPenalty: read('repetition_penalty', (value) => value > 0 && value < Infinity, 'a number above 0'),
    maxTokens: read('max_new_tokens', isWhole(1), 'a whole number of at least 1'),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { ...given, eos: eos as number[] };
}

/** What `readGenerationConfig` reads; a model needs no more than its ends. */
export function writeGenerationConfig(
  config: Omit<GenerationConfig, 'eos'> & { readonly eos?: GenerationConfig['eos'] | number },
): string {
  const eos = [config.eos ?? []].flat();
  const keys = {
    bos_token_id: config.bos,
    eos_token_id: eos.length > 1 ? eos : eos[0],
    do_sample: config.sample,
    temperature: config.temperature,
    top_k: config.topK,
    top_p: config.topP,
    repetition_penalty: config.repetitionPenalty,
    max_new_tokens: config.maxTokens,
  };
  return `${JSON.stringify(keys, null, 2)}\n`; // which leaves out what is undefined
}
