// What class a fine-tuned classifier gives a text: read at its last token.
import { tokenProbabilities } from '@hornbook/generation';
import { slice, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { encodeText, inside } from '../data/corpus.ts';
import { startBackend } from '../start-backend.ts';
import { restore } from '../training/restore.ts';
import { type AboutRun, finalSource, openRun } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';

export type Judgement = { readonly label: string; readonly probability: number };

/** Whether a run tells classes apart, and writes no text. */
export const isClassifier = ({ metadata }: Pick<AboutRun, 'metadata'>) => metadata.finetuning?.task === 'classes';

/**
 * A function from texts to the probabilities of all labels, the most probable first.
 *
 * @throws UserError, from the function, for a text without tokens or with some that the model does not know
 */
export async function openClassifier(
  folder: string,
  backend?: string,
): Promise<(text: string) => Promise<readonly Judgement[]>> {
  const run = await openRun(folder, 'best');
  const labels = run.metadata.finetuning?.labels ?? [];
  const parameters = await startBackend(backend)
    .then(() => restore(run, finalSource(run)))
    .finally(run.checkpoint.close);
  const { contextLength } = run.metadata.settings;
  return async (text) => {
    const ids = encodeText(run.tokenizer, text, inside).slice(-contextLength);
    if (ids.length === 0) throw new UserError('Expected a text to judge, got none: give one with --prompt');
    const last = tidy(() => {
      const scores = run.model.forward(parameters, tensor2d(ids, [1, ids.length], 'int32')); // [1, time, classes]
      return slice(scores, [0, ids.length - 1, 0], [1, 1, labels.length]);
    });
    const probabilities = tokenProbabilities((await last.data()) as Float32Array);
    last.dispose();
    const judged = labels.map((label, i) => ({ label, probability: probabilities[i] }));
    return judged.sort((a, b) => b.probability - a.probability);
  };
}

/** `spam 0.98, ham 0.02` */
export async function classify(
  { folder, prompt, json, backend }: { folder: string; prompt: string; json: boolean; backend?: string },
  write: (text: string) => void,
): Promise<void> {
  const judge = await openClassifier(folder, backend);
  const judged = await judge(prompt);
  const shown = judged.map(({ label, probability }) => `${label} ${probability.toFixed(2)}`).join(', ');
  write(json ? `${JSON.stringify({ prompt, classes: judged })}\n` : `${shown}\n`);
}
