// Sums and means of much, along first, last, middle and all axes.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { fill, mean, sum, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const shape = [3, 1100, 7];
const values = Float32Array.from({ length: 3 * 1100 * 7 }, (_, i) => Math.sin(i) + 1);

describeEngines('sums on', (engine) => {
  for (const axes of [[0], [1], [0, 1], [1, 2], [0, 1, 2]]) {
    test(`and means along ${axes}`, async () => {
      const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const expected = new Float64Array(kept[0] * kept[1] * kept[2]);
      for (const [i, value] of values.entries()) {
        const place = [Math.floor(i / 7700), Math.floor(i / 7) % 1100, i % 7].map((at, axis) => at % kept[axis]);
        expected[(place[0] * kept[1] + place[1]) * kept[2] + place[2]] += value;
      }
      const total = sum(tensor(values, shape), axes, true);
      expect(total.shape).toEqual(kept);
      toBeAllclose(await total.data(), expected, { relative: 1e-5 });
      const average = mean(tensor(values, shape), axes);
      expect(average.shape).toEqual(shape.filter((_, axis) => !axes.includes(axis)));
      const count = values.length / expected.length;
      toBeAllclose(
        await average.data(),
        Array.from(expected, (each) => each / count),
        { relative: 1e-5 },
      );
    });
  }

  if (engine !== 'webgpu') {
    test('do not lose what is small beside the sum', async () => {
      const many = fill([2048, 1024], 0.1);
      toBeAllclose(await sum(many).data(), [2048 * 1024 * Math.fround(0.1)], { relative: 1e-6 });
      toBeAllclose(await mean(many).data(), [0.1], { relative: 1e-6 });
    });
  }
});
