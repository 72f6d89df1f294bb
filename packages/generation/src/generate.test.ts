// The generation loop with models of a few lines, on every engine.
import { manualSeed } from '@hornbook/random';
import { describeEngines } from '@hornbook/testing';
import { gather, memory, reshape, slice, type Tensor, type Tensor2D, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Token } from './choose-token.ts';
import { type GenerateOptions, generate, generateTokens } from './generate.ts';

type Table = { readonly table: Tensor2D };
type Options = Partial<GenerateOptions<Table>>;

/** After each of five ids this table makes the next one certain: 0 → 1 → 2 → 3 → 4 → 0. */
const certain = () =>
  tensor2d(
    Array.from({ length: 25 }, (_, i) => (i % 5 === (Math.floor(i / 5) + 1) % 5 ? 100 : 0)),
    [5, 5],
  );

/** A bigram model: ids [1, time] → logits [1, time, 5]. */
const everyPlace = ({ table }: Table, ids: Tensor2D): Tensor => gather(table, ids);

/** The same for the last place only: logits [1, 5]. */
const lastPlace = (parameters: Table, ids: Tensor2D): Tensor =>
  reshape(slice(everyPlace(parameters, ids), [0, ids.shape[1] - 1, 0], [1, 1, 5]), [1, 5]);

async function run(table: Tensor2D, options: Options = {}): Promise<number[]> {
  const ids: number[] = [];
  const defaults = { forward: everyPlace, prompt: [3], contextLength: 4, maxTokens: 6, generator: manualSeed(1) };
  for await (const id of generate({ ...defaults, parameters: { table }, ...options })) ids.push(id);
  return ids;
}

