// The WGSL by which dropout knows what it keeps: of eight places, from their counter and a seed.

/** Reads the buffer `seed`, and `numbers.kept`: the limit below which bits are kept. */
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
  let words = philox(counter, bitcast<u32>(seed[0]));
  let limit = vec4u(numbers.kept);
  let even = select(vec4u(), vec4u(1, 4, 16, 64), (words & vec4u(0xffff)) < limit);
  let odd = select(vec4u(), vec4u(2, 8, 32, 128), (words >> vec4u(16)) < limit);
  let all = even | odd;
  return all.x | all.y | all.z | all.w;
}`;
