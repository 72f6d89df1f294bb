// What a replayed step is given by JavaScript: as many uploads as it takes, and the same numbers as a step that is not replayed.
import { useBackend } from '@hornbook/backends';
import { compileStep, hostInput } from '@hornbook/ops';
import { engines } from '@hornbook/testing';
import { add, backend, cast, sum, type Tensor, where } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { GpuBackend } from './backend.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');

test.skipIf(!webgpu?.available)(
  'a replay takes all that is small in one upload, of any type, and what is large by itself',
  async () => {
    await useBackend('webgpu');
    const { count: made } = backend() as GpuBackend;
    let drawn = 0;
    const run = async (record: boolean) => {
      drawn = 0;
      const step = compileStep(
        function* (x: Tensor, count: Tensor, mask: Tensor, large: Tensor) {
          const seed = hostInput(() => Int32Array.of(++drawn, -drawn), [2], 'int32');
          const share = hostInput(() => Float32Array.of(0.5 * drawn), []);
          yield [add(where(cast(mask, 'bool'), x, share), cast(add(count, seed), 'float32')), sum(large)];
        },
        { record },
      );
      const seen: number[][] = [];
      let uploads = 0;
      for (let i = 0; i < 6; i++) {
        const before = made.uploads;
        const inputs = [
          { data: Float32Array.of(i, 0.25), shape: [2] },
          { data: Int32Array.of(2 ** 24 + 1, i), shape: [2] },
          { data: Uint8Array.of(i & 1, 1), shape: [2] },
          { data: new Float32Array(2 ** 18 + 1).fill(i), shape: [2 ** 18 + 1] },
        ];
        await step.run(inputs, async (readings) => {
          for (const reading of readings) seen.push([...(await reading.data())]);
        });
        uploads = made.uploads - before;
      }
      const { replays } = step;
      step.dispose();
      return { seen, uploads, replays };
    };
    const [eager, replayed] = [await run(false), await run(true)];
    expect(replayed.seen).toEqual(eager.seen);
    expect([replayed.replays, replayed.uploads]).toEqual([3, 2]);
  },
);
