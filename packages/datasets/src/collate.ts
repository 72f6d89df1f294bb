// Examples become a batch: rows of one length in one typed array, with its shape.
import type { Batch, Example, Ids } from './dataset.ts';

/**
 * Stacks examples: inputs [batch, time]; targets [batch, time], or [batch] where each target is one id; and where the
 * examples have them, documents [batch, time].
 *
 * @throws RangeError if there are no examples, or their lengths differ; TypeError if some targets are one id and some
 * many, or some examples have documents and some have none
 */
export function collate(examples: readonly Example[]): Batch {
  if (examples.length === 0) throw new RangeError('Expected at least 1 example, got 0');
  const inputs = stack('inputs', examples, ({ input }) => input);
  const targets = typeof examples[0].target === 'number' ? list(examples) : stack('targets', examples, rowOfTargets);
  if (!examples[0].documents) return { inputs, targets };
  return { inputs, targets, documents: stack('documents', examples, rowOfDocuments) };
}

function list(examples: readonly Example[]): Ids {
  const data = new Int32Array(examples.length);
  for (let i = 0; i < data.length; i++) {
    const { target } = examples[i];
    if (typeof target !== 'number') throw mixed('targets of one kind, got both single ids and rows of ids');
    data[i] = target;
  }
  return { data, shape: [data.length] };
}

function rowOfTargets({ target }: Example): Int32Array {
  if (typeof target === 'number') throw mixed('targets of one kind, got both single ids and rows of ids');
  return target;
}

function rowOfDocuments({ documents }: Example): Int32Array {
  if (!documents) throw mixed('documents in all examples of a batch or in none, got some of both');
  return documents;
}

const mixed = (what: string) => new TypeError(`Expected ${what}: batch them apart`);

function stack(what: string, examples: readonly Example[], rowOf: (example: Example) => Int32Array): Ids {
  const width = rowOf(examples[0]).length;
  const data = new Int32Array(examples.length * width);
  for (let i = 0, start = 0; i < examples.length; i++, start += width) {
    const row = rowOf(examples[i]);
    if (row.length !== width) {
      throw new RangeError(
        `Expected ${what} of ${width} tokens like the batch's first, got ${row.length} in its number ${i + 1}: ` +
          'pad or cut the examples to one length',
      );
    }
    // A call costs more than a few numbers.
    if (width > 16) data.set(row, start);
    else for (let k = 0; k < width; k++) data[start + k] = row[k];
  }
  return { data, shape: [examples.length, width] };
}
