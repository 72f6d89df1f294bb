// What a run shows: the live bar, plain lines, JSON.
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { jsonReporter, type Start, textReporter } from './reporter.ts';

const start: Start = {
  model: 'mlp',
  parameterCount: 11897,
  source: 'names',
  trainingExamples: 205579,
  validationExamples: 22567,
  backend: 'wasm',
  startStep: 0,
  steps: 100,
  tokensPerStep: 2,
  seed: 42,
  folder: 'runs/names-mlp',
  notes: [],
};

let output = '';
const write = (text: string) => {
  output += text;
};
beforeEach(() => {
  output = '';
  vi.useFakeTimers({ now: 0 });
  return () => vi.useRealTimers();
});

/** Reports steps from `from` to `to`, a tenth of a second each. */
function makeSteps(
  step: (event: { step: number; loss: number; learningRate: number }) => void,
  from: number,
  to: number,
) {
  for (let i = from; i < to; i++) {
    vi.advanceTimersByTime(100);
    step({ step: i, loss: 3, learningRate: 0.1 });
  }
}

describe('plain lines', () => {
  const screen = { live: false, columns: () => 80 };

  test('twenty of them, also for the rest of a run', () => {
    for (const startStep of [0, 37]) {
      output = '';
      const report = textReporter(write, screen)({ ...start, startStep });
      makeSteps(report.step, startStep, 100);
      expect(output.match(/^step \d+\/100 {2}loss 3\.000$/gm)?.length).toSatisfy((n) => n >= 15 && n <= 21);
      expect(output).toContain('\nstep 100/100 ');
    }
  });

  test('the start says what is trained, on what, and where', () => {
    textReporter(write, screen)({ ...start, startStep: 37 });
    expect(output).toBe(
      'mlp of 11,897 parameters on names, seed 42\n205,579 examples to train on, 22,567 to judge by\n' +
        '100 steps from step 37 on wasm\n\n',
    );
  });

  test('the loss is a mean of the latest steps', () => {
    const report = textReporter(write, screen)(start);
    for (let step = 0; step < 5; step++) report.step({ step, loss: step, learningRate: 0.1 });
    expect(output).toContain('step 5/100  loss 2.000\n');
  });

  test('the end says what was measured, what was best, and whether it came early', () => {
    const report = textReporter(write, screen)({ ...start, notes: ['Passed over something'] });
    const best = { step: 60, validationLoss: 2.25 };
    report.done({ trainLoss: 2, validationLoss: 2.5, testLoss: 2.75, best, stepsMade: 80, stepsPerSecond: 10 });
    expect(output).toMatch(/^Passed over something\n\nmlp of /);
    expect(output).toContain(
      'Stopped after 80 of 100 steps: the validation loss no longer falls\n' +
        'Training loss 2.0000, validation loss 2.5000, test loss 2.7500, 10 steps/s\nBest 2.2500, after 60 steps\n',
    );
  });

  test('steps that half precision skipped are named where there are more, and at the end', () => {
    const report = textReporter(write, screen)({ ...start, steps: 40 }); // a line every two steps
    const skips = [0, 0, 1, 1, 1, 2];
    for (const [step, skipped] of skips.entries()) {
      report.step({ step, loss: 3, learningRate: 0.1, skipped, lossScale: 2 ** (16 - skipped) });
    }
    expect(output.match(/^step .*$/gm)).toEqual([
      'step 2/40  loss 3.000',
      'step 4/40  loss 3.000  1 skipped',
      'step 6/40  loss 3.000  2 skipped',
    ]);
    report.done({ trainLoss: 2, validationLoss: 2.5, stepsMade: 40, stepsPerSecond: 10 });
    expect(output).toContain(
      'steps/s\n2 of 40 steps were skipped: gradients overflowed 16 bits. The loss was scaled by 16384 at the end\nSaved in',
    );
  });

  test('what was fine-tuned is to be asked, and a classifier to judge', () => {
    const end = { trainLoss: 2, validationLoss: 2.5, stepsMade: 100, stepsPerSecond: 10 };
    textReporter(write, screen)({ ...start, folder: 'runs/my mail', task: 'classes' }).done(end);
    expect(output).toMatch(/\nJudge a text: hornbook sample "runs\/my mail" --prompt "…"\n$/);
    textReporter(write, screen)({ ...start, task: 'answers' }).done(end);
    expect(output).toMatch(/\nAsk it: hornbook sample runs\/names-mlp --prompt "…"\n$/);
  });

  test('an interrupted run says how to go on; one that had made its steps does not', () => {
    const report = textReporter(write, screen)(start);
    report.interrupted(60);
    expect(output).toMatch(/Stopped after 60 of 100 steps .*\nGo on: hornbook resume runs\/names-mlp\n$/);
    output = '';
    report.interrupted(100);
    expect(output).not.toContain('resume');
  });
});

