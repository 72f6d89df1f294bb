// How training shows itself: a live bar on a terminal, plain lines where the output is piped, JSON where asked.
import type { TrainingEvent } from '@hornbook/training';
import { colors } from './colors.ts';
import { drawLossCurve } from './loss-curve.ts';
import { progressBar } from './progress-bar.ts';
import { formatDuration, formatSpeed, speedometer } from './speed.ts';

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
  readonly folder: string;
};

export type End = {
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly stepsPerSecond: number;
};

/** Begins the report on a run. */
export type Reporter = (start: Start) => Report;

export type Report = {
  step(event: TrainingEvent): void;
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
  return ({ steps, folder }) => ({
    step(event) {
      const last = event.step + 1 === steps;
      if (event.step % logEvery === 0 || last || event.validationLoss !== undefined) print(event);
    },
    done: (end) => print({ done: true, ...end, folder }),
    interrupted: (stepsMade) => print({ interrupted: true, stepsMade, folder }),
    close() {},
  });
}

export type Screen = {
  /** Draw a bar that moves; without it, about twenty lines. */
  readonly live: boolean;
  readonly columns: () => number;
};

/** For people. Losses are means over the latest steps, a twentieth of all and at most fifty. */
export function textReporter(write: (text: string) => void, { live, columns }: Screen): Reporter {
  return (start) => {
    const { startStep, steps, folder } = start;
    const lineEvery = Math.ceil((steps - startStep) / 20);
    const bar = progressBar(write, columns);
    const speed = speedometer();
    const losses: number[] = [];
    let validation = '';
    write(`${describeStart(start)}\n`);
    return {
      step({ step, loss, validationLoss }) {
        losses.push(loss);
        if (validationLoss !== undefined) validation = validationLoss.toFixed(3);
        const made = step + 1;
        const text = `step ${made}/${steps}  loss ${recentMean(losses, steps).toFixed(3)}`;
        if (live) {
          const rate = speed(made);
          const pace = rate ? `  ${formatSpeed(rate)}  ${formatDuration((steps - made) / rate)} left` : '';
          bar.update(made / steps, `${text}${validation && `  val ${validation}`}${pace}`);
        } else if (validationLoss !== undefined) {
          write(`${text}  validation ${validation}\n`);
        } else if ((made - startStep) % lineEvery === 0 || made === steps) {
          write(`${text}\n`);
        }
      },
      done({ trainLoss, validationLoss, stepsPerSecond }) {
        bar.end();
        const curve = drawLossCurve(losses, { width: Math.min(72, columns() - 12) });
        if (curve) write(`\nLoss from step ${startStep + 1} to ${steps}\n${curve}\n`);
        write(
          `\nTraining loss ${trainLoss.toFixed(4)}, validation loss ${colors.bold(validationLoss.toFixed(4))}, ` +
            `${formatSpeed(stepsPerSecond)}\nSaved in ${folder}\nPrint new text: ${colors.bold(`hornbook sample ${folder}`)}\n`,
        );
      },
      interrupted(stepsMade) {
        bar.end();
        write(`\nStopped after ${stepsMade} of ${steps} steps and saved in ${folder}\n`);
        if (stepsMade < steps) write(`Go on: ${colors.bold(`hornbook resume ${folder}`)}\n`);
      },
      close: () => bar.end(),
    };
  };
}

/** The loss of one small batch says little: a mean, over few enough to show how it falls. */
function recentMean(losses: readonly number[], steps: number): number {
  const latest = losses.slice(-Math.min(50, Math.max(1, Math.floor(steps / 20))));
  return latest.reduce((a, b) => a + b, 0) / latest.length;
}

function describeStart(start: Start): string {
  const number = (n: number) => n.toLocaleString('en');
  const from = start.startStep > 0 ? ` from step ${number(start.startStep)}` : '';
  return (
    `${colors.bold(start.model)} of ${number(start.parameterCount)} parameters on ${start.source}, seed ${start.seed}\n` +
    `${number(start.trainingExamples)} examples to train on, ${number(start.validationExamples)} to judge by\n` +
    `${number(start.steps)} steps${from} on ${start.backend}\n`
  );
}
