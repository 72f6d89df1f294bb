// When a loss counts as exploded: PyTorch's curves do not, a diverging one does.
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { lossLevel } from './loss-level.ts';

/** The place of the first loss above its limit, and the limit. */
function alarm(losses: readonly number[], times = 100): [number, number] | undefined {
  const limitOf = lossLevel(times);
  for (const [step, loss] of losses.entries()) {
    const limit = limitOf(loss);
    if (limit !== undefined) return [step, limit];
  }
  return undefined;
}

describe('no alarm for', () => {
  const { mlp_seed003: mlp, bigram_seed000: bigram, tiny_gpt: gpt } = fixture;

  test.each([
    ["the notebook's MLP, from 17.77 on", mlp.first120],
    ['all of its run, each fiftieth step', mlp.loss],
    ['the bigram at rate 1', bigram.sgd['1.0'].loss],
    ['the GPT', gpt.adamw.losses],
  ])('%s, even with a fifth of the usual limit', (_, losses) => {
    expect(losses.length).toBeGreaterThan(15);
    expect(alarm(losses, 20)).toBe(undefined);
  });

  test('a first loss of any size, a text learned by heart and then a surprise, and losses below 0', () => {
    expect(alarm([1e6, 3, 100])).toBe(undefined);
    expect(alarm([...Array(500).fill(1e-6), 99])).toBe(undefined);
    expect(alarm([-50, -60, -70, 20])).toBe(undefined);
    expect(alarm([3, Infinity], Infinity)).toBe(undefined);
  });
});

describe('an alarm for', () => {
  test('a loss far above its level, which is a mean', () => {
    expect(alarm([4, 2, 300])).toBe(undefined);
    expect(alarm([4, 2, 301])).toEqual([2, 300]);
    expect(alarm([0.5, 0.4, 101])).toEqual([2, 100]);
  });

  test('a loss that grows slowly', () => {
    const growing = Array.from({ length: 400 }, (_, i) => 2 * 1.03 ** i);
    expect(alarm(growing)).toEqual([growing.findIndex((loss) => loss > 200), 200]);
  });
});
