// DPO on pairs of answers: their rows, what the model said of them before, and the loss.
import type { Batch, Dataset, Example } from '@hornbook/datasets';
import { answerLogProbabilities, dpo } from '@hornbook/losses';
import type { ParameterTree } from '@hornbook/ops';
import type { Loss } from '@hornbook/training';
import {
  gather,
  reshape,
  split,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Forward } from '../training/training-run.ts';
import { answerExamples, endOf, quarterOf, type Reader } from './examples.ts';
import type { Preference } from './records.ts';

/** Two answers to one prompt, each in a row with it. */
export type Pair = { readonly chosen: Example; readonly rejected: Example };

/** Those of which both rows fit the context. */
export function pairsOf(preferences: readonly Preference[], reader: Reader): Pair[] {
  return preferences.flatMap(({ asked, chosen, rejected, line }) => {
    const rows = answerExamples(
      [chosen, rejected].map((response) => ({ line, asked, response })),
      reader,
    );
    return rows.length === 2 ? [{ chosen: rows[0], rejected: rows[1] }] : [];
  });
}

/**
 * Batches of pairs. Inputs [2 · pairs, 2 · time]: the chosen rows, then the rejected ones, each with its targets beside its
 * ids; targets [pairs]: the numbers of the pairs, to look up what the reference says of them.
 *
 * @param numbers of the pairs, among all there are
 */
export function pairRows(pairs: readonly Pair[], numbers: readonly number[], reader: Reader): Dataset {
  const padId = endOf(reader.tokenizer);
  const longest = Math.max(...numbers.flatMap((n) => rowsOfPair(pairs[n]).map(({ input }) => input.length)));
  return {
    length: numbers.length,
    /** Both rows one after the other, which tells how large a pair is. */
    at(index) {
      const rows = rowsOfPair(pairs[numbers[index]]);
      const joined = (parts: readonly Int32Array[]) => Int32Array.from(parts.flatMap((part) => [...part]));
      return {
        input: joined(rows.map(({ input }) => input)),
        target: joined(rows.map(({ target }) => target as Int32Array)),
      };
    },
    batch(indices): Batch {
      const chosen = Array.from(indices, (index) => pairs[numbers[index]]);
      const rows = [...chosen.map((pair) => pair.chosen), ...chosen.map((pair) => pair.rejected)];
      const time = quarterOf(longest, rows);
      const data = new Int32Array(rows.length * 2 * time);
      for (const [i, { input, target }] of rows.entries()) {
        data.fill(padId, 2 * i * time, (2 * i + 1) * time).set(input, 2 * i * time);
        data.fill(-100, (2 * i + 1) * time, (2 * i + 2) * time).set(target as Int32Array, (2 * i + 1) * time);
      }
      return {
        inputs: { data, shape: [rows.length, 2 * time] },
        targets: { data: Int32Array.from(indices, (index) => numbers[index]), shape: [indices.length] },
      };
    },
  };
}

const rowsOfPair = ({ chosen, rejected }: Pair) => [chosen, rejected];

/** ln of the probability of each answer, by the model as it is: [pairs, 2], chosen and rejected. */
export async function referenceOf(
  batches: Iterable<Batch>,
  pairCount: number,
  forward: (ids: Tensor2D) => Tensor,
): Promise<Float32Array> {
  const reference = new Float32Array(2 * pairCount);
  for (const { inputs, targets } of batches) {
    const answers = tidy(() => answersTo(forward, tensor2d(inputs.data, inputs.shape as [number, number], 'int32')));
    const values = await answers.data();
    answers.dispose();
    for (const [i, pair] of targets.data.entries()) {
      reference[2 * pair] = values[i];
      reference[2 * pair + 1] = values[i + targets.data.length];
    }
  }
  return reference;
}

/** The loss of a batch of pairs. @param reference [pairs, 2] */
export function preferenceLoss(reference: Tensor2D, beta: number): (forward: Forward) => Loss<ParameterTree> {
  return (forward) =>
    (tree, { inputs, targets }) => {
      const [chosen, rejected] = split(
        answersTo((ids) => forward(tree, ids), inputs),
        2,
      ) as Tensor1D[];
      const [before, others] = split(gather(reference, targets as Tensor1D), 2, 1);
      const flat = (x: Tensor) => reshape(x, [x.size]) as Tensor1D;
      return dpo({ chosen, rejected }, { chosen: flat(before), rejected: flat(others) }, { beta });
    };
}

/** [2 · pairs] of inputs whose left half are ids and whose right half are targets. */
function answersTo(forward: (ids: Tensor2D) => Tensor, inputs: Tensor2D): Tensor1D {
  const [ids, targets] = split(inputs, 2, 1) as Tensor2D[];
  return answerLogProbabilities(forward(ids) as Parameters<typeof answerLogProbabilities>[0], targets);
}
