// `hornbook import`: weights of others, or of an export, become a run folder that samples, is judged, and is trained on.
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DownloadError } from '@hornbook/datasets/files';
import {
  fromHuggingFace,
  type HuggingFaceModel,
  readGenerationConfig,
  readHuggingFaceConfig,
  type TensorSource,
} from '@hornbook/formats';
import { openWeights } from '@hornbook/formats/files';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { type Tokenizer, tokenizerFromJSON } from '@hornbook/tokenizers';
import { colors } from '../colors.ts';
import { resolveSettings } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import { readAdapters } from '../finetune/adapter-files.ts';
import { type Adapters, emptyTree, type Finetuning } from '../finetune/finetuning.ts';
import { shellWord } from '../shell-word.ts';
import { startBackend } from '../start-backend.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { makeModel } from '../training/language-models.ts';
import type { Screen } from '../training/reporter.ts';
import { describeRun, freeRunFolder, type RunMetadata, startRun } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import { fetchModel, isHubName } from './hub.ts';
import { settingsOf } from './hugging-face-model.ts';
import { type RunDescription, readDescription } from './run-description.ts';

export type ImportRequest = {
  /** A folder, a file of weights, or a name on the hub. */
  readonly source: string;
  readonly out?: string;
  /** Where the weights come without a tokenizer. */
  readonly tokenizer?: string;
  /** Fewer tokens than the model could look back at. */
  readonly contextLength?: number;
  /** A folder with adapters for it. */
  readonly loraFrom?: string;
};

export type Outlet = { readonly write: (text: string) => void; readonly screen: Screen; readonly signal: AbortSignal };

export async function importModel(request: ImportRequest, outlet: Outlet): Promise<void> {
  const { source: name, out } = request;
  const place = await locate(name, outlet);
  if (place === undefined) return; // aborted
  const folder = isFile(place) ? dirname(place) : place;
  if (existsSync(join(folder, 'latest'))) throw new UserError(`${name} is a run already: use it as it is`);
  const description = await readDescription(folder);
  const config = await readConfig(folder);
  const weights = await openWeights(place);
  try {
    const model = config ?? (await expectDescription(description, folder));
    const tokenizer = await tokenizerOf(request, folder, description);
    const settings = settingsFor(request, { config, description, tokenizer, folder });
    const taught = taughtOf(config, description, folder);
    const tensors = config
      ? await fromHuggingFace(config, weights)
      : await checked(weights, { settings, tokenizer, ...taught });
    const given =
      request.loraFrom === undefined ? undefined : await readAdapters(request.loraFrom, { settings, tokenizer });
    const target = out ?? freeRunFolder(basename(resolve(name)), settings.model);
    const metadata = describeRun({
      settings,
      tokenizer: tokenizer.toJSON(),
      source: description?.source ?? { location: settings.data, kind: 'prose', sha256: '' },
      batches: {},
      progress: { withoutGain: 0 },
      ...(given ? adaptedBy(given.lora, { ...request, ...taught }) : taught),
      ...(await generationOf(folder, tokenizer)),
    });
    const step = stepOf(weights.metadata) ?? description?.step ?? 0;
    await startRun(target, { parameters: withTensors(tensors, given?.adapters), step, metadata }, settings);
    const count = makeModel(settings, tokenizer).parameterCount.toLocaleString('en');
    const kind = 'family' in model ? { gpt2: 'GPT-2', llama: 'Llama' }[model.family] : settings.model;
    outlet.write(
      `${colors.bold(name)}: ${kind} of ${count} parameters, ${tokenizer.vocabSize.toLocaleString('en')} tokens\n`,
    );
    outlet.write(`Saved in ${target}. Try it: hornbook sample ${shellWord(target)}\n`);
  } finally {
    await weights.close();
  }
}

/** Where the files are; names on the hub are fetched first. */
async function locate(name: string, outlet: Outlet): Promise<string | undefined> {
  if (existsSync(name)) return name;
  if (isHubName(name)) {
    return fetchModel(name, outlet).catch((cause) => {
      if (!(cause instanceof DownloadError)) throw cause;
      throw new UserError(`There is no folder ${name} here, and no such model was fetched. ${cause.message}`, {
        cause,
      });
    });
  }
  throw new UserError(
    `No such folder: ${name}. Give one with config.json and model.safetensors, or a name such as openai-community/gpt2`,
  );
}

const isFile = (path: string) => statSync(path).isFile();

async function readConfig(folder: string): Promise<HuggingFaceModel | undefined> {
  const path = join(folder, 'config.json');
  return existsSync(path) ? readHuggingFaceConfig(await readFile(path), path) : undefined;
}

/** Nothing where the folder does not say. @throws UserError or FormatError for ids or numbers that cannot be */
async function generationOf(folder: string, { vocabSize }: Tokenizer): Promise<Pick<RunMetadata, 'generation'>> {
  const path = join(folder, 'generation_config.json');
  if (!existsSync(path)) return {};
  const generation = readGenerationConfig(await readFile(path), path);
  const unknown = generation.eos.find((id) => id >= vocabSize);
  if (unknown === undefined) return { generation };
  throw new UserError(`Expected ids below ${vocabSize}, the tokens, in eos_token_id of ${path}, got ${unknown}`);
}

