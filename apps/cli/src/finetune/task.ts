// What is learned from a file: its examples, divided, and the loss on them.
import { type Dataset, type Example, split } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import type { Tokenizer } from '@hornbook/tokenizers';
import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { Settings } from '../config/settings.ts';
import type { Part, Parts } from '../data/corpus.ts';
import type { Source } from '../data/source.ts';
import { release, restore } from '../training/restore.ts';
import { finalSource, openRun } from '../training/run-folder.ts';
import type { LossOf } from '../training/training-run.ts';
import { UserError } from '../user-error.ts';
import { readAdapters } from './adapter-files.ts';
import { answerExamples, endOf, labelledExamples, type Reader, rowsOf } from './examples.ts';
import { type Finetuning, templates, withAdapters } from './finetuning.ts';
import { pairRows, pairsOf, preferenceLoss, referenceOf } from './preferences.ts';
import { readAnswers, readLabelled, readPreferences } from './records.ts';

export type Task = {
  readonly parts: Parts;
  /** Where it is another than cross-entropy. */
  readonly lossOf?: LossOf;
  /** Records that do not fit the context. */
  readonly leftOut: number;
};

type Given = { readonly source: Source; readonly tokenizer: Tokenizer; readonly settings: Settings };

/**
 * Await an engine first: preferences ask the base model what it thinks of them.
 *
 * @throws UserError that names the line of a record that cannot be used
 */
export async function makeTask(finetuning: Finetuning, given: Given): Promise<Task> {
  const { source, tokenizer, settings } = given;
  const { template } = finetuning;
  const reader = { tokenizer, contextLength: settings.contextLength, template: template && templates[template] };
  if (finetuning.task === 'preferences') return preferenceTask(finetuning, given, reader);
  const [examples, count] = readExamples(finetuning, source, reader);
  const parts = divide(examples.length, count, given, (numbers) =>
    rowsOf(
      numbers.map((number) => examples[number]),
      endOf(tokenizer),
    ),
  );
  return { parts, leftOut: count - examples.length };
}

function readExamples({ task, labels = [] }: Finetuning, { text, name }: Source, reader: Reader): [Example[], number] {
  if (task === 'classes') {
    const texts = readLabelled(text, name);
    const unknown = texts.find(({ label }) => !labels.includes(label));
    if (unknown) {
      const known = labels.map((label) => JSON.stringify(label)).join(', ');
      throw new UserError(`Expected a label of ${known} in line ${unknown.line} of ${name}, got "${unknown.label}"`);
    }
    return [labelledExamples(texts, labels, reader), texts.length];
  }
  const answers = readAnswers(text, name);
  return [answerExamples(answers, reader), answers.length];
}

async function preferenceTask({ base, adapter, beta = 0.1 }: Finetuning, given: Given, reader: Reader): Promise<Task> {
  const { source } = given;
  const preferences = readPreferences(source.text, source.name);
  const pairs = pairsOf(preferences, reader);
  const rows = (numbers: readonly number[]) => pairRows(pairs, numbers, reader);
  const parts = divide(pairs.length, preferences.length, given, rows);
  const all = rows(pairs.map((_, number) => number));
  const before = await restoreBefore(base, adapter);
  const forward = (ids: Tensor2D) => before.model.forward(before.parameters, ids);
  const reference = await referenceOf(batchesOf(all, 8), pairs.length, forward);
  release(before.parameters);
  const table = tensor2d(reference, [pairs.length, 2]);
  return { parts, lossOf: preferenceLoss(table, beta), leftOut: preferences.length - pairs.length };
}

function* batchesOf(dataset: Dataset, size: number) {
  for (let start = 0; start < dataset.length; start += size) {
    const indices = Array.from({ length: Math.min(size, dataset.length - start) }, (_, i) => start + i);
    const batch = dataset.batch?.(indices);
    if (batch) yield batch;
  }
}

/** The model as it was when fine-tuning began. */
async function restoreBefore(folder: string, adapter: string | undefined) {
  const run = await openRun(folder, 'best');
  const base = await restore(run, finalSource(run)).finally(run.checkpoint.close);
  const given = adapter === undefined ? undefined : await readAdapters(adapter, { ...run.metadata, ...run });
  return { model: run.model, parameters: given ? withAdapters(base, given.adapters) : base };
}

/** The same settings give the same parts. @throws UserError if there are too few examples to judge by some */
function divide(
  length: number,
  read: number,
  { source, settings }: Given,
  rows: (numbers: readonly number[]) => Dataset,
): Parts {
  const { validationShare, seed, contextLength } = settings;
  const least = Math.ceil(1 / validationShare - 1e-9);
  if (length < least) {
    const fitting = length < read ? `, of ${read}, that fit the context of ${contextLength} tokens` : '';
    throw new UserError(
      `Expected at least ${least} examples, of which some are kept to judge by, got ${length}${fitting}, in ${source.name}`,
    );
  }
  const numbers = Array.from({ length }, (_, i) => i);
  const shares = [1 - validationShare, validationShare];
  const [training, validation] = split(numbers, shares, manualSeed(seed)).map((part): Part => {
    const examples = rows([...part]);
    return { examples, evaluation: examples };
  });
  return { training, validation };
}
