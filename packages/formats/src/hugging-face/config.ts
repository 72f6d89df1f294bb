// Hugging Face's config.json: what it says of a GPT-2 or a Llama, in this project's words, and back.
import { FormatError, quote } from '../format-error.ts';
import { isObject, type JsonObject, parseObject } from '../json-object.ts';

type Sizes = {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly embedDim: number;
  readonly numHeads: number;
  readonly numLayers: number;
  readonly tiedHead: boolean;
};

/** As `gpt` of @hornbook/models takes it. */
export type Gpt2Config = Sizes & { readonly bias: boolean; readonly qkvBias: boolean };

/** As `llamaParts` of @hornbook/models takes it. */
export type LlamaConfig = Sizes & {
  readonly hiddenDim: number;
  readonly numKeyValueHeads: number;
  /** Of the rotary angles. */
  readonly base: number;
  /** Of the norms. */
  readonly epsilon: number;
  /** As in Qwen2. */
  readonly qkvBias: boolean;
};

export type HuggingFaceModel = (
  | { readonly family: 'gpt2'; readonly config: Gpt2Config }
  | { readonly family: 'llama'; readonly config: LlamaConfig }
) & {
  /** Of a model that tells classes apart, in the order of their scores: its head has one for each, and no bias. */
  readonly labels?: readonly string[];
};

/**
 * Reads GPT-2's config.json, or one of the Llama family: `llama` (SmolLM2, TinyStories) and `qwen2`. What would make another
 * model of it is refused by name; what only matters to training (dropout, first weights) is passed over. Where the
 * architecture is one `ForSequenceClassification`, the model has labels, and a head of its own for them.
 *
 * Two keys are this project's own: `bias` and `qkv_bias`, false where GPT-2's biases are all 0 and left out here.
 *
 * `readHuggingFaceConfig('{"model_type": "gpt2"}').config.embedDim // 768`
 *
 * @throws FormatError naming the key
 */
export function readHuggingFaceConfig(source: string | Uint8Array, name = 'config.json'): HuggingFaceModel {
  const json = parseObject(source, name);
  const keys = reader(json, name);
  if (json.quantization_config !== undefined) throw keys.refused('quantization_config', 'weights of full precision');
  const labels = readLabels(keys);
  const ownHead = labels && { tiedHead: false };
  switch (json.model_type) {
    case 'gpt2':
      return { family: 'gpt2', config: { ...readGpt2(keys), ...ownHead }, ...(labels && { labels }) };
    case 'llama':
    case 'qwen2': {
      const config = readLlama(keys, json.model_type === 'qwen2');
      return { family: 'llama', config: { ...config, ...ownHead }, ...(labels && { labels }) };
    }
    default:
      throw keys.refused('model_type', 'gpt2, llama or qwen2');
  }
}

/** Two classes without names are not written down. */
function readLabels({ json, only, size, refused }: Keys): string[] | undefined {
  const architectures: readonly unknown[] = Array.isArray(json.architectures) ? json.architectures : [];
  if (!architectures.some((one) => typeof one === 'string' && one.endsWith('ForSequenceClassification')))
    return undefined;
  only('problem_type', [null, 'single_label_classification']);
  const names = isObject(json.id2label) ? json.id2label : {};
  const count = Object.keys(names).length || size('num_labels', 2, mostLabels);
  const labels = Array.from({ length: count }, (_, i) => (Object.hasOwn(names, String(i)) ? names[i] : `LABEL_${i}`));
  if (count >= 2 && labels.every((label) => typeof label === 'string') && new Set(labels).size === count) return labels;
  throw refused('id2label', `different names of at least 2 classes, by numbers from 0 to ${count - 1}`);
}

function readGpt2({ size, number, flag, only }: Keys): Gpt2Config {
  const embedDim = size('n_embd', 768);
  only('n_inner', [null, 4 * embedDim]);
  only('activation_function', ['gelu_new', 'gelu_pytorch_tanh']);
  only('scale_attn_weights', [true]);
  only('scale_attn_by_inverse_layer_idx', [false]);
  only('add_cross_attention', [false]);
  const epsilon = number('layer_norm_epsilon', 1e-5);
  if (epsilon !== 1e-5) throw only.refused('layer_norm_epsilon', '0.00001');
  const bias = flag('bias', true);
  return {
    vocabSize: size('vocab_size', 50257),
    contextLength: size('n_positions', 1024),
    embedDim,
    numHeads: size('n_head', 12),
    numLayers: size('n_layer', 12, mostLayers),
    bias,
    qkvBias: flag('qkv_bias', bias),
    tiedHead: flag('tie_word_embeddings', true),
  };
}

function readLlama({ size, number, flag, only, json }: Keys, qkvBias: boolean): LlamaConfig {
  const embedDim = size('hidden_size');
  const numHeads = size('num_attention_heads');
  only('head_dim', [null, embedDim / numHeads]);
  only('hidden_act', ['silu']);
  only('attention_bias', [false]);
  only('mlp_bias', [false]);
  only('use_sliding_window', [false]);
  if (Array.isArray(json.layer_types) && json.layer_types.some((kind) => kind !== 'full_attention'))
    throw only.refused('layer_types', '"full_attention" alone');
  only('rope_scaling', [null]);
  const rope = isObject(json.rope_parameters) ? json.rope_parameters : {}; // newer files keep the base in there
  const ropeKeys = reader(rope, 'rope_parameters');
  ropeKeys.only('rope_type', ['default']);
  return {
    vocabSize: size('vocab_size'),
    contextLength: size('max_position_embeddings'),
    embedDim,
    numHeads,
    numLayers: size('num_hidden_layers', undefined, mostLayers),
    hiddenDim: size('intermediate_size'),
    numKeyValueHeads: json.num_key_value_heads === null ? numHeads : size('num_key_value_heads', numHeads),
    base: number('rope_theta', ropeKeys.number('rope_theta', 10000)),
    epsilon: number('rms_norm_eps', 1e-6),
    qkvBias,
    tiedHead: flag('tie_word_embeddings', false),
  };
}

type Keys = ReturnType<typeof reader>;

/** Reads keys of one object, each of its own kind; a key that is not there is as `otherwise`. */
function reader(json: JsonObject, name: string) {
  const value = (key: string) => (Object.hasOwn(json, key) ? json[key] : undefined);
  const refused = (key: string, expected: string) =>
    new FormatError(`Expected ${key} in ${name} to be ${expected}, got ${quote(value(key))}`);
  const number = (key: string, otherwise?: number): number => {
    const found = value(key) ?? otherwise;
    if (typeof found !== 'number' || !(found > 0 && found < Number.MAX_SAFE_INTEGER))
      throw refused(key, 'a number above 0');
    return found;
  };
  const only = (key: string, allowed: readonly unknown[]): void => {
    const found = value(key);
    if (found !== undefined && !allowed.includes(found)) throw refused(key, allowed.map(quote).join(' or '));
  };
  return {
    json,
    refused,
    number,
    only: Object.assign(only, { refused }),
    size(key: string, otherwise?: number, most = largest): number {
      const found = number(key, otherwise);
      if (!Number.isSafeInteger(found) || found > most) throw refused(key, `a whole number up to ${most}`);
      return found;
    },
    flag(key: string, otherwise: boolean): boolean {
      const found = value(key) ?? otherwise;
      if (typeof found !== 'boolean') throw refused(key, 'true or false');
      return found;
    },
  };
}

const largest = 2 ** 31 - 1;
const mostLabels = 100_000;
const mostLayers = 1000; // the names of all layers are listed before the file is looked at
