// Dropout from a counter-based generator: the mask is worked out from a seed, forward and back alike.
import { CounterDropout, type CounterDropoutAttributes, keptBelow } from '@hornbook/ops';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { run, sizeOf } from './program.ts';

const dropout: GpuKernel = ({ inputs, attrs, backend }) => {
  const { rate } = attrs as unknown as CounterDropoutAttributes;
  const { x = inputs.dy, seed } = inputs;
  const y = emptyActivation(backend, x.shape);
  const count = sizeOf(x);
  if (count === 0) return y;
  run(backend, {
    name: 'counterDropout',
    halves: true,
    buffers: { x: [x, 'read'], seed: [seed, 'read', 'i32'], y: [y, 'write'] },
    numbers: { count, limit: keptBelow(rate), scale: { f32: 1 / Math.fround(1 - rate) } },
    threads: Math.ceil(count / 4), // a counter gives four words
    declarations: () => `
fn highOf(a: u32, b: u32) -> u32 {
  let middle = (a >> 16) * (b & 0xffff) + (((a & 0xffff) * (b & 0xffff)) >> 16);
  return (a >> 16) * (b >> 16) + (middle >> 16) + (((middle & 0xffff) + (a & 0xffff) * (b >> 16)) >> 16);
}

fn philox(counter: u32, key: u32) -> vec4u {
  var c = vec4u(counter, 0, 0, 0);
  var k = vec2u(key, 0);
  for (var round = 0; round < 10; round++) {
    let high = vec2u(highOf(0xd2511f53u, c.x), highOf(0xcd9e8d57u, c.z));
    let low = vec2u(0xd2511f53u * c.x, 0xcd9e8d57u * c.z);
    c = vec4u(high.y ^ c.y ^ k.x, low.y, high.x ^ c.w ^ k.y, low.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`,
    main: () => `
  let words = philox(index, bitcast<u32>(seed[0]));
  for (var i = 0u; i < 4; i++) {
    let at = 4 * index + i;
    if (at < numbers.count) { y[at] = to_y(select(0.0, f32(x[at]) * numbers.scale, words[i] < numbers.limit)); }
  }`,
  });
  return y;
};

export const counterDropoutKernels: GpuKernels = { [CounterDropout]: dropout, [`${CounterDropout}Grad`]: dropout };