async function expectDescription(description: RunDescription | undefined, folder: string): Promise<RunDescription> {
  if (description) return description;
  throw new UserError(
    `Expected config.json beside the weights in ${folder}, which says what model they are of, or the hornbook.json ` +
      'of an export, got neither',
  );
}

async function tokenizerOf(request: ImportRequest, folder: string, description?: RunDescription): Promise<Tokenizer> {
  if (request.tokenizer !== undefined) return loadTokenizer(request.tokenizer);
  if (!description) return loadTokenizer(folder);
  try {
    return await tokenizerFromJSON(description.tokenizer);
  } catch (cause) {
    throw new UserError(`Expected a tokenizer in ${folder}/hornbook.json: ${(cause as Error).message}`, { cause });
  }
}

/** A run whose adapters lie beside its weights, as after `hornbook finetune --lora`. */
function adaptedBy(
  lora: Finetuning['lora'],
  { source, loraFrom, finetuning }: Pick<ImportRequest, 'source' | 'loraFrom'> & Pick<RunMetadata, 'finetuning'>,
): Pick<RunMetadata, 'finetuning'> {
  const taught = finetuning ?? { task: 'answers', base: source, frozenBlocks: 0 };
  return { finetuning: { ...taught, lora, ...(loraFrom !== undefined && { adapter: resolve(loraFrom) }) } };
}

function withTensors(source: TensorSource, more: Adapters = new Map()): TensorSource {
  return {
    entries: new Map([...source.entries, ...more]),
    metadata: {},
    read: async (path) => more.get(path) ?? source.read(path),
  };
}

/** Classes are the config's; what else was learned, only an export of ours says. */
function taughtOf(
  config: HuggingFaceModel | undefined,
  description: RunDescription | undefined,
  folder: string,
): Pick<RunMetadata, 'finetuning'> {
  const { labels } = config ?? {};
  const said = description?.finetuning;
  const taught = labels ? { task: 'classes' as const, labels } : config && said?.labels ? undefined : said;
  return taught ? { finetuning: { ...taught, base: resolve(folder), frozenBlocks: 0 } } : {};
}

const longContext = 2048; // more is rarely wanted here, and every token of it is paid for

/** As the export had them; the config decides about the model. */
function settingsFor(
  { source, contextLength: wanted }: ImportRequest,
  found: {
    readonly config?: HuggingFaceModel;
    readonly description?: RunDescription;
    readonly tokenizer: Tokenizer;
    readonly folder: string;
  },
): Settings {
  const { config, description, tokenizer, folder } = found;
  const data = existsSync(source) ? resolve(source) : source;
  const base = { data, tokenizer: resolve(folder), ...description?.settings };
  if (!config) return resolveSettings([{ settings: base, file: 'hornbook.json' }]);
  const { vocabSize, contextLength: most } = config.config;
  if (vocabSize < tokenizer.vocabSize) {
    throw new UserError(
      `Expected a tokenizer of at most ${vocabSize} tokens, as many as the model has rows for, got ${tokenizer.vocabSize}`,
    );
  }
  const learned = config.family === 'gpt2';
  const usual = learned ? most : Math.min(most, description?.settings.contextLength ?? longContext);
  const contextLength = wanted ?? usual;
  if (learned && contextLength !== most) {
    throw new UserError(
      `Expected the context of ${most} tokens that this model has learned positions for, got ${wanted}`,
    );
  }
  if (contextLength > most) {
    throw new UserError(`Expected a context of at most ${most} tokens, as the model was made for, got ${wanted}`);
  }
  const tokenRows = vocabSize === tokenizer.vocabSize ? 0 : vocabSize;
  return resolveSettings([
    { settings: { ...base, ...settingsOf(config), contextLength, tokenRows }, file: 'config.json' },
  ]);
}

/** Tensors under our own names, which must be those of the model. */
async function checked(
  weights: TensorSource,
  {
    settings,
    tokenizer,
    finetuning,
  }: { readonly settings: Settings; readonly tokenizer: Tokenizer; readonly finetuning?: Finetuning },
): Promise<TensorSource> {
  await startBackend('cpu');
  const tree = makeModel(settings, tokenizer).initialize(manualSeed(0));
  const named = namedParameters(emptyTree(tree, finetuning, new Map()));
  for (const [path, { shape }] of Object.entries(named)) {
    const found = weights.entries.get(path);
    if (found?.dtype === 'F32' && String(found.shape) === String(shape)) continue;
    const got = found ? `${found.dtype} [${found.shape}]` : 'none';
    throw new UserError(`Expected the parameter ${path} of a ${settings.model} to be F32 [${shape}], got ${got}`);
  }
  const other = [...weights.entries.keys()].find((path) => !Object.hasOwn(named, path));
  if (other !== undefined) throw new UserError(`Expected the parameters of a ${settings.model}, got ${other} as well`);
  return weights;
}

/** What a run that went on elsewhere says of itself. */
function stepOf({ step }: TensorSource['metadata']): number | undefined {
  return step !== undefined && /^\d{1,15}$/.test(step) ? Number(step) : undefined;
}
