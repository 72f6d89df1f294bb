// Whether a run can fit into this machine's memory: sizes that cannot are refused before they fill it.
import { totalmem } from 'node:os';
import type { Settings } from '../config/settings.ts';
import { readsRows } from '../data/corpus.ts';
import { UserError } from '../user-error.ts';

/**
 * A rough lower bound: four bytes for every number of the parameters, of their gradients and of what the optimizer keeps,
 * and for the largest tensors of a forward pass over one batch.
 *
 * @throws UserError if that is more than the machine has
 */
export function expectRoom(settings: Settings, parameterCount: number, vocabSize: number): void {
  const available = process.constrainedMemory() || totalmem();
  const limit = Math.min(available, totalmem());
  const copies = 2 + ({ sgd: 0, adam: 2, adamw: 2, lion: 1, muon: 1 }[settings.optimizer] ?? 0);
  const parameters = 4 * parameterCount * copies;
  const batch = 4 * batchNumbers(settings, vocabSize);
  if (parameters + batch <= limit) return;
  const [what, advice] =
    batch > parameters
      ? [`One batch of ${number(settings.batchSize)}`, 'a smaller --batch-size or --context-length']
      : [`A model of ${number(parameterCount)} parameters, with what training keeps beside them,`, 'it smaller sizes'];
  throw new UserError(
    `${what} takes about ${gigabytes(Math.max(batch, parameters))}, and this machine has ${gigabytes(limit)}: give ${advice}`,
  );
}

/** Numbers in the tensors of one batch that are all needed at once: those that the way back starts from. */
function batchNumbers(settings: Partial<Settings>, vocabSize: number): number {
  const { model, batchSize = 1, contextLength = 1, embedDim = 0, hiddenDim = 0, numLayers = 1 } = settings;
  const places = batchSize * contextLength;
  if (readsRows({ model: model as Settings['model'] })) return places * embedDim + batchSize * (hiddenDim + vocabSize);
  const width = model === 'gpt' || model === 'transformer' ? 4 * embedDim : hiddenDim;
  return places * (embedDim + numLayers * width + vocabSize);
}

const number = (n: number) => n.toLocaleString('en');
const gigabytes = (bytes: number) => `${number(Math.ceil(bytes / 1e8) / 10)} GB`;
