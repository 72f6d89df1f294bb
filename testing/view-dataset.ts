// A dataset for the tests of loaders with workers: examples that come later, in batches that are views of its memory.
import { serveDataset } from '../packages/datasets/src/serve-dataset.ts';

const memory = Int32Array.from({ length: 6 }, (_, i) => 10 * i);

serveDataset(() => ({ length: memory.length, at: async (index: number) => index }), {
  collate: (indices: readonly number[]) => memory.subarray(indices[0], indices[0] + indices.length),
});
