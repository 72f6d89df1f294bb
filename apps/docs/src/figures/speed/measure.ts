// How fast an engine trains: steps a second, without the first ones, in which an engine gets ready.
import type { Backend, BackendReport } from '@hornbook/backends';
import type { LanguageSettings } from '../../training/recipes/language-settings.ts';
import { openTrainer } from '../../training/trainer.ts';

export type Measured = {
  readonly engine: Backend;
  readonly engines: readonly BackendReport[];
  readonly stepsPerSecond: number;
  /** The loss of the last step that was measured: the engines should agree. */
  readonly loss: number;
  readonly steps: number;
};

const warmUp = 2;
const longest = 4; // seconds of steps
const mostSteps = 300;

/** @throws Error that says why the engine does not train */
export function measureEngine(settings: LanguageSettings, engine: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    let ready: Pick<Measured, 'engine' | 'engines'> | undefined;
    let from: { readonly steps: number; readonly seconds: number } | undefined;
    const trainer = openTrainer({
      ...{ recipe: 'language-model', settings, seed: 42, engine },
      onReady(opened) {
        ready = opened;
        trainer.play();
      },
      onProgress({ steps, seconds, losses }) {
        if (steps < warmUp || !ready) return;
        from ??= { steps, seconds };
        const measured = { steps: steps - from.steps, seconds: seconds - from.seconds };
        if (measured.steps === 0) return;
        if (measured.steps < mostSteps && measured.seconds < longest) return;
        trainer.close();
        const loss = losses.at(-1) as number;
        resolve({ ...ready, loss, steps, stepsPerSecond: measured.steps / measured.seconds });
      },
      onDone() {},
      onFailure(message) {
        trainer.close();
        reject(new Error(message));
      },
    });
  });
}
