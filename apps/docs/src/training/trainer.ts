// The page's side of a Worker that trains: orders out, reports in, answers as promises.
import type { Order, Progress, Report } from './messages.ts';
import type { AnswersOf, FactsOf, RecipeName, SettingsOf } from './recipe.ts';

export type Ready<Name extends RecipeName> = Omit<Extract<Report, { type: 'ready' }>, 'facts' | 'type'> & {
  readonly facts: FactsOf<Name>;
};

export type TrainerOptions<Name extends RecipeName> = {
  readonly recipe: Name;
  readonly settings: SettingsOf<Name>;
  readonly seed: number;
  /** The best one here if it is left out. */
  readonly engine?: string;
  readonly onReady: (ready: Ready<Name>) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly onDone: () => void;
  /** Training is over: a sentence that says why. */
  readonly onFailure: (message: string) => void;
};

type Answered<Name extends RecipeName, Question extends keyof AnswersOf<Name>> = AnswersOf<Name>[Question] extends (
  ...parts: never[]
) => infer Answer
  ? Awaited<Answer>
  : never;
type DetailsOf<Name extends RecipeName, Question extends keyof AnswersOf<Name>> = AnswersOf<Name>[Question] extends (
  details: infer Details,
  ...rest: never[]
) => unknown
  ? Details
  : never;

export type Trainer<Name extends RecipeName> = {
  /** As fast as it can, or at a pace for the eye. */
  play(stepsPerSecond?: number): void;
  pause(): void;
  step(): void;
  /** Answered between two steps. @throws Error that says why there is no answer */
  ask<Question extends keyof AnswersOf<Name> & string>(
    question: Question,
    details: DetailsOf<Name, Question>,
    onPart?: (part: string) => void,
  ): Promise<Answered<Name, Question>>;
  /** Ends the Worker, and with it all it holds. Questions that are open are broken off: an AbortError. */
  close(): void;
};

type Waiting = {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onPart?: (part: string) => void;
};

export function openTrainer<Name extends RecipeName>(options: TrainerOptions<Name>): Trainer<Name> {
  const { recipe, settings, seed, engine, onReady, onProgress, onDone, onFailure } = options;
  const worker = startWorker();
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  const order = (message: Order) => worker.postMessage(message);
  const breakOff = (reason: Error) => {
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  };

  worker.addEventListener('message', ({ data: report }: MessageEvent<Report>) => {
    switch (report.type) {
      case 'ready':
        onReady(report as unknown as Ready<Name>);
        return;
      case 'progress':
        onProgress(report);
        return;
      case 'done':
        onDone();
        return;
      case 'part':
        waiting.get(report.id)?.onPart?.(report.part);
        return;
      case 'answer':
        waiting.get(report.id)?.resolve(report.answer as never);
        waiting.delete(report.id);
        return;
      case 'failed':
        if (report.id === undefined) {
          breakOff(new DOMException(report.message, 'AbortError'));
          onFailure(report.message);
          return;
        }
        waiting.get(report.id)?.reject(new Error(report.message));
        waiting.delete(report.id);
        return;
    }
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const reason = event.message ? ` (${event.message})` : '';
    onFailure(
      `The part of this page that trains did not start${reason}: a newer browser may help, or reloading the page.`,
    );
  });
  order({ type: 'open', recipe, settings, seed, engine });

  return {
    play: (stepsPerSecond) => order({ type: 'play', stepsPerSecond }),
    pause: () => order({ type: 'pause' }),
    step: () => order({ type: 'step' }),
    ask(question, details, onPart) {
      const id = asked++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, onPart });
        order({ type: 'ask', id, question, details });
      });
    },
    close() {
      worker.terminate();
      breakOff(new DOMException('Training has begun anew.', 'AbortError'));
    },
  };
}

/** @throws Error in a browser whose Workers cannot be modules */
function startWorker(): Worker {
  try {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  } catch (cause) {
    throw new Error('This browser cannot train beside a page. Those since the middle of 2023 can.', { cause });
  }
}
