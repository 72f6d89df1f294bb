// What a run needs to go on in PyTorch: train.py, its hyperparameters in recipe.json, and what the optimizer remembers.
import { readFile } from 'node:fs/promises';
import {
  streamSafetensors,
  type TensorEntry,
  type TensorSource,
  tensorsInMemory,
  toHuggingFace,
} from '@hornbook/formats';
import { parseDrops } from '../config/rate-drops.ts';
import type { Settings } from '../config/settings.ts';
import type { Run } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import { modelOf } from './hugging-face-model.ts';
import type { FolderWriter } from './write-folder.ts';

/** @throws UserError naming what train.py does not do */
export async function writeRecipe(run: Run, folder: FolderWriter): Promise<void> {
  const { settings } = run.metadata;
  expectKnown(settings);
  await folder.write('recipe.json', `${JSON.stringify(recipeOf(settings), null, 2)}\n`);
  await folder.write('train.py', await readFile(new URL('../../recipes/train.py', import.meta.url)));
  await folder.write('README.md', readme(run));
  const { optimizer } = run.checkpoint;
  if (optimizer?.kind !== 'adamw') return;
  const model = modelOf(settings, run.tokenizer.vocabSize);
  const slots = ['mean', 'variance'].map((slot) => {
    const own = [...optimizer.tensors].filter(([path]) => path.startsWith(`${slot}.`));
    const tensors = own.map(([path, tensor]) => [path.slice(slot.length + 1), tensor] as const);
    return { slot, source: toHuggingFace(model, tensorsInMemory(tensors)) };
  });
  await folder.write('optimizer.safetensors', streamSafetensors(prefixed(slots, { step: String(optimizer.step) })));
}

function expectKnown({ optimizer, average, documents, weightDecay }: Settings): void {
  const missing =
    (!['sgd', 'adam', 'adamw'].includes(optimizer) && `the optimizer ${optimizer}`) ||
    (optimizer === 'adam' && weightDecay > 0 && 'the weight decay of adam') ||
    (average > 0 && 'averages of the parameters') ||
    (documents !== 'joined' && `documents that are ${documents}`);
  if (!missing) return;
  throw new UserError(`Expected a run that train.py can go on with, got one with ${missing}: export it as huggingface`);
}

/** Adam without decay is AdamW without decay. */
function recipeOf(settings: Settings) {
  const { optimizer, learningRate, momentum, beta1, beta2, weightDecay, seed, contextLength, dropout = 0 } = settings;
  const { steps, batchSize, accumulate, schedule, warmupSteps, finalRate, decaySteps, clip } = settings;
  const { evaluateEvery, evaluateTargets, drops } = settings;
  return {
    ...{ optimizer, learningRate, momentum, beta1, beta2, weightDecay },
    ...{
      schedule,
      steps,
      warmupSteps,
      finalRate,
      decaySteps,
      ...(schedule === 'drop' && { drops: parseDrops(drops) }),
    },
    ...{ batchSize, accumulate, contextLength, dropout, clip, seed, evaluateEvery, evaluateTargets },
  };
}

function prefixed(
  slots: readonly { slot: string; source: TensorSource }[],
  metadata: Record<string, string>,
): TensorSource {
  const homes = new Map<string, [TensorSource, string]>();
  const entries = new Map<string, TensorEntry>();
  for (const { slot, source } of slots) {
    for (const [name, entry] of source.entries) {
      entries.set(`${slot}.${name}`, entry);
      homes.set(`${slot}.${name}`, [source, name]);
    }
  }
  const read = (name: string) => {
    const [source, own] = homes.get(name) as [TensorSource, string];
    return source.read(own);
  };
  return { entries, metadata, read };
}

function readme({ checkpoint: { step }, metadata: { settings } }: Run): string {
  const { model, steps, batchSize, accumulate, contextLength } = settings;
  const tokens = (batchSize * accumulate * contextLength).toLocaleString('en');
  return `# A run that goes on in PyTorch

A ${model} after ${step.toLocaleString('en')} of ${steps.toLocaleString('en')} steps of ${tokens} tokens each, exported by hornbook.

\`\`\`
python train.py                                      # one device
torchrun --standalone --nproc_per_node 8 train.py    # eight GPUs of one machine
torchrun --nnodes 4 --nproc_per_node 8 --rdzv_backend c10d --rdzv_endpoint HOST:29500 train.py
accelerate launch --num_processes 8 train.py         # the same, by accelerate; without GPUs it starts one process
\`\`\`

Add \`--bfloat16\` on GPUs, and \`--steps N\` for another total. Each step has the same number of rows on any number of
processes, which must divide it. The weights, the optimizer's memory and the schedule go on where they were; the windows
are drawn anew at random.

The first line is the validation loss that the run had. It saves to \`out/\` and goes on from there when it is started again. Bring the result back:

\`\`\`
hornbook import out --out runs/continued
\`\`\`

| file | what it is |
|---|---|
| model.safetensors, config.json, tokenizer.json | the model, as Hugging Face's libraries read it |
| optimizer.safetensors | the optimizer's means, under the same names |
| train.bin, val.bin | tokens in 16 bits, as nanoGPT reads them |
| recipe.json | the hyperparameters |
| train.py | the model and the loop, in one file that needs torch alone |
| hornbook.json | what hornbook knows of the run |
`;
}
