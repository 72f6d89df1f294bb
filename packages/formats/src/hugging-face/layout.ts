// Which tensors of Hugging Face's files make up each parameter here: names and shapes alone, model by model.
import type { Gpt2Config, HuggingFaceModel, LlamaConfig } from './config.ts';

/** One parameter of ours, and theirs that lie side by side in it. */
export type Piece = {
  readonly path: string;
  readonly shape: readonly number[];
  readonly parts: readonly Part[];
};

export type Part = {
  readonly name: string;
  /** How many of the last axis of ours it takes. */
  readonly width: number;
  /** Theirs is [out, in], as PyTorch's nn.Linear keeps it; ours is [in, out]. */
  readonly transposed: boolean;
};

export type Layout = {
  readonly pieces: readonly Piece[];
  /** What they have and we have not, being zeros: biases of a model without. */
  readonly zeros: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** What they may have and nobody needs. */
  readonly passedOver: RegExp;
  /** What may stand before every name but the head's. */
  readonly prefix: string;
};

export function layoutOf(model: HuggingFaceModel): Layout {
  const body = model.family === 'gpt2' ? gpt2Body(model.config) : llamaBody(model.config);
  return { ...body, pieces: [...body.pieces, ...headOf(model)] };
}

/** The parameters that such a model has here, by their paths. */
export function parameterShapes(model: HuggingFaceModel): ReadonlyMap<string, readonly number[]> {
  return new Map(layoutOf(model).pieces.map(({ path, shape }) => [path, shape]));
}

/** GPT-2's linear layers are Conv1D, [in, out] as ours, with queries, keys and values already side by side. */
function gpt2Body(config: Gpt2Config): Layout {
  const { vocabSize, contextLength, embedDim, numLayers, bias, qkvBias, tiedHead } = config;
  const pieces: Piece[] = [];
  const zeros: { name: string; shape: readonly number[] }[] = [];
  const same = (path: string, name: string, ...shape: number[]) =>
    pieces.push({
      path,
      shape,
      parts: [{ name: `transformer.${name}`, width: shape.at(-1) as number, transposed: false }],
    });
  const biasOf = (has: boolean, path: string, name: string, width: number) =>
    has ? same(path, name, width) : zeros.push({ name: `transformer.${name}`, shape: [width] });

  same('tokens.table', 'wte.weight', vocabSize, embedDim);
  same('positions.table', 'wpe.weight', contextLength, embedDim);
  for (let i = 0; i < numLayers; i++) {
    const linear = (ours: string, theirs: string, input: number, output: number, has = bias) => {
      same(`blocks.${i}.${ours}.weight`, `h.${i}.${theirs}.weight`, input, output);
      biasOf(has, `blocks.${i}.${ours}.bias`, `h.${i}.${theirs}.bias`, output);
    };
    const norm = (ours: string, theirs: string) => {
      same(`blocks.${i}.${ours}.weight`, `h.${i}.${theirs}.weight`, embedDim);
      biasOf(bias, `blocks.${i}.${ours}.bias`, `h.${i}.${theirs}.bias`, embedDim);
    };
    norm('norm1', 'ln_1');
    linear('attention.qkv', 'attn.c_attn', embedDim, 3 * embedDim, qkvBias);
    linear('attention.output', 'attn.c_proj', embedDim, embedDim);
    norm('norm2', 'ln_2');
    linear('feedForward.up', 'mlp.c_fc', embedDim, 4 * embedDim);
    linear('feedForward.down', 'mlp.c_proj', 4 * embedDim, embedDim);
  }
  same('norm.weight', 'ln_f.weight', embedDim);
  biasOf(bias, 'norm.bias', 'ln_f.bias', embedDim);
  const passedOver = tiedHead ? /^h\.\d+\.attn\.(masked_)?bias$|^lm_head\.weight$/ : /^h\.\d+\.attn\.(masked_)?bias$/;
  return { pieces, zeros, passedOver, prefix: 'transformer.' };
}

/** Llama's linear layers are [out, in]; its queries, keys and values are three, and ours one. */
function llamaBody(config: LlamaConfig): Layout {
  const { vocabSize, embedDim, numHeads, numKeyValueHeads, numLayers, hiddenDim, qkvBias, tiedHead } = config;
  const keyValueDim = (embedDim / numHeads) * numKeyValueHeads;
  const qkv: [string, number][] = [
    ['self_attn.q_proj', embedDim],
    ['self_attn.k_proj', keyValueDim],
    ['self_attn.v_proj', keyValueDim],
  ];
  const pieces: Piece[] = [];
  const same = (path: string, name: string, ...shape: number[]) =>
    pieces.push({ path, shape, parts: [{ name: `model.${name}`, width: shape.at(-1) as number, transposed: false }] });

  same('tokens.table', 'embed_tokens.weight', vocabSize, embedDim);
  for (let i = 0; i < numLayers; i++) {
    const norm = (ours: string, theirs: string) =>
      same(`blocks.${i}.${ours}.weight`, `layers.${i}.${theirs}.weight`, embedDim);
    const linear = (ours: string, input: number, theirs: readonly [string, number][]) => {
      const parts = theirs.map(([name, width]) => ({
        name: `model.layers.${i}.${name}.weight`,
        width,
        transposed: true,
      }));
      const output = theirs.reduce((sum, [, width]) => sum + width, 0);
      pieces.push({ path: `blocks.${i}.${ours}.weight`, shape: [input, output], parts });
    };
    norm('norm1', 'input_layernorm');
    linear('attention.qkv', embedDim, qkv);
    if (qkvBias) {
      const parts = qkv.map(([name, width]) => ({ name: `model.layers.${i}.${name}.bias`, width, transposed: false }));
      pieces.push({ path: `blocks.${i}.attention.qkv.bias`, shape: [embedDim + 2 * keyValueDim], parts });
    }
    linear('attention.output', embedDim, [['self_attn.o_proj', embedDim]]);
    norm('norm2', 'post_attention_layernorm');
    linear('feedForward.gate', embedDim, [['mlp.gate_proj', hiddenDim]]);
    linear('feedForward.up', embedDim, [['mlp.up_proj', hiddenDim]]);
    linear('feedForward.down', hiddenDim, [['mlp.down_proj', embedDim]]);
  }
  same('norm.weight', 'norm.weight', embedDim);
  const passedOver = tiedHead ? /rotary_emb\.inv_freq$|^lm_head\.weight$/ : /rotary_emb\.inv_freq$/;
  return { pieces, zeros: [], passedOver, prefix: 'model.' };
}

/** None of its own where it is tied. */
function headOf({ config: { embedDim, vocabSize, tiedHead }, labels }: HuggingFaceModel): Piece[] {
  if (tiedHead && !labels) return [];
  const [name, width] = labels ? ['score.weight', labels.length] : ['lm_head.weight', vocabSize];
  return [{ path: 'head.weight', shape: [embedDim, width], parts: [{ name, width, transposed: true }] }];
}
