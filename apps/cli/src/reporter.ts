// How training shows itself: a live bar on a terminal, plain lines where the output is piped, JSON where asked.
import type { TrainingEvent } from '@hornbook/training';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { drawLossCurve } from './loss-curve.ts';

export type Start = {
  readonly model: string;
  readonly parameterCount: number;
  readonly source: string;
  readonly trainingExamples: number;
  readonly validationExamples: number;
  readonly backend: string;
  readonly startStep: number;
  readonly steps: number;
  readonly seed: number;
};

export type End = {
  /** Steps made in all. */
  readonly step: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly stepsPerSecond: number;
};

export interface Reporter {
  start(start: Start): void;
  step(event: TrainingEvent): void;
  /** Everything asked for was done. */
  done(end: End, folder: string): void;
  /** Ctrl-C: what was done is saved. */
  interrupted(step: number, folder: string): void;
}

/** One JSON object a line: a step every so often, and at the end `{"done":true,…}`. */
export function jsonReporter(write: (line: string) => void, logEvery: number): Reporter {
  const print = (object: object) => write(`${JSON.stringify(object)}\n`);
  let last = 0;
  return {
    start: ({ steps }) => {
      last = steps - 1;
    },
    step(event) {
      if (event.step % logEvery === 0 || event.step === last || event.validationLoss !== undefined) print(event);
    },
    done: (end, folder) => print({ done: true, ...end, folder }),
    interrupted: (step, folder) => print({ interrupted: true, step, folder }),
  };
}

/** For people. `live` draws a bar that moves; without it, about twenty lines. */
export function textReporter(
  write: (text: string) => void,
  { live, columns }: { live: boolean; columns: number },
): Reporter {
  const losses: number[] = [];
  const speed = speedometer();
  let bar: SingleBar | undefined;
  let lineEvery = 1;
  let steps = 0;
  return {
    start(start) {
      steps = start.steps;
      lineEvery = Math.max(1, Math.ceil((steps - start.startStep) / 20));
      write(`${describeStart(start)}\n`);
      if (!live) return;
      bar = new SingleBar(
        {
          format: `${pc.cyan('{bar}')} step {value}/{total}  loss {loss}{validation}  {speed} steps/s  {left} left`,
          barsize: Math.max(8, Math.min(40, columns - 72)),
          hideCursor: true,
          fps: 8,
        },
        Presets.shades_classic,
      );
      bar.start(steps, start.startStep, { loss: '…', validation: '', speed: '…', left: '…' });
    },
    step(event) {
      losses.push(event.loss);
      const made = event.step + 1;
      const rate = speed(made);
      const validation =
        event.validationLoss === undefined ? {} : { validation: `  val ${event.validationLoss.toFixed(3)}` };
      bar?.update(made, {
        loss: event.loss.toFixed(3),
        ...validation,
        speed: rate.toFixed(0),
        left: duration((steps - made) / rate),
      });
      if (!bar && (event.step % lineEvery === 0 || made === steps || event.validationLoss !== undefined)) {
        const val = event.validationLoss === undefined ? '' : `  validation ${event.validationLoss.toFixed(4)}`;
        write(`step ${event.step}  loss ${event.loss.toFixed(4)}${val}\n`);
      }
    },
    done({ trainLoss, validationLoss, stepsPerSecond }, folder) {
      bar?.stop();
      const curve = drawLossCurve(losses, { width: Math.min(72, columns - 12) });
      if (curve !== '') write(`\nLoss over ${losses.length} steps\n${curve}\n`);
      write(
        `\nTraining loss ${trainLoss.toFixed(4)}, validation loss ${pc.bold(validationLoss.toFixed(4))}` +
          `, ${stepsPerSecond.toFixed(0)} steps/s\nSaved in ${folder}. Print new text: hornbook sample ${folder}\n`,
      );
    },
    interrupted(step, folder) {
      bar?.stop();
      write(`\nStopped after ${step} steps and saved in ${folder}. Go on with: hornbook resume ${folder}\n`);
    },
  };
}

function describeStart(start: Start): string {
  const { model, parameterCount, source, trainingExamples, validationExamples, backend, startStep, steps, seed } =
    start;
  const number = (n: number) => n.toLocaleString('en');
  const from = startStep > 0 ? ` from step ${startStep}` : '';
  return (
    `${pc.bold(model)}, ${number(parameterCount)} parameters, on ${source}: ${number(trainingExamples)} examples to train ` +
    `on, ${number(validationExamples)} to judge by\n${number(steps)} steps${from} on ${backend}, seed ${seed}\n`
  );
}

/** Steps a second over about the last five seconds. */
function speedometer(): (made: number) => number {
  const marks: { readonly time: number; readonly made: number }[] = [];
  return (made) => {
    const now = performance.now();
    if (marks.length === 0 || now - marks[marks.length - 1].time > 200) marks.push({ time: now, made });
    while (marks.length > 2 && now - marks[0].time > 5000) marks.shift();
    const [first] = marks;
    return made === first.made ? 0 : ((made - first.made) * 1000) / (now - first.time);
  };
}

/** Seconds as people say them: 42s, 3m 05s, 1h 07m. */
function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '…';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}
