// LoRA adapters for Hugging Face's PEFT: adapter_config.json and the tensors of adapter_model.safetensors.
import type { StoredTensor } from '../dtypes.ts';
import { FormatError, quote } from '../format-error.ts';
import type { HuggingFaceModel } from './config.ts';
import { layoutOf, type Part } from './layout.ts';
import { beside, cut, diagonal, type Matrix, toStored, transpose } from './matrix.ts';

export type PeftOptions = {
  readonly rank: number;
  readonly alpha: number;
  /** The model that the adapters belong to: a folder, or a name on the hub. */
  readonly baseModel?: string;
};

/** x · a · b */
export type Adapter = { readonly a: Matrix; readonly b: Matrix };

/**
 * The two files of adapters, the tensors still to be encoded: `writeSafetensors(tensors, { format: 'pt' })`.
 *
 * GPT-2 keeps queries, keys and values in one matrix, and PEFT one adapter for it. Three of rank r become one of rank 3r,
 * whose B is zero where one would reach into another's columns, with 3 times the alpha: the same sum. Llama has three
 * layers; there, one adapter for all becomes three that have the same A.
 *
 * @param adapters `await storeParameters(loraParameters(parameters))`, by paths such as `blocks.0.attention.qkv.lora.0.a`
 * @throws FormatError naming an adapter that is for no layer of the model
 */
export function writePeft(
  model: HuggingFaceModel,
  adapters: ReadonlyMap<string, StoredTensor>,
  { rank, alpha, baseModel }: PeftOptions,
): { config: string; tensors: Map<string, StoredTensor> } {
  const tensors = new Map<string, StoredTensor>();
  const modules: string[] = [];
  const raised = new Map<string, number>(); // modules of a higher rank, and how many times as high
  const strangers = new Set([...adapters.keys()].map((path) => path.replace(/\.lora\.\d+\.[ab]$/, '.weight')));
  for (const { path, parts } of layoutOf(model).pieces) {
    if (!strangers.delete(path)) continue;
    const fitted = fit(adaptersOf(adapters, path.replace(/weight$/, 'lora')), parts);
    for (const [i, { name }] of parts.entries()) {
      const module = name.replace(/\.weight$/, '');
      const { a, b } = fitted[i];
      modules.push(module);
      if (a.columns !== rank) raised.set(kindOf(module), a.columns / rank);
      tensors.set(`base_model.model.${module}.lora_A.weight`, toStored(transpose(a))); // [rank, in]
      tensors.set(`base_model.model.${module}.lora_B.weight`, toStored(transpose(b))); // [out, rank]
    }
  }
  for (const path of strangers) throw new FormatError(`Expected adapters of this model's layers, got ${quote(path)}`);
  const times = (number: number) => Object.fromEntries([...raised].map(([kind, factor]) => [kind, factor * number]));
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel ?? null,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: targetsOf(modules, model.config.numLayers),
    rank_pattern: times(rank),
    alpha_pattern: times(alpha),
    fan_in_fan_out: model.family === 'gpt2',
    bias: 'none',
    init_lora_weights: true,
    inference_mode: true,
    modules_to_save: null,
    use_dora: false,
    use_rslora: false,
  };
  return { config: `${JSON.stringify(config, null, 2)}\n`, tensors };
}

/** Those of one layer, in their order. */
function adaptersOf(adapters: ReadonlyMap<string, StoredTensor>, path: string): Adapter[] {
  const found: Adapter[] = [];
  for (let i = 0; adapters.has(`${path}.${i}.a`); i++) {
    found.push({ a: read(adapters, `${path}.${i}.a`), b: read(adapters, `${path}.${i}.b`) });
  }
  return found;
}

function read(tensors: ReadonlyMap<string, StoredTensor>, path: string): Matrix {
  const stored = tensors.get(path);
  if (stored?.data instanceof Float32Array && stored.shape.length === 2) {
    return { rows: stored.shape[0], columns: stored.shape[1], data: stored.data };
  }
  throw new FormatError(`Expected a matrix of floats ${quote(path)}, got ${stored ? 'something else' : 'nothing'}`);
}

/** As many adapters as their layer has parts. */
function fit(own: readonly Adapter[], parts: readonly Part[]): readonly Adapter[] {
  if (own.length === parts.length) return own;
  const joint = { a: beside(own.map(({ a }) => a)), b: diagonal(own.map(({ b }) => b)) };
  let column = 0;
  return parts.map(({ width }) => {
    const b = cut(joint.b, 0, column, joint.b.rows, width);
    column += width;
    return { a: joint.a, b };
  });
}

/** A module's name in any block: `attn.c_attn`, `lm_head`. */
function kindOf(module: string): string {
  return module.replace(/^.*\.\d+\./, '');
}

/** Kinds of modules, where every block has its own adapted; else each module by itself. */
function targetsOf(modules: readonly string[], numLayers: number): string[] {
  const inEveryBlock = (kind: string) => modules.filter((one) => kindOf(one) === kind).length === numLayers;
  return [...new Set(modules.map((module) => (inEveryBlock(kindOf(module)) ? kindOf(module) : module)))];
}
