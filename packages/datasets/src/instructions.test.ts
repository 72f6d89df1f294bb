// Only responses count in the loss; in a batch, neither do the places that fill rows up.
import { describe, expect, test } from 'vitest';
import { instructions } from './instructions.ts';
import { loader } from './loader.ts';
import { padded } from './padded.ts';

const row = (...ids: number[]) => Int32Array.from(ids);
const none = row();

describe('instructions', () => {
  test('targets inside the prompt are ignored; the first id of the response and the end count', () => {
    const data = instructions([{ prompt: row(5, 6), response: row(7, 8) }], { end: 0 });
    expect(data.at(0)).toEqual({ input: row(5, 6, 7, 8), target: row(-100, 7, 8, 0) });
  });

  test('without a prompt, and without a response', () => {
    const pairs = [
      { prompt: none, response: row(7, 8) },
      { prompt: row(5, 6), response: none },
      { prompt: none, response: none },
    ];
    const data = instructions(pairs, { end: 0 });
    expect(data.at(0)).toEqual({ input: row(7, 8), target: row(8, 0) });
    expect(data.at(1)).toEqual({ input: row(5, 6), target: row(-100, 0) });
    expect(() => data.at(2)).toThrow(new RangeError('Expected a prompt or a response, got neither in pair 2'));
    expect(() => data.at(3)).toThrow('Expected an index from 0 to 2, got 3');
  });

  test('batches of Raschka’s custom_collate_fn', () => {
    const responses = [row(0, 1, 2, 3, 4), row(5, 6), row(7, 8, 9)];
    const data = instructions(
      responses.map((response) => ({ prompt: none, response })),
      { end: 50256 },
    );
    const [batch] = loader(data, { batchSize: 3, collate: padded({ padId: 50256 }) });
    expect(batch.inputs.shape).toEqual([3, 5]);
    expect([...batch.inputs.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 50256, 50256, 50256, 7, 8, 9, 50256, 50256]);
    expect([...batch.targets.data]).toEqual([1, 2, 3, 4, 50256, 6, 50256, -100, -100, -100, 8, 9, 50256, -100, -100]);
  });
});
