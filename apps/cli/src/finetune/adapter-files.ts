// What a fine-tuned run leaves beside its checkpoints: its adapters for PEFT, and the model with them in its weights.
import { join } from 'node:path';
import { type HuggingFaceModel, tensorsInMemory, writePeft, writeSafetensors } from '@hornbook/formats';
import { isLora } from '@hornbook/layers';
import { saveCheckpoint } from '@hornbook/training/checkpoint';
import { modelOf } from '../exchange/hugging-face-model.ts';
import { restore } from '../restore.ts';
import { describeRun, finalTensors, loadRun, type Run } from '../run-folder.ts';
import { UserError } from '../user-error.ts';
import { writeFiles } from '../write-files.ts';
import type { Finetuning } from './finetuning.ts';

/**
 * Writes what a run with adapters leaves, from its best checkpoint: `adapter/`, adapter_config.json and
 * adapter_model.safetensors under the names of Hugging Face's GPT-2 or Llama, where the model is one of them; and where
 * asked for `merged/`, the model without adapters.
 */
export async function saveBeside(folder: string): Promise<void> {
  const run = await loadRun(folder, 'best');
  const { finetuning } = run.metadata;
  if (!finetuning?.lora) return;
  if (!finetuning.labels) await saveAdapter(folder, run, finetuning.lora);
  if (finetuning.merge) await saveMerged(folder, run, finetuning);
}

type Lora = NonNullable<Finetuning['lora']>;

async function saveAdapter(folder: string, run: Run, lora: Lora): Promise<void> {
  const { settings, finetuning } = run.metadata;
  let model: HuggingFaceModel;
  try {
    model = modelOf(settings, run.tokenizer.vocabSize);
  } catch (error) {
    if (error instanceof UserError) return; // a model that PEFT does not know
    throw error;
  }
  const adapters = new Map([...finalTensors(run)].filter(([path]) => isLora(path)));
  const { config, tensors } = writePeft(model, adapters, { ...lora, baseModel: finetuning?.base });
  await writeFiles(
    new Map<string, string | Uint8Array>([
      [join(folder, 'adapter', 'adapter_config.json'), config],
      [join(folder, 'adapter', 'adapter_model.safetensors'), writeSafetensors(tensors, { format: 'pt' })],
    ]),
  );
}

async function saveMerged(folder: string, run: Run, { lora: _, merge: __, ...finetuning }: Finetuning): Promise<void> {
  const { version: ___, ...metadata } = run.metadata;
  await saveCheckpoint(join(folder, 'merged'), {
    parameters: await restore(run, tensorsInMemory(finalTensors(run))), // merges
    step: run.checkpoint.step,
    metadata: describeRun({ ...metadata, finetuning }),
  });
}
