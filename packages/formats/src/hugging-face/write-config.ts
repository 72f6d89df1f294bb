// Writes config.json and generation_config.json, as Hugging Face's libraries and many servers read them.
import { FormatError, quote } from '../format-error.ts';
import { parseObject } from '../json-object.ts';
import type { HuggingFaceModel } from './config.ts';

/** Which ids begin and end a text. */
export type TextEnds = { readonly bos?: number; readonly eos?: number };

/**
 * What `readHuggingFaceConfig` reads: a GPT-2, a Llama, or where queries, keys and values have biases a Qwen2. Texts to be
 * told apart are filled up with the end of a text, where there is one: the class is read before.
 */
export function writeHuggingFaceConfig(
  model: HuggingFaceModel,
  { ends = {}, dropout = 0 }: { readonly ends?: TextEnds; readonly dropout?: number } = {},
): string {
  const { vocabSize, contextLength, embedDim, numHeads, numLayers, tiedHead } = model.config;
  const { labels } = model;
  const head = labels ? 'ForSequenceClassification' : model.family === 'gpt2' ? 'LMHeadModel' : 'ForCausalLM';
  const shared = {
    vocab_size: vocabSize,
    tie_word_embeddings: tiedHead,
    torch_dtype: 'float32',
    bos_token_id: ends.bos ?? null,
    eos_token_id: ends.eos ?? null,
    ...(labels && {
      id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
      problem_type: 'single_label_classification',
      pad_token_id: ends.eos ?? null,
    }),
  };
  if (model.family === 'gpt2') {
    const { bias, qkvBias } = model.config;
    return format({
      model_type: 'gpt2',
      architectures: [`GPT2${head}`],
      n_positions: contextLength,
      n_embd: embedDim,
      n_layer: numLayers,
      n_head: numHeads,
      n_inner: null,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      resid_pdrop: dropout,
      embd_pdrop: dropout,
      attn_pdrop: dropout,
      ...shared,
      ...(!bias && { bias }),
      ...(bias !== qkvBias && { qkv_bias: qkvBias }),
    });
  }
  const { hiddenDim, numKeyValueHeads, base, epsilon, qkvBias } = model.config;
  return format({
    model_type: qkvBias ? 'qwen2' : 'llama',
    architectures: [`${qkvBias ? 'Qwen2' : 'Llama'}${head}`],
    max_position_embeddings: contextLength,
    hidden_size: embedDim,
    intermediate_size: hiddenDim,
    num_hidden_layers: numLayers,
    num_attention_heads: numHeads,
    num_key_value_heads: numKeyValueHeads,
    hidden_act: 'silu',
    rms_norm_eps: epsilon,
    rope_theta: base,
    ...shared,
  });
}

/** The ends alone, which is all of it that a model needs. */
export function writeGenerationConfig({ bos, eos }: TextEnds): string {
  return format({ ...(bos !== undefined && { bos_token_id: bos }), ...(eos !== undefined && { eos_token_id: eos }) });
}

/** What a generation_config.json asks for; `eos` are all ids that end a text. */
export type GenerationConfig = {
  readonly bos?: number;
  readonly eos: readonly number[];
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly repetitionPenalty?: number;
};

/** @throws FormatError naming a key that is not of its kind; keys that are not known here are passed over */
export function readGenerationConfig(source: string | Uint8Array, name = 'generation_config.json'): GenerationConfig {
  const json = parseObject(source, name);
  const read = (key: string, fits: (value: number) => boolean, expected: string): number | undefined => {
    const value = Object.hasOwn(json, key) ? json[key] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && fits(value)) return value;
    throw new FormatError(`Expected ${key} in ${name} to be ${expected}, got ${quote(value)}`);
  };
  const isId = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const eos = Object.hasOwn(json, 'eos_token_id') ? [json.eos_token_id].flat() : [];
  const ends = eos.filter((id) => id !== null);
  if (!ends.every(isId)) throw new FormatError(`Expected ids in eos_token_id of ${name}, got ${quote(eos)}`);
  const optional = {
    bos: read('bos_token_id', isId, 'an id'),
    temperature: read('temperature', (value) => value >= 0, 'a number of at least 0'),
    topK: read('top_k', isId, 'a whole number'),
    topP: read('top_p', (value) => value > 0 && value <= 1, 'a number above 0 and at most 1'),
    repetitionPenalty: read('repetition_penalty', (value) => value > 0, 'a number above 0'),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { ...given, eos: ends as number[] };
}

const format = (json: object) => `${JSON.stringify(json, null, 2)}\n`;
