// A fine-tuned run's adapters as PEFT's files, and back; and what it leaves beside its checkpoints.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPeft, readSafetensors, type TensorSource, writePeft, writeSafetensors } from '@hornbook/formats';
import { saveCheckpoint } from '@hornbook/training/checkpoint';
import type { Settings } from '../config/settings.ts';
import { knownModel, modelOf } from '../exchange/hugging-face-model.ts';
import { adaptersIn, restore } from '../training/restore.ts';
import { type AboutRun, describeRun, finalSource, type OpenRun, openRun } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import { explain, writeFiles } from '../write-files.ts';
import type { Adapters, Finetuning } from './finetuning.ts';

/**
 * Writes what a run with adapters leaves, from its best checkpoint: `adapter/`, adapter_config.json and
 * adapter_model.safetensors under the names of Hugging Face's GPT-2 or Llama, where the model is one of them; and where
 * asked for `merged/`, the model without adapters.
 */
export async function saveBeside(folder: string): Promise<void> {
  const run = await openRun(folder, 'best');
  try {
    const { finetuning } = run.metadata;
    if (!finetuning?.lora) return;
    if (!finetuning.labels) await saveAdapter(folder, run);
    if (finetuning.merge) await saveMerged(folder, run, finetuning);
  } finally {
    await run.checkpoint.close();
  }
}

async function saveAdapter(folder: string, run: OpenRun): Promise<void> {
  const { metadata, tokenizer } = run;
  if (!knownModel(metadata.settings, tokenizer.vocabSize)) return; // a model that PEFT does not know
  const contents = await peftFiles(run, finalSource(run));
  await writeFiles(new Map([...contents].map(([name, content]) => [join(folder, 'adapter', name), content])));
}

/**
 * What PEFT keeps of a run's adapters, which are among its tensors.
 *
 * @throws UserError if it has none, or they are of a model that PEFT does not know
 */
export async function peftFiles(run: AboutRun, source: TensorSource): Promise<Map<string, string | Uint8Array>> {
  const { settings, finetuning } = run.metadata;
  if (!finetuning?.lora) throw new UserError('Expected a run with adapters, got one without: export it as huggingface');
  const { lora, base } = finetuning;
  const model = modelOf(settings, run.tokenizer.vocabSize);
  const { config, tensors } = writePeft(model, await adaptersIn(source), { ...lora, baseModel: base });
  return new Map<string, string | Uint8Array>([
    ['adapter_config.json', config],
    ['adapter_model.safetensors', writeSafetensors(tensors, { format: 'pt' })],
  ]);
}

type Lora = NonNullable<Finetuning['lora']>;

/**
 * Adapters that PEFT saved, or that lie beside a run, for another run's model.
 *
 * @throws UserError or FormatError if there are none, or they are not plain LoRA of this model
 */
export async function readAdapters(
  folder: string,
  { settings, tokenizer }: { readonly settings: Settings; readonly tokenizer: AboutRun['tokenizer'] },
): Promise<{ readonly lora: Lora; readonly adapters: Adapters }> {
  const place = existsSync(join(folder, 'adapter')) ? join(folder, 'adapter') : folder;
  const read = async (name: string) => {
    const path = join(place, name);
    const pickle = existsSync(join(place, 'adapter_model.bin')) ? ' but a pickle, which is never opened' : '';
    return readFile(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw new UserError(`Could not read ${path}: ${explain(cause)}`, { cause });
      throw new UserError(`Expected adapters as PEFT saves them in ${folder}, got no ${name}${pickle}`, { cause });
    });
  };
  const config = await read('adapter_config.json');
  const { tensors } = readSafetensors(await read('adapter_model.safetensors'));
  const adapters = readPeft(modelOf(settings, tokenizer.vocabSize), config, tensors);
  const [[path, { shape }]] = adapters; // A of the first layer
  const [, rank] = shape;
  const scale = Number(adapters.get(path.replace(/a$/, 'scale'))?.data[0]);
  const whole = Math.round(scale * rank);
  return { lora: { rank, alpha: Math.fround(whole / rank) === scale ? whole : scale * rank }, adapters };
}

async function saveMerged(
  folder: string,
  run: OpenRun,
  { lora: _, merge: __, ...finetuning }: Finetuning,
): Promise<void> {
  const { version: ___, ...metadata } = run.metadata;
  await saveCheckpoint(join(folder, 'merged'), {
    parameters: await restore(run, finalSource(run)), // merges
    step: run.checkpoint.step,
    metadata: describeRun({ ...metadata, finetuning }),
  });
}
