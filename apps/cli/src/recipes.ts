// How each kind of model is trained: its optimizer, how the rate falls, and where gradients are cut.
import { adamw, cosineRate, linearRate, type Optimizer, type Schedule, sgd } from '@hornbook/training';
import type { ModelKind, Settings } from './settings.ts';

export type Recipe = {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** The longest gradient that is used in full. */
  readonly clip?: number;
};

/** The MLP learns as makemore's does, by plain descent; the others by AdamW, the GPT with nanoGPT's numbers. */
export function makeRecipe(kind: ModelKind, { learningRate, steps }: Settings): Recipe {
  switch (kind) {
    case 'bigram':
      return {
        optimizer: adamw({ learningRate, beta2: 0.99, weightDecay: 0 }),
        schedule: linearRate({ learningRate, steps }),
      };
    case 'mlp':
      return { optimizer: sgd({ learningRate }), schedule: linearRate({ learningRate, steps }) };
    case 'gpt': {
      const warmupSteps = Math.min(100, Math.floor(steps / 10));
      return {
        optimizer: adamw({ learningRate, beta2: 0.99, weightDecay: 0.1 }),
        schedule: cosineRate({ learningRate, steps, warmupSteps, minimum: learningRate / 10 }),
        clip: 1,
      };
    }
  }
}
