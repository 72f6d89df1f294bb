// Shaders with numbers of 16 bits are valid WGSL. Software adapters have none, so they are compiled on Dawn's null device,
// which has every feature and computes nothing.
import { expect, test } from 'vitest';
import { create } from 'webgpu';
import { tiles } from './plans.ts';
import { tiledShader } from './tiled-shader.ts';

const gpu = create(['backend=null']); // kept: Dawn aborts if it is collected before its devices

test('blocks in 16 bits compile, for every tile and form', async () => {
  const adapter = await gpu.requestAdapter();
  if (!adapter?.features.has('shader-f16')) return console.warn('SKIPPED: no null device with shader-f16');
  const device = await adapter.requestDevice({ requiredFeatures: ['shader-f16'] });
  device.pushErrorScope('validation');
  for (const tile of Object.values(tiles)) {
    for (const form of [0, 1, 2, 3]) {
      const [transposeA, transposeB] = [form > 1, form % 2 === 1];
      const flags = {
        wideA: true,
        wideB: false,
        wideY: true,
        bias: true,
        activation: 'relu',
        sums: false,
        before: false,
        half: true,
        halfA: true,
        halfB: false,
        halfY: true,
        halfBefore: false,
      } as const;
      const { key, code } = tiledShader({ tile, transposeA, transposeB, ...flags });
      expect(code()).toContain('enable f16;');
      const module = device.createShaderModule({ label: key, code: code() });
      device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    }
  }
  expect((await device.popErrorScope())?.message).toBeUndefined();
  device.destroy();
});
