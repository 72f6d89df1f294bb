// How training shows itself: a live bar on a terminal, plain lines where the output is piped, JSON where asked.
import type { TrainingEvent } from '@hornbook/training';
import { colors } from '../colors.ts';
import type { Finetuning } from '../finetune/finetuning.ts';
import { shellWord } from '../shell-word.ts';
import { formatDuration, formatSpeed, formatTokens, speedometer } from '../speed.ts';
import { drawLossCurve } from './loss-curve.ts';
import { progressBar } from './progress-bar.ts';

export type Start = {
  readonly model: string;
  readonly parameterCount: number;
  readonly source: string;
  readonly trainingExamples: number;
  readonly validationExamples: number;
  readonly backend: string;
  readonly startStep: number;
  readonly steps: number;
  /** Tokens to predict in one update. */
  readonly tokensPerStep: number;
  readonly seed: number;
  readonly folder: string;
  /** Of a run that is fine-tuned. */
  readonly task?: Finetuning['task'];
  /** What to say first. */
  readonly notes: readonly string[];
};

export type End = {
  readonly trainLoss: number;
  readonly validationLoss: number;
  /** On the part that was kept for the end. */
  readonly testLoss?: number;
  /** The best measurement, of the steps made by then. */
  readonly best?: { readonly step: number; readonly validationLoss: number };
  readonly stepsMade: number;
  readonly stepsPerSecond: number;
  /** Why the engine could not record the steps and replay them, which is quicker. */
  readonly eager?: string;
};

/** Begins the report on a run. */
export type Reporter = (start: Start) => Report;

export type Report = {
  step(event: TrainingEvent): void;
  /** What the model writes after so many steps. */
  sample(step: number, text: string): void;
  /** Everything asked for was done. */
  done(end: End): void;
  /** Ctrl-C: the steps made so far are saved. */
  interrupted(stepsMade: number): void;
  /** Leaves the terminal in order; always called at the end, also after an error. */
  close(): void;
};

/** One JSON object a line: a step every so often, the last one and those with a validation loss, and how it ended. */
export function jsonReporter(write: (line: string) => void, logEvery: number): Reporter {
  const print = (object: object) => write(`${JSON.stringify(object)}\n`);
  return ({ steps, folder, notes }) => {
    for (const warning of notes) print({ warning });
    return {
      step(event) {
        const last = event.step + 1 === steps;
        if (event.step % logEvery === 0 || last || event.validationLoss !== undefined) print(event);
      },
      sample() {}, // samples.jsonl has them
      done: (end) => print({ done: true, ...end, folder }),
      interrupted: (stepsMade) => print({ interrupted: true, stepsMade, folder }),
      close() {},
    };
  };
}

export type Screen = {
  /** Draw a bar that moves; without it, about twenty lines. */
  readonly live: boolean;
  readonly columns: () => number;
};

/** For people. Losses are means over the latest steps, a twentieth of all and at most fifty. */
export function textReporter(write: (text: string) => void, { live, columns }: Screen): Reporter {
  return (start) => {
    const { startStep, steps, tokensPerStep, folder, notes } = start;
    const lineEvery = Math.ceil((steps - startStep) / 20);
    const bar = progressBar(write, columns);
    const speed = speedometer();
    const losses: number[] = [];
    let validation = '';
    let latest: Partial<TrainingEvent> = {};
    let told = 0; // steps skipped by the last line that said so
    for (const note of notes) write(`${note}\n\n`);
    write(`${describeStart(start)}\n`);
    return {
      step(event) {
        const { step, loss, validationLoss, skipped = 0 } = event;
        latest = event;
        losses.push(loss);
        if (validationLoss !== undefined) validation = validationLoss.toFixed(3);
        const made = step + 1;
        const text = `step ${made}/${steps}  loss ${recentMean(losses, steps).toFixed(3)}`;
        if (live) {
          const rate = speed(made);
          const pace = rate
            ? `  ${formatTokens(rate * tokensPerStep)}  ${formatDuration((steps - made) / rate)} left`
            : '';
          const left = skipped > 0 ? `  ${skipped} skipped` : '';
          bar.update(made / steps, `${text}${validation && `  val ${validation}`}${left}${pace}  ${memoryInUse()}`);
        } else if (validationLoss !== undefined || (made - startStep) % lineEvery === 0 || made === steps) {
          const measured = validationLoss === undefined ? '' : `  validation ${validation}`;
          write(`${text}${measured}${skipped > told ? `  ${skipped} skipped` : ''}\n`);
          told = skipped;
        }
      },
      sample(step, text) {
        bar.above(`${colors.dim(`After ${step} steps:`)}${besideOrBelow(text, columns())}\n`);
      },
      done(end) {
        bar.end();
        const curve = drawLossCurve(losses, { width: Math.min(72, columns() - 12) });
        if (curve) write(`\nLoss from step ${startStep + 1} to ${end.stepsMade}\n${curve}\n`);
        write(`\n${describeEnd(end, steps)}\n${describeSkipped(latest, end)}`);
        write(`Saved in ${folder}\n${describeUse(start)}\n`);
      },
      interrupted(stepsMade) {
        bar.end();
        write(`\nStopped after ${stepsMade} of ${steps} steps and saved in ${folder}\n`);
        if (stepsMade < steps) write(`Go on: ${colors.bold(`hornbook resume ${shellWord(folder)}`)}\n`);
      },
      close: () => bar.end(),
    };
  };
}

