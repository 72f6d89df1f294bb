// The WGSL by which dropout knows what it keeps: of eight places, from their counter and a seed.
import { keptBelow, keptScale } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Program } from './program.ts';

/** The seed, which takes none of the few places that a shader has for storage buffers. */
export function seedBuffer(seed: TensorInfo | undefined): Program['buffers'] {
  return seed ? { seed: [seed, 'constant', 'i32'] } : {};
}

/** The limit below which bits are kept, and what the numbers kept are multiplied with. */
export function keptNumbers(rate: number): Program['numbers'] {
  return { kept: keptBelow(rate), growth: { f32: keptScale(rate) } };
}

/** Reads `seed` and `numbers.kept`. */
export const keptBits = `
fn highOf(a: u32, b: u32) -> u32 {
  let middle = (a >> 16) * (b & 0xffff) + (((a & 0xffff) * (b & 0xffff)) >> 16);
  return (a >> 16) * (b >> 16) + (middle >> 16) + (((middle & 0xffff) + (a & 0xffff) * (b >> 16)) >> 16);
}

fn philox(counter: vec4u, key: u32) -> vec4u {
  var c = counter;
  var k = vec2u(key, 0);
  for (var round = 0; round < 10; round++) {
    let high = vec2u(highOf(0xd2511f53u, c.x), highOf(0xcd9e8d57u, c.z));
    let low = vec2u(0xd2511f53u * c.x, 0xcd9e8d57u * c.z);
    c = vec4u(high.y ^ c.y ^ k.x, low.y, high.x ^ c.w ^ k.y, low.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// The lowest bit is the first place's.
fn keptBits(counter: vec4u) -> u32 {
  let words = philox(counter, bitcast<u32>(seed.c0));
  let limit = vec4u(numbers.kept);
  let even = select(vec4u(), vec4u(1, 4, 16, 64), (words & vec4u(0xffff)) < limit);
  let odd = select(vec4u(), vec4u(2, 8, 32, 128), (words >> vec4u(16)) < limit);
  let all = even | odd;
  return all.x | all.y | all.z | all.w;
}`;

/**
 * For workgroups that go along a row of numbers: `drawKept(lane, begin)`, which every lane must call, works out what dropout
 * keeps of eight times as many numbers as there are lanes; `growthAt(begin, i)` is what it multiplies one of them with.
 */
export const keptAlongRow = `${keptBits}
var<workgroup> keptEights: array<u32, SIZE + 1>;
fn drawKept(lane: u32, begin: u32) {
  workgroupBarrier();
  let eights = SIZE + select(0u, 1u, begin % 8 != 0);
  for (var i = lane; i < eights; i += SIZE) { keptEights[i] = keptBits(vec4u(begin / 8 + i, 0, 0, 0)); }
  workgroupBarrier();
}
fn growthAt(begin: u32, i: u32) -> f32 {
  return select(0.0, numbers.growth, ((keptEights[i / 8 - begin / 8] >> (i % 8)) & 1) != 0);
}`;
