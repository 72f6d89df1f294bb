// Writes config.json, as Hugging Face's libraries and many servers read it.
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

const format = (json: object) => `${JSON.stringify(json, null, 2)}\n`;
