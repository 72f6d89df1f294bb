// Examples become a batch: rows of one length in one typed array, with its shape.
import type { Batch, Example, Ids } from './dataset.ts';

/**
 * Stacks examples: inputs [batch, time]; targets [batch, time], or [batch] where each target is one id.
 *
 * @throws RangeError if there are no examples, or their lengths differ; TypeError if some targets are one id and some many
 */
export function collate(examples: readonly Example[]): Batch {
  if (examples.length === 0) throw new RangeError('Expected at least 1 example, got 0');
  const inputs = stack(
    'inputs',
    examples.map(({ input }) => input),
  );
  const targets = examples.map(({ target }) => target);
  if (targets.every((target) => typeof target === 'number')) {
    return { inputs, targets: { data: Int32Array.from(targets), shape: [targets.length] } };
  }
  if (targets.some((target) => typeof target === 'number')) {
    throw new TypeError('Expected targets of one kind, got both single ids and rows of ids: batch them apart');
  }
  return { inputs, targets: stack('targets', targets as Int32Array[]) };
}

function stack(what: string, rows: readonly Int32Array[]): Ids {
  const width = rows[0].length;
  const data = new Int32Array(rows.length * width);
  rows.forEach((row, i) => {
    if (row.length !== width) {
      throw new RangeError(
        `Expected ${what} of ${width} tokens like the batch's first, got ${row.length} in its number ${i + 1}: ` +
          'pad or cut the examples to one length',
      );
    }
    data.set(row, i * width);
  });
  return { data, shape: [rows.length, width] };
}