describe('the live bar', () => {
  test('draws at most ten times a second, on one line, and knows the time left', () => {
    const report = textReporter(write, { live: true, columns: () => 80 })(start);
    output = '';
    for (let step = 0; step < 50; step++) {
      vi.advanceTimersByTime(20);
      report.step({ step, loss: 3, learningRate: 0.1 });
    }
    const drawings = stripVTControlCharacters(output).split('\r').slice(1);
    expect(drawings).toHaveLength(10);
    expect(output).not.toContain('\n');
    expect(drawings.at(-1)).toMatch(/step 46\/100 {2}loss 3\.000 {2}100 tokens\/s {2}1s left {2}\d+ MB$/);
    report.close();
    expect(output).toMatch(/step 50\/100 [^\n]*\n$/);
    const closed = output;
    report.close();
    expect(output).toBe(closed);
  });

  test('the speed and the time left of a resumed run count its own steps', () => {
    const report = textReporter(write, { live: true, columns: () => 80 })({ ...start, startStep: 40 });
    makeSteps(report.step, 40, 60);
    report.close();
    expect(output).toMatch(/step 60\/100 {2}loss 3\.000 {2}20 tokens\/s {2}4s left/);
  });

  test('counts the steps that were skipped', () => {
    const report = textReporter(write, { live: true, columns: () => 80 })(start);
    report.step({ step: 0, loss: 3, learningRate: 0.1, skipped: 1, lossScale: 65536 });
    report.close();
    expect(stripVTControlCharacters(output)).toMatch(/step 1\/100 {2}loss 3\.000 {2}1 skipped {2}\d+ MB\n/);
  });

  test('what the model writes stands above it', () => {
    const report = textReporter(write, { live: true, columns: () => 80 })(start);
    makeSteps(report.step, 0, 1);
    output = '';
    report.sample(1, 'anna\nbo');
    report.sample(1, 'once upon a time');
    expect(stripVTControlCharacters(output)).toMatch(
      /^\rAfter 1 steps: anna, bo\n\r.*step 1\/100.*\rAfter 1 steps:\n {2}once upon a time\n\r/,
    );
  });

  test('what it writes is broken to the width of the window, without blank lines before it', () => {
    const report = textReporter(write, { live: true, columns: () => 30 })(start);
    output = '';
    report.sample(
      1,
      '\n\nMadge would not pull a foot until she had it.\n\n"B," you said\r, "for a-very-long-bucket-of-the-ferry."',
    );
    expect(stripVTControlCharacters(output)).toBe(
      'After 1 steps:\n  Madge would not pull a foot\n  until she had it.\n\n  "B," you said\r, "for\n' +
        '  a-very-long-bucket-of-the-ferry."\n',
    );
  });

  test('an error before the first step leaves no line', () => {
    const report = textReporter(write, { live: true, columns: () => 80 })(start);
    output = '';
    report.close();
    expect(output).toBe('');
  });
});

test('JSON: thinned by logEvery, never without measurements, the last step, and the end', () => {
  const report = jsonReporter(write, 40)(start);
  makeSteps(report.step, 0, 99);
  report.step({ step: 99, loss: 2, learningRate: 0.1, validationLoss: 2.5 });
  report.done({ trainLoss: 2, validationLoss: 2.5, stepsMade: 100, stepsPerSecond: 10 });
  expect(
    output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    ...[0, 40, 80].map((step) => ({ step, loss: 3, learningRate: 0.1 })),
    { step: 99, loss: 2, learningRate: 0.1, validationLoss: 2.5 },
    { done: true, trainLoss: 2, validationLoss: 2.5, stepsMade: 100, stepsPerSecond: 10, folder: 'runs/names-mlp' },
  ]);
});
