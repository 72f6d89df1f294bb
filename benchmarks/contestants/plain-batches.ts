// Batches for those who bring no loaders of their own.

export function randomIds(count: number, below: number): Int32Array {
  return Int32Array.from({ length: count }, () => Math.floor(Math.random() * below));
}

/** Windows that start anywhere, and the same one further on, row by row. */
export function windowsOf(ids: Int32Array, batchSize: number, length: number) {
  return (): { inputs: Int32Array; targets: Int32Array } => {
    const inputs = new Int32Array(batchSize * length);
    const targets = new Int32Array(batchSize * length);
    for (const [row, start] of randomIds(batchSize, ids.length - length - 1).entries()) {
      inputs.set(ids.subarray(start, start + length), row * length);
      targets.set(ids.subarray(start + 1, start + 1 + length), row * length);
    }
    return { inputs, targets };
  };
}

/** [length, length]: 0 where a place may look, −10⁹ where the future lies. */
export function attentionMask(length: number): Float32Array {
  return Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0));
}
