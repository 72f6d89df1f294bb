// The sinusoidal table against PyTorch in double and single precision.
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { sinusoidalTable } from './sinusoidal.ts';

describeEngines('sinusoidal table', () => {
  test.each(fixture.ops.sinusoidal)('$max_len places, $d wide', async ({ max_len, d, rows, f32, f64 }) => {
    const table = sinusoidalTable(max_len, d);
    expect(table.shape).toEqual([max_len, d]);
    const values = await table.data();
    const compared = rows ? rows.flatMap((row) => [...values.subarray(row * d, (row + 1) * d)]) : values;
    toBeAllclose(compared, golden(f64), { absolute: 2 ** -25, relative: 0 }); // half of float32's last bit below 1
    toBeAllclose(compared, golden(f32)); // PyTorch rounds every step to float32
    table.dispose();
  });

  test.each([
    [8, [0, 2, 4, 6, 1, 3, 5, 7]],
    [5, [0, 2, 4, 1, 3]],
  ])('all sines, then all cosines: the same %i columns in another order', async (embedDim, order) => {
    const interleaved = sinusoidalTable(7, embedDim);
    const halves = sinusoidalTable(7, embedDim, { interleaved: false });
    const expected = await interleaved.data();
    const inOrder = expected.map((_, n) => expected[n - (n % embedDim) + order[n % embedDim]]);
    toBeAllclose(await halves.data(), inOrder, { absolute: 0, relative: 0 });
    interleaved.dispose();
    halves.dispose();
  });
});
