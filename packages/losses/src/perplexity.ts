// Losses as people quote them: perplexity and bits per byte.

/**
 * `exp(loss)`: the number of equally likely choices that would be as hard. A model that knows nothing has vocabSize.
 *
 * @param nats mean cross-entropy in nats per token
 */
export function perplexity(nats: number): number {
  return Math.exp(nats);
}

/**
 * `nats · tokens / (ln 2 · bytes)`, which compares models whatever their tokens: how many bits one byte of the text
 * takes when the model compresses it.
 *
 * Example: 2 ln 2 nats per token, 10 tokens that spell 40 bytes of UTF-8 → 0.5.
 *
 * @param nats mean cross-entropy in nats per token
 */
export function bitsPerByte(nats: number, { tokens, bytes }: { tokens: number; bytes: number }): number {
  return (nats * tokens) / (Math.LN2 * bytes);
}