/** Short lines, such as names, stand in one; longer ones are broken between words, and stand in from the margin. */
function besideOrBelow(text: string, columns: number): string {
  const lines = text.replace(/^\s*\n/, '').split('\n');
  if (text.length <= 60 && lines.length > 1) return ` ${lines.join(', ')}`;
  const row = new RegExp(`.{1,${Math.max(20, columns - 3)}}(?:\\s+|$)|\\S+`, 'gs');
  return lines
    .flatMap((line) => line.match(row) ?? [''])
    .map((line) => `\n${`  ${line}`.trimEnd()}`)
    .join('');
}

/** `412 MB`: all that the process holds. */
function memoryInUse(): string {
  const bytes = process.memoryUsage.rss();
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The loss of one small batch says little: a mean, over few enough to show how it falls. */
function recentMean(losses: readonly number[], steps: number): number {
  const latest = losses.slice(-Math.min(50, Math.max(1, Math.floor(steps / 20))));
  return latest.reduce((a, b) => a + b, 0) / latest.length;
}

/** `Training loss 1.4021, validation loss 1.8800, test loss 1.8912, 2.4 steps/s` */
function describeEnd(
  { trainLoss, validationLoss, testLoss, best, stepsMade, stepsPerSecond, eager }: End,
  steps: number,
): string {
  const early =
    stepsMade < steps ? `Stopped after ${stepsMade} of ${steps} steps: the validation loss no longer falls\n` : '';
  const parts = [
    `Training loss ${trainLoss.toFixed(4)}`,
    `validation loss ${colors.bold(validationLoss.toFixed(4))}`,
    ...(testLoss === undefined ? [] : [`test loss ${testLoss.toFixed(4)}`]),
    ...(steps === 0 ? [] : [formatSpeed(stepsPerSecond)]),
  ];
  const better =
    best && best.step < stepsMade ? `\nBest ${best.validationLoss.toFixed(4)}, after ${best.step} steps` : '';
  const slower = eager === undefined ? '' : `\n${colors.dim(`Steps were not replayed. ${eager}`)}`;
  return early + parts.join(', ') + better + slower;
}

/** What to do with it now. */
function describeUse({ folder, task }: Start): string {
  const sample = `hornbook sample ${shellWord(folder)}`;
  if (task === undefined) return `Print new text: ${colors.bold(sample)}`;
  return `${task === 'classes' ? 'Judge a text' : 'Ask it'}: ${colors.bold(`${sample} --prompt "…"`)}`;
}

/** What half precision's loss scaler did. */
function describeSkipped({ skipped = 0, lossScale }: Partial<TrainingEvent>, { stepsMade }: End): string {
  if (skipped === 0) return '';
  const were = skipped === 1 ? 'step was' : 'steps were';
  const text = `${skipped} of ${stepsMade} ${were} skipped: gradients overflowed 16 bits. The loss was scaled by ${lossScale} at the end`;
  return `${colors.dim(text)}\n`;
}

function describeStart(start: Start): string {
  const number = (n: number) => n.toLocaleString('en');
  const from = start.startStep > 0 ? ` from step ${number(start.startStep)}` : '';
  const made = start.steps === 0 ? 'counted' : `${number(start.steps)} steps${from}`;
  return (
    `${colors.bold(start.model)} of ${number(start.parameterCount)} parameters on ${start.source}, seed ${start.seed}\n` +
    `${number(start.trainingExamples)} examples to train on, ${number(start.validationExamples)} to judge by\n` +
    `${made} on ${start.backend}\n`
  );
}
