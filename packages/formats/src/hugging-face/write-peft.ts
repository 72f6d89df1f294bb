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

type Scaled = Adapter & { readonly scale: number };

/**
 * The two files of adapters, the tensors still to be encoded: `writeSafetensors(tensors, { format: 'pt' })`.
 *
 * GPT-2 keeps queries, keys and values in one matrix, and PEFT one adapter for it. Three of rank r become one of rank 3r,
 * whose B is zero where one would reach into another's columns, with 3 times the alpha: the same sum. Llama has three
 * layers; there, one adapter for all becomes three that have the same A. Ranks and scales that are not those of the options
 * stand in `rank_pattern` and `alpha_pattern`.
 *
 * @param adapters `await storeParameters(loraParameters(parameters))`, by paths such as `blocks.0.attention.qkv.lora.0.a`;
 *   scales are read where they are among them, and are otherwise alpha / rank
 * @throws FormatError naming an adapter that is for no layer of the model
 */
export function writePeft(
  model: HuggingFaceModel,
  adapters: ReadonlyMap<string, StoredTensor>,
  { rank, alpha, baseModel }: PeftOptions,
): { config: string; tensors: Map<string, StoredTensor> } {
  const tensors = new Map<string, StoredTensor>();
  const modules: Module[] = [];
  const strangers = new Set([...adapters.keys()].map((path) => path.replace(/\.lora\.\d+\.(?:a|b|scale)$/, '.weight')));
  for (const { path, parts } of layoutOf(model).pieces) {
    if (!strangers.delete(path)) continue;
    const fitted = fit(adaptersOf(adapters, path.replace(/weight$/, 'lora'), alpha / rank), parts);
    for (const [i, { name: weight }] of parts.entries()) {
      const name = weight.replace(/\.weight$/, '');
      const { a, b, scale } = fitted[i];
      // Scales are rounded to 32 bits: an alpha that gives the same one is what was meant.
      const alphas = [(a.columns * alpha) / rank, Math.round(scale * a.columns)];
      const exact = alphas.find((one) => Math.fround(one / a.columns) === Math.fround(scale));
      modules.push({ name, rank: a.columns, alpha: exact ?? scale * a.columns });
      tensors.set(`base_model.model.${name}.lora_A.weight`, toStored(transpose(a))); // [rank, in]
      tensors.set(`base_model.model.${name}.lora_B.weight`, toStored(transpose(b))); // [out, rank]
    }
  }
  for (const path of strangers) throw new FormatError(`Expected adapters of this model's layers, got ${quote(path)}`);
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel ?? null,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: targetsOf(modules, model.config.numLayers),
    rank_pattern: patternOf(modules, 'rank', rank),
    alpha_pattern: patternOf(modules, 'alpha', alpha),
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

/** A layer of theirs that has an adapter. */
type Module = { readonly name: string; readonly rank: number; readonly alpha: number };

/** Those of one layer, in their order. */
function adaptersOf(tensors: ReadonlyMap<string, StoredTensor>, path: string, otherwise: number): Scaled[] {
  const found: Scaled[] = [];
  do {
    const place = `${path}.${found.length}`;
    const scale = Number(tensors.get(`${place}.scale`)?.data[0] ?? otherwise);
    found.push({ a: read(tensors, `${place}.a`), b: read(tensors, `${place}.b`), scale });
  } while (tensors.has(`${path}.${found.length}.a`));
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
function fit(own: readonly Scaled[], parts: readonly Part[]): readonly Scaled[] {
  if (own.length === parts.length) return own;
  const [{ scale }] = own;
  if (own.some((one) => one.scale !== scale)) throw new FormatError('Expected one scale for the adapters of a layer');
  const joint = { a: beside(own.map(({ a }) => a)), b: diagonal(own.map(({ b }) => b)) };
  let column = 0;
  return parts.map(({ width }) => {
    const b = cut(joint.b, 0, column, joint.b.rows, width);
    column += width;
    return { a: joint.a, b, scale };
  });
}

/** A module's name in any block: `attn.c_attn`, `lm_head`. */
function kindOf({ name }: Module): string {
  return name.replace(/^.*\.\d+\./, '');
}

/** The modules of each kind. */
function byKind(modules: readonly Module[]): Map<string, Module[]> {
  const kinds = new Map<string, Module[]>();
  for (const module of modules) kinds.set(kindOf(module), [...(kinds.get(kindOf(module)) ?? []), module]);
  return kinds;
}

/** Kinds of modules, where every block has its own adapted; else each module by itself. */
function targetsOf(modules: readonly Module[], numLayers: number): string[] {
  return [...byKind(modules)].flatMap(([kind, own]) => (own.length === numLayers ? kind : own.map(({ name }) => name)));
}

/** What is not `usual`: by kinds, where all modules of one have the same; else for each module. */
function patternOf(modules: readonly Module[], key: 'rank' | 'alpha', usual: number): Record<string, number> {
  const named = [...byKind(modules)].flatMap(([kind, own]): [string, number][] =>
    own.every((module) => module[key] === own[0][key])
      ? [[kind, own[0][key]]]
      : own.map((module) => [module.name, module[key]]),
  );
  return Object.fromEntries(named.filter(([, value]) => value !== usual));
}
