// Logits to logarithms of probabilities.

/**
 * ln softmax(logits), each: `x − max − ln Σ exp(x − max)`, in nats below 0.
 *
 * `logProbabilities(Float32Array.of(0, 0))` → −ln 2, −ln 2
 */
export function logProbabilities(logits: Float32Array): Float64Array {
  const total = logSum(logits);
  return Float64Array.from(logits, (logit) => logit - total);
}

/** The same for one token. */
export function logProbabilityOf(logits: Float32Array, id: number): number {
  return logits[id] - logSum(logits);
}

/** ln Σ exp(x), without overflow. */
function logSum(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) largest = Math.max(largest, logits[id]);
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id] - largest);
  return largest + Math.log(sum);
}
