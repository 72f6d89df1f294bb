// The Worker's loop: steps while they are wanted, answers between them, reports at most once a frame.
import type { Order, Report } from './messages.ts';
import type { Recipe } from './recipe.ts';

export type Session = {
  play(stepsPerSecond?: number): void;
  pause(): void;
  /** One more step, though the loop be paused. */
  step(): void;
  ask(question: Question): void;
};

type Question = Extract<Order, { type: 'ask' }>;

const frame = 1000 / 30;

/** Trains nothing until it is told to. Steps and answers never overlap: they share one engine. */
export function startSession(recipe: Recipe, report: (report: Report) => void): Session {
  const questions: Question[] = [];
  let wanted = 0; // steps; Infinity while it plays
  let interval = 0; // milliseconds from step to step
  let wake = () => {};

  /** Resolves when a step is wanted and due. */
  const stepIsDue = async (last: number) => {
    for (;;) {
      for (let question = questions.shift(); question; question = questions.shift()) await answer(question);
      const wait = wanted > 0 ? last + interval - performance.now() : Number.POSITIVE_INFINITY;
      if (wait <= 0) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (Number.isFinite(wait)) setTimeout(resolve, wait);
      });
    }
  };

  const answer = async ({ id, question, details }: Question) => {
    try {
      const found = recipe.answers[question];
      if (!found) throw new Error(`Expected a question such as ${Object.keys(recipe.answers)}, got ${question}`);
      const sent = await found(details as never, (part) => report({ type: 'part', id, part }));
      report({ type: 'answer', id, answer: sent });
    } catch (error) {
      report({ type: 'failed', id, message: (error as Error).message });
    }
  };

  const run = async () => {
    const steps = recipe.train()[Symbol.asyncIterator]();
    let losses: number[] = [];
    let validationLoss: number | undefined;
    let made = 0;
    let milliseconds = 0;
    let lastReport = Number.NEGATIVE_INFINITY;
    let began = Number.NEGATIVE_INFINITY;
    const flush = (step: number) => {
      report({ type: 'progress', step, steps: made, losses, validationLoss, seconds: milliseconds / 1000 });
      losses = [];
      validationLoss = undefined;
      lastReport = performance.now();
    };
    let step = 0;
    for (;;) {
      await stepIsDue(began);
      began = performance.now();
      const { done, value } = await steps.next();
      if (done) break;
      milliseconds += performance.now() - began;
      made++;
      step = value.step + 1;
      wanted = Math.max(0, wanted - 1);
      losses.push(value.loss);
      validationLoss = value.validationLoss ?? validationLoss;
      if (wanted === 0 || interval >= frame || performance.now() - lastReport >= frame) flush(step);
    }
    if (losses.length > 0) flush(step);
    report({ type: 'done' });
    wanted = 0;
    await stepIsDue(Number.POSITIVE_INFINITY); // for questions: no step is due any more
  };

  run().catch((error: Error) => report({ type: 'failed', message: error.message }));
  return {
    play(stepsPerSecond) {
      interval = stepsPerSecond === undefined ? 0 : 1000 / stepsPerSecond;
      wanted = Number.POSITIVE_INFINITY;
      wake();
    },
    pause() {
      wanted = 0;
      wake();
    },
    step() {
      interval = 0;
      wanted = 1;
      wake();
    },
    ask(question) {
      questions.push(question);
      wake();
    },
  };
}
