// What is checked before and while generating.

export function checkLimits(contextLength: number, maxTokens: number): void {
  if (!Number.isSafeInteger(contextLength) || contextLength < 1) {
    throw new RangeError(`Expected contextLength to be a whole number of 1 or more, got ${contextLength}`);
  }
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    throw new RangeError(`Expected maxTokens to be a whole number from 0 up, got ${maxTokens}`);
  }
}

export function checkIds(ids: ArrayLike<number>, vocabSize: number, name = 'prompt'): void {
  const other = Array.from(ids).find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (other === undefined) return;
  throw new RangeError(
    `Expected ${name} ids from 0 to ${vocabSize - 1}, got ${other}: was the ${name} encoded with this model's tokenizer?`,
  );
}
