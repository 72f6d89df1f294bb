// LoRA adapters out of the files of Hugging Face's PEFT, under the names of this project's parameters.
import type { StoredTensor } from '../dtypes.ts';
import { FormatError, quote } from '../format-error.ts';
import { isObject, type JsonObject, parseObject } from '../json-object.ts';
import type { HuggingFaceModel } from './config.ts';
import { layoutOf, type Part, type Piece } from './layout.ts';
import { cut, type Matrix, matrixOf, toStored, transpose } from './matrix.ts';
import type { Adapter } from './write-peft.ts';

/**
 * Adapters by path: `blocks.0.attention.qkv.lora.0.a` [in, rank], `.b` [rank, out] and `.scale` []. Where GPT-2's packed
 * matrix has one whose B is a diagonal of three blocks, as `writePeft` makes it, they are three again.
 *
 * `readPeft(model, configBytes, readSafetensors(adapterBytes).tensors)`
 *
 * @throws FormatError naming what is missing, of another shape, or not plain LoRA (DoRA, trained biases, other modules)
 */
export function readPeft(
  model: HuggingFaceModel,
  config: string | Uint8Array,
  tensors: ReadonlyMap<string, StoredTensor>,
): Map<string, StoredTensor> {
  const scaleOf = readConfig(parseObject(config, 'adapter_config.json'));
  const found = new Map<string, StoredTensor>();
  const left = new Set(tensors.keys());
  for (const piece of layoutOf(model).pieces) {
    const adapters = piece.parts.map((part) => take(piece, part, tensors, left, scaleOf));
    const present = adapters.find((adapter) => adapter !== undefined);
    if (!present) continue;
    const layer = piece.path.replace(/weight$/, 'lora');
    const whole = adapters.map((adapter, i) => adapter ?? silent(present, piece.parts[i].width));
    for (const [i, { a, b, scale }] of whole.flatMap(apart).entries()) {
      found.set(`${layer}.${i}.a`, toStored(a));
      found.set(`${layer}.${i}.b`, toStored(b));
      found.set(`${layer}.${i}.scale`, { dtype: 'F32', shape: [], data: Float32Array.of(scale) });
    }
  }
  for (const name of left) {
    if (isCopy(name, tensors)) continue;
    throw new FormatError(`Expected adapters of this model's layers, got a tensor ${quote(name)}`);
  }
  if (found.size === 0) throw new FormatError('Expected adapters in adapter_model.safetensors, got none');
  return found;
}

/** PEFT keeps a head that has an adapter beside it; it stays as it is in the model. */
function isCopy(name: string, tensors: ReadonlyMap<string, StoredTensor>): boolean {
  const [, module] = /^(.*)\.base_layer\.weight$/.exec(name) ?? [];
  return module !== undefined && tensors.has(`${module}.lora_A.weight`);
}

type Scaled = Adapter & { readonly scale: number };
type ScaleOf = (module: string, rank: number) => number;

function take(
  { shape }: Piece,
  { name, width }: Part,
  tensors: ReadonlyMap<string, StoredTensor>,
  left: Set<string>,
  scaleOf: ScaleOf,
): Scaled | undefined {
  const module = name.replace(/\.weight$/, '');
  const [nameOfA, nameOfB] = ['A', 'B'].map((letter) => `base_model.model.${module}.lora_${letter}.weight`);
  if (!left.has(nameOfA) && !left.has(nameOfB)) return undefined;
  const rank = tensors.get(nameOfA)?.shape[0] ?? 0;
  const matrix = (place: string, rows: number, columns: number): Matrix => {
    left.delete(place);
    const stored = tensors.get(place);
    if (stored?.data instanceof Float32Array && String(stored.shape) === String([rows, columns])) {
      return { rows, columns, data: stored.data };
    }
    const got = stored ? `${stored.dtype} [${stored.shape}]` : 'nothing';
    throw new FormatError(`Expected floats [${rows}, ${columns}] in ${quote(place)}, got ${got}`);
  };
  const a = transpose(matrix(nameOfA, rank, shape[0]));
  const b = transpose(matrix(nameOfB, width, rank));
  return { a, b, scale: scaleOf(module, rank) };
}

/** Adds nothing: for queries, keys or values that have no adapter beside those that have. */
function silent({ a, scale }: Scaled, width: number): Scaled {
  return { a: matrixOf(a.rows, a.columns, () => 0), b: matrixOf(a.columns, width, () => 0), scale };
}

/** Three adapters where B is a diagonal of three equal blocks; else the one. */
function apart(adapter: Scaled): Scaled[] {
  const { a, b, scale } = adapter;
  const [rank, width] = [b.rows / 3, b.columns / 3];
  if (!Number.isInteger(rank) || width !== a.rows) return [adapter];
  const outside = b.data.some(
    (value, i) => value !== 0 && Math.floor(i / b.columns / rank) !== Math.floor((i % b.columns) / width),
  );
  if (outside) return [adapter];
  return [0, 1, 2].map((i) => ({
    a: cut(a, 0, i * rank, a.rows, rank),
    b: cut(b, i * rank, i * width, rank, width),
    scale,
  }));
}

// What PEFT's LoRA can do besides: each makes another sum of the same tensors, or has others.
const switches = ['use_dora', 'use_qalora', 'lora_bias'];
const variants = [
  ...['modules_to_save', 'trainable_token_indices', 'target_parameters', 'layer_replication', 'use_bdlora'],
  ...['alora_invocation_tokens', 'arrow_config', 'kasa_config', 'monteclora_config', 'velora_config'],
];

/** Checks that this is plain LoRA, and gives the scale of each module: alpha / rank. */
function readConfig(json: JsonObject): ScaleOf {
  const only = (key: string, allowed: readonly unknown[]) => {
    const value = json[key];
    const empty = Array.isArray(value) && value.length === 0;
    if (value === undefined || value === null || empty || allowed.includes(value)) return;
    throw new FormatError(
      `Expected ${key} ${allowed.map(quote).join(' or ') || 'empty'} in adapter_config.json, got ${quote(value)}`,
    );
  };
  if (json.peft_type !== 'LORA') {
    throw new FormatError(`Expected "peft_type": "LORA" in adapter_config.json, got ${quote(json.peft_type)}`);
  }
  only('bias', ['none']);
  only('use_rslora', [true, false]);
  only('init_lora_weights', [true, false, 'gaussian', 'eva', 'orthogonal']); // others change the model's own weights, too
  for (const key of switches) only(key, [false]);
  for (const key of variants) only(key, []);
  const number = (value: unknown, key: string): number => {
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new FormatError(`Expected ${key} above 0 in adapter_config.json, got ${quote(value)}`);
  };
  const [rank, alpha] = [number(json.r, 'r'), number(json.lora_alpha, 'lora_alpha')];
  const inPattern = (key: string, module: string) => {
    const pattern = json[key];
    if (!isObject(pattern)) return undefined;
    const kind = Object.keys(pattern).find((name) => {
      if (/^[\w.]+$/.test(name)) return module === name || module.endsWith(`.${name}`);
      throw new FormatError(`Expected names of modules in ${key} of adapter_config.json, got ${quote(name)}`);
    });
    return kind === undefined ? undefined : number(pattern[kind], `${key}.${kind}`);
  };
  return (module, found) => {
    const expected = inPattern('rank_pattern', module) ?? rank;
    if (found !== expected) throw new FormatError(`Expected rank ${expected} for ${quote(module)}, got ${found}`);
    return (inPattern('alpha_pattern', module) ?? alpha) / (json.use_rslora === true ? Math.sqrt(found) : found);
  };
}
