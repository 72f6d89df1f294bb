// The logs of a run folder, for whoever wants to draw, to read or to compare: losses.csv and samples.jsonl.
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingEvent } from '@hornbook/training';
import { CheckpointError } from '@hornbook/training/checkpoint';
import { explain, writeFiles } from '../write-files.ts';

export type LoggedStep = Pick<TrainingEvent, 'step' | 'loss' | 'learningRate' | 'validationLoss'>;

/** What the model wrote after so many steps. */
export type LoggedSample = { readonly step: number; readonly text: string };

export type RunLog = {
  step(event: LoggedStep): void;
  sample(sample: LoggedSample): void;
  /** Writes what was added since. */
  save(): Promise<void>;
};

const header = 'step,loss,learningRate,validationLoss';
const names = { losses: 'losses.csv', samples: 'samples.jsonl' };

/** Goes on after `startStep`: what no checkpoint kept is made again, and so is left out. */
export async function openRunLog(folder: string, startStep: number): Promise<RunLog> {
  const kept = startStep === 0 ? { steps: [], samples: [] } : await readRunLog(folder);
  const steps = kept.steps.filter(({ step }) => step < startStep);
  const samples = kept.samples.filter(({ step }) => step <= startStep);
  const paths = { losses: join(folder, names.losses), samples: join(folder, names.samples) };
  await writeFiles(
    new Map([
      [paths.losses, [header, ...steps.map(stepLine), ''].join('\n')],
      [paths.samples, samples.map(sampleLine).join('')],
    ]),
  );
  let pending = { losses: '', samples: '' };
  return {
    step(event) {
      pending.losses += `${stepLine(event)}\n`;
    },
    sample(sample) {
      pending.samples += sampleLine(sample);
    },
    async save() {
      const lines = pending;
      pending = { losses: '', samples: '' };
      try {
        await appendFile(paths.losses, lines.losses);
        await appendFile(paths.samples, lines.samples);
      } catch (cause) {
        throw new CheckpointError(`Could not write to ${folder}: ${explain(cause as NodeJS.ErrnoException)}`, {
          cause,
        });
      }
    },
  };
}

/** All that was logged; nothing where there is no log. A line cut short is passed over. */
export async function readRunLog(folder: string): Promise<{ steps: LoggedStep[]; samples: LoggedSample[] }> {
  const [losses, samples] = await Promise.all([linesOf(folder, names.losses), linesOf(folder, names.samples)]);
  return { steps: losses.slice(1).flatMap(parseStep), samples: samples.map((line) => JSON.parse(line)) };
}

/** Whole lines: the last one may have been cut off before its end. */
async function linesOf(folder: string, name: string): Promise<string[]> {
  try {
    return (await readFile(join(folder, name), 'utf8')).split('\n').slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parseStep(line: string): LoggedStep[] {
  const cells = line.split(',');
  const [step, loss, learningRate, validationLoss] = cells.map(Number);
  if (cells.length !== 4 || !Number.isFinite(loss)) return [];
  return [{ step, loss, learningRate, ...(cells[3] !== '' && { validationLoss }) }];
}

const stepLine = ({ step, loss, learningRate, validationLoss }: LoggedStep) =>
  `${step},${loss},${learningRate},${validationLoss ?? ''}`;
const sampleLine = (sample: LoggedSample) => `${JSON.stringify(sample)}\n`;