describeEngines('generate on', () => {
  test('goes on from the last place, whichever shape the logits have', async () => {
    const table = certain();
    expect(await run(table)).toEqual([4, 0, 1, 2, 3, 4]);
    expect(await run(table, { forward: lastPlace, prompt: Int32Array.of(2, 0) })).toEqual([1, 2, 3, 4, 0, 1]);
    expect(await run(table, { maxTokens: 0 })).toEqual([]);
    table.dispose();
  });

  test('shows the model the last contextLength ids', async () => {
    const table = certain();
    const seen: string[] = [];
    const forward = (parameters: Table, ids: Tensor2D) => {
      seen.push(String(ids.shape));
      return everyPlace(parameters, ids);
    };
    await run(table, { forward, contextLength: 3, prompt: [0, 1], maxTokens: 3 });
    expect(seen).toEqual(['1,2', '1,3', '1,3']);
    seen.length = 0;
    expect(await run(table, { forward, contextLength: 2, prompt: [0, 0, 0, 0, 3], maxTokens: 1 })).toEqual([4]);
    expect(seen).toEqual(['1,2']);
    table.dispose();
  });

  test('the same seed gives the same ids', async () => {
    const table = zeros([5, 5]) as Tensor2D; // every id equally probable
    const ids = await run(table, { generator: manualSeed(7), maxTokens: 30 });
    expect(await run(table, { generator: manualSeed(7), maxTokens: 30 })).toEqual(ids);
    expect(await run(table, { generator: manualSeed(8), maxTokens: 30 })).not.toEqual(ids);
    expect(new Set(ids).size).toBe(5);
    table.dispose();
  });

  test('leaves no tensors, at the end, on breaking off, and on an error', async () => {
    const table = certain();
    const before = memory().numTensors;
    await run(table);
    expect(memory().numTensors).toBe(before);
    const parameters = { table };
    const defaults = { parameters, prompt: [0], contextLength: 4, maxTokens: 9, generator: manualSeed(1) };
    for await (const id of generate({ ...defaults, forward: everyPlace })) {
      expect(memory().numTensors).toBe(before);
      if (id === 2) break;
    }
    expect(memory().numTensors).toBe(before);
    const forward = () => zeros([2, 5]);
    await expect(generate({ ...defaults, forward }).next()).rejects.toThrow(
      '[1, 1, vocabSize] from forward, got [2,5]',
    );
    expect(memory().numTensors).toBe(before);
    table.dispose();
  });

  test('ends before the id that stops it, and when aborted', async () => {
    const table = certain();
    expect(await run(table, { stop: (id) => id === 2 })).toEqual([4, 0, 1]);
    const controller = new AbortController();
    const ids: number[] = [];
    const options = { forward: everyPlace, contextLength: 4, generator: manualSeed(1), signal: controller.signal };
    for await (const id of generate({ ...options, parameters: { table }, prompt: [0], maxTokens: 9 })) {
      ids.push(id);
      if (ids.length === 3) controller.abort();
    }
    expect(ids).toEqual([1, 2, 3]);
    expect(await run(table, { signal: AbortSignal.abort() })).toEqual([]);
    table.dispose();
  });

  test('a mask and penalties choose among what is left; a mask that forbids everything ends in an error', async () => {
    const table = certain();
    expect(await run(table, { allow: (id) => id % 2 === 0, temperature: 0 })).toEqual([4, 0, 0, 0, 0, 0]);
    expect(await run(table, { presencePenalty: 200, temperature: 0, maxTokens: 7 })).toEqual([4, 0, 1, 2, 3, 4, 0]);
    const never = run(table, { allow: (_, made) => made.length < 2 });
    await expect(never).rejects.toThrow('Expected allow to leave at least 1 of 5 tokens after 2 new ones, got none');
    table.dispose();
  });

  test('gives the log probability of each token', async () => {
    const table = tensor2d([0.7, 0.2, 0.1, 0.2, 0.3, 0.5, 1, 0, 0].map(Math.log), [3, 3]);
    const before = memory().numTensors;
    const options = { forward: everyPlace, parameters: { table }, contextLength: 4, maxTokens: 20 };
    const ids = [0];
    for await (const { id, logProbability } of generateTokens({ ...options, prompt: ids, generator: manualSeed(4) })) {
      const logits = await table.data();
      expect(logProbability).toBeCloseTo(logits[3 * (ids.at(-1) as number) + id], 5);
      ids.push(id);
    }
    expect(ids).toHaveLength(21);
    expect(memory().numTensors).toBe(before);
    table.dispose();
  });

  test('tells the likeliest of all tokens, whatever is chosen', async () => {
    const table = tensor2d([0.7, 0.2, 0.1, 0.2, 0.3, 0.5, 0.4, 0.4, 0.2].map(Math.log), [3, 3]);
    const options = {
      forward: everyPlace,
      parameters: { table },
      contextLength: 4,
      maxTokens: 1,
      allow: (id: number) => id === 1,
    };
    const alternativesTo = async (id: number, alternatives: number) => {
      const made = generateTokens({ ...options, prompt: [id], generator: manualSeed(4), alternatives });
      const { value: token } = (await made.next()) as { value: Token };
      expect(token.id).toBe(1);
      return token.alternatives?.map((one) => [one.id, Math.round(100 * Math.exp(one.logProbability))]);
    };
    expect(await alternativesTo(1, 2)).toEqual([
      [2, 50],
      [1, 30],
    ]);
    expect(await alternativesTo(2, 1)).toEqual([[0, 40]]); // as likely as 1, which has the higher id
    expect(await alternativesTo(0, 9)).toHaveLength(3);
    expect(await alternativesTo(0, 0)).toEqual([]);
    table.dispose();
  });

  test('lets the event loop turn', async () => {
    const table = certain();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await run(table, { maxTokens: 200 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    table.dispose();
  });

  test('refuses what cannot be', async () => {
    const table = certain();
    await expect(run(table, { prompt: [] })).rejects.toThrow(
      new RangeError('Expected a prompt of at least 1 token, got none: begin with a newline or a start token'),
    );
    await expect(run(table, { contextLength: 0 })).rejects.toThrow(RangeError);
    await expect(run(table, { maxTokens: -1 })).rejects.toThrow(RangeError);
    await expect(run(table, { topP: 0 })).rejects.toThrow('Expected topP above 0');
    const wide = () => zeros([1, 2]);
    await expect(run(table, { prompt: [2], forward: wide })).rejects.toThrow('Expected prompt ids from 0 to 1, got 2');
    // A model that says its vocabulary is never shown other ids, on which engines have errors of their own.
    const unseen = () => expect.unreachable('read');
    for (const id of [5, -1, 0.5]) {
      await expect(run(table, { prompt: [0, id], forward: unseen, config: { vocabSize: 5 } })).rejects.toThrow(
        new RangeError(
          `Expected prompt ids from 0 to 4, got ${id}: was the prompt encoded with this model's tokenizer?`,
        ),
      );
    }
    table.dispose();
  });
});
