// The WGSL of causal attention: 64 rows to a workgroup, one to a lane, past which the other side goes tile by tile.
import type { Attention } from './attention-call.ts';
import { keptBits } from './kept-bits.ts';

/** Rows of a workgroup. */
export const size = 64;

/**
 * Constants, and how vectors are read from the buffers: four numbers at a time, with zeros behind the last. `beside` is
 * what else a row of a tile has in workgroup memory, in vectors of four.
 */
function common({ headDim, valueDim, vectors, added, seed }: Attention, beside = 0): string {
  const packed = 'qkv' in vectors;
  return `
const HEAD = ${Math.ceil(headDim / 4)}u; // vectors of four
const VALUE = ${Math.ceil(valueDim / 4)}u;
const TILE = ${tileOf(headDim, valueDim, beside)}u;
${reader('Query', packed ? 'qkv' : 'query', headDim)}
${reader('Key', packed ? 'qkv' : 'key', headDim)}
${reader('Value', packed ? 'qkv' : 'value', valueDim)}

fn queryAt(batch: u32, head: u32, t: u32) -> u32 {
  return numbers.qStart + batch * numbers.qBatches + head * numbers.qHeads + t * numbers.qRows;
}
fn keyAt(batch: u32, head: u32, t: u32) -> u32 {
  return numbers.kStart + batch * numbers.kBatches + head * numbers.kHeads + t * numbers.kRows;
}
fn valueAt(batch: u32, head: u32, t: u32) -> u32 {
  return numbers.vStart + batch * numbers.vBatches + head * numbers.vHeads + t * numbers.vRows;
}
fn outputAt(batch: u32, head: u32, t: u32) -> u32 {
  return batch * numbers.oBatches + head * numbers.oHeads + t * numbers.oRows;
}
fn addedAt(batch: u32, head: u32, t: u32, key: u32) -> f32 {
  return ${added ? 'f32(added[batch * numbers.aBatches + head * numbers.aHeads + t * numbers.aRows + key])' : '0.0'};
}
${seed ? keptBits : ''}
// Which of eight keys a query's dropout keeps, a bit for each; and what it multiplies the weight of a key with.
fn keptAt(batch: u32, head: u32, t: u32, eight: u32) -> u32 {
  return ${seed ? 'keptBits(vec4u(eight, t, head, batch))' : '0'};
}
fn growth(bits: u32, key: u32) -> f32 {
  return ${seed ? 'select(0.0, numbers.growth, ((bits >> (key % 8)) & 1) != 0)' : '1.0'};
}

// Whether the query that stands at the key "own" looks at this one.
fn looksAt(own: u32, key: u32) -> bool { return key <= own && key + numbers.window > own; }
`;
}

/** Both sides' rows in workgroup memory: 16 KiB, which every device has. */
function tileOf(headDim: number, valueDim: number, beside: number): number {
  const rows = 1024 / (Math.ceil(headDim / 4) + Math.ceil(valueDim / 4) + beside);
  return Math.max(1, Math.min(32, 2 ** Math.floor(Math.log2(rows))));
}

function reader(name: string, buffer: string, width: number): string {
  const parts = [0, 1, 2, 3].map((part) => `f32(${buffer}[at + 4 * i + ${part}])`);
  if (width % 4 === 0) return `fn read${name}(at: u32, i: u32) -> vec4f { return vec4f(${parts}); }`;
  const guarded = parts.map((read, part) => `if (4 * i + ${part} < ${width}) { x[${part}] = ${read}; }`);
  return `fn read${name}(at: u32, i: u32) -> vec4f { var x = vec4f(0.0); ${guarded.join(' ')} return x; }`;
}

function writer(name: string, buffer: string, width: number): string {
  const writes = [0, 1, 2, 3].map((part) => {
    const write = `${buffer}[at + 4 * i + ${part}] = to_${buffer}(x[${part}]);`;
    return width % 4 === 0 ? write : `if (4 * i + ${part} < ${width}) { ${write} }`;
  });
  return `fn write${name}(at: u32, i: u32, x: vec4f) { ${writes.join(' ')} }`;
}

const tiles = `
var<workgroup> firsts: array<vec4f, TILE * HEAD>;
var<workgroup> seconds: array<vec4f, TILE * VALUE>;
`;

/** A workgroup's place: a tile of rows, of a head, of a batch. */
const whereAmI = (heads: string) => `
  let tile = group % numbers.tiles;
  let head = group / numbers.tiles % numbers.${heads};
  let batch = group / (numbers.tiles * numbers.${heads});
  if (batch >= numbers.batch) { return; }
  let ahead = numbers.keys - numbers.time; // keys that come before those of the queries
  let sharing = numbers.heads / numbers.keyHeads;`;

/** Of a row of queries: its vector, and the keys that the workgroup's rows look at, tile by tile around the body. */
const overKeys = (body: string) => `
  let keyHead = head / sharing;
  let t = tile * SIZE + lane;
  let inside = t < numbers.time;
  let own = t + ahead;
  var q: array<vec4f, HEAD>;
  if (inside) {
    let at = queryAt(batch, head, t);
    for (var i = 0u; i < HEAD; i++) { q[i] = readQuery(at, i) * numbers.scale; }
  }
  let lowest = tile * SIZE + ahead + 1;
  let firstKey = select(0, lowest - numbers.window, lowest > numbers.window);
  let endKey = min(tile * SIZE + SIZE, numbers.time) + ahead;
  for (var start = firstKey; start < endKey; start += TILE) {
    workgroupBarrier();
    for (var i = lane; i < TILE * HEAD; i += SIZE) {
      firsts[i] = readKey(keyAt(batch, keyHead, min(start + i / HEAD, numbers.keys - 1)), i % HEAD);
    }
    for (var i = lane; i < TILE * VALUE; i += SIZE) {
      seconds[i] = readValue(valueAt(batch, keyHead, min(start + i / VALUE, numbers.keys - 1)), i % VALUE);
    }
    workgroupBarrier();
    var kept = 0u;
    for (var j = 0u; j < TILE; j++) {
      let key = start + j;
      if (j == 0 || key % 8 == 0) { kept = keptAt(batch, head, t, key / 8); }
      if (!inside || !looksAt(own, key)) { continue; }
      var score = addedAt(batch, head, t, key);
      for (var i = 0u; i < HEAD; i++) { score += dot(q[i], firsts[j * HEAD + i]); }
      ${body}
    }
  }`;

/** Softmax as it comes: the largest score so far, the sum of e^(score - largest), and the weighted sum of the values. */
export const forward = {
  declarations: (attention: Attention) => common(attention) + tiles + writer('Output', 'y', attention.valueDim),
  main: `
  var sum: array<vec4f, VALUE>;
  var most = -3.4028234e38;
  var total = 0.0;
  ${whereAmI('heads')}
  ${overKeys(`
      if (score > most) {
        let shrink = exp(most - score);
        total *= shrink;
        for (var i = 0u; i < VALUE; i++) { sum[i] *= shrink; }
        most = score;
      }
      let weight = exp(score - most);
      total += weight;
      let share = weight * growth(kept, key);
      for (var i = 0u; i < VALUE; i++) { sum[i] += share * seconds[j * VALUE + i]; }`)}
  if (!inside) { return; }
  let at = outputAt(batch, head, t);
  for (var i = 0u; i < VALUE; i++) { writeOutput(at, i, sum[i] / total); }
  logSumExp[(batch * numbers.heads + head) * numbers.time + t] = most + log(total);`,
};

/** dQuery, and delta = dy · output, which a row's scores have in common. */
export const queryGradient = {
  declarations: (attention: Attention) =>
    common(attention) +
    tiles +
    reader('Slope', 'dy', attention.valueDim) +
    reader('Output', 'y', attention.valueDim) +
    writer('Gradient', 'dQuery', attention.headDim),
  main: `
  ${whereAmI('heads')}
  var dq: array<vec4f, HEAD>;
  var slope: array<vec4f, VALUE>;
  var along = 0.0;
  var normalizer = 0.0;
  if (tile * SIZE + lane < numbers.time) {
    let t = tile * SIZE + lane;
    let at = outputAt(batch, head, t);
    for (var i = 0u; i < VALUE; i++) {
      slope[i] = readSlope(at, i);
      along += dot(slope[i], readOutput(at, i));
    }
    normalizer = logSumExp[(batch * numbers.heads + head) * numbers.time + t];
  }
  ${overKeys(`
      var dWeight = 0.0;
      for (var i = 0u; i < VALUE; i++) { dWeight += dot(slope[i], seconds[j * VALUE + i]); }
      let dScore = exp(score - normalizer) * (dWeight * growth(kept, key) - along);
      for (var i = 0u; i < HEAD; i++) { dq[i] += dScore * firsts[j * HEAD + i]; }`)}
  if (!inside) { return; }
  let at = queryAt(batch, head, t);
  for (var i = 0u; i < HEAD; i++) { writeGradient(at, i, dq[i] * numbers.scale); }
  delta[(batch * numbers.heads + head) * numbers.time + t] = along;`,
};

/** What dropout keeps of the workgroup's keys, for the queries of a tile: all lanes together work out the bits. */
const keptTile = ({ seed }: Attention) =>
  seed
    ? `
const EIGHTS = SIZE / 8; // of a row
var<workgroup> keptRows: array<u32, TILE * EIGHTS>;
fn drawTile(batch: u32, head: u32, start: u32, firstKey: u32, lane: u32) {
  for (var i = lane; i < TILE * EIGHTS; i += SIZE) {
    keptRows[i] = keptAt(batch, head, start + i / EIGHTS, firstKey / 8 + i % EIGHTS);
  }
}
fn keptInTile(j: u32, lane: u32) -> u32 { return keptRows[j * EIGHTS + lane / 8]; }`
    : `
fn drawTile(batch: u32, head: u32, start: u32, firstKey: u32, lane: u32) {}
fn keptInTile(j: u32, lane: u32) -> u32 { return 0; }`;

/** dKey and dValue: one row of keys to a lane, past which the queries go that look at them, head by head. */
export const keyGradient = {
  declarations: (attention: Attention) =>
    common(attention, attention.seed ? size / 32 : 0) +
    tiles +
    keptTile(attention) +
    reader('Slope', 'dy', attention.valueDim) +
    writer('KeyGradient', 'qkv' in attention.vectors ? 'dVectors' : 'dKey', attention.headDim) +
    writer('ValueGradient', 'qkv' in attention.vectors ? 'dVectors' : 'dValue', attention.valueDim),
  main: `
  ${whereAmI('keyHeads')}
  let key = tile * SIZE + lane;
  let inside = key < numbers.keys;
  var k: array<vec4f, HEAD>;
  var v: array<vec4f, VALUE>;
  var dk: array<vec4f, HEAD>;
  var dv: array<vec4f, VALUE>;
  if (inside) {
    for (var i = 0u; i < HEAD; i++) { k[i] = readKey(keyAt(batch, head, key), i); }
    for (var i = 0u; i < VALUE; i++) { v[i] = readValue(valueAt(batch, head, key), i); }
  }
  let firstKey = tile * SIZE;
  let first = select(0, firstKey - ahead, firstKey > ahead);
  let lastKey = min(firstKey + SIZE, numbers.keys) - 1;
  let end = min(numbers.time, select(0, lastKey + numbers.window - ahead, lastKey + numbers.window > ahead));
  for (var h = head * sharing; h < (head + 1) * sharing; h++) {
    for (var start = first; start < end; start += TILE) {
      workgroupBarrier();
      for (var i = lane; i < TILE * HEAD; i += SIZE) {
        firsts[i] = readQuery(queryAt(batch, h, min(start + i / HEAD, numbers.time - 1)), i % HEAD) * numbers.scale;
      }
      for (var i = lane; i < TILE * VALUE; i += SIZE) {
        seconds[i] = readSlope(outputAt(batch, h, min(start + i / VALUE, numbers.time - 1)), i % VALUE);
      }
      drawTile(batch, h, start, firstKey, lane);
      workgroupBarrier();
      for (var j = 0u; j < TILE; j++) {
        let t = start + j;
        if (!inside || t >= numbers.time || !looksAt(t + ahead, key)) { continue; }
        let row = (batch * numbers.heads + h) * numbers.time + t;
        var score = addedAt(batch, h, t, key);
        for (var i = 0u; i < HEAD; i++) { score += dot(k[i], firsts[j * HEAD + i]); }
        let weight = exp(score - logSumExp[row]);
        let keeps = growth(keptInTile(j, lane), lane);
        var dWeight = 0.0;
        for (var i = 0u; i < VALUE; i++) {
          dWeight += dot(v[i], seconds[j * VALUE + i]);
          dv[i] += weight * keeps * seconds[j * VALUE + i];
        }
        let dScore = weight * (dWeight * keeps - delta[row]);
        for (var i = 0u; i < HEAD; i++) { dk[i] += dScore * firsts[j * HEAD + i]; }
      }
    }
  }
  if (!inside) { return; }
  for (var i = 0u; i < HEAD; i++) { writeKeyGradient(keyAt(batch, head, key), i, dk[i]); }
  for (var i = 0u; i < VALUE; i++) { writeValueGradient(valueAt(batch, head, key), i, dv[i]); }`,
};

/** dBias [heads, time, keys]: one number to a lane, summed over the batch. */
export const biasGradient = {
  declarations: (attention: Attention) => common(attention) + reader('Slope', 'dy', attention.valueDim),
  main: `
  let key = index % numbers.keys;
  let t = index / numbers.keys % numbers.time;
  let head = index / (numbers.keys * numbers.time);
  if (head >= numbers.heads) { return; }
  let keyHead = head / (numbers.heads / numbers.keyHeads);
  var sum = 0.0;
  if (looksAt(t + numbers.keys - numbers.time, key)) {
    for (var batch = 0u; batch < numbers.batch; batch++) {
      let row = (batch * numbers.heads + head) * numbers.time + t;
      var score = 0.0;
      for (var i = 0u; i < HEAD; i++) {
        score += dot(readQuery(queryAt(batch, head, t), i), readKey(keyAt(batch, keyHead, key), i));
      }
      var dWeight = 0.0;
      for (var i = 0u; i < VALUE; i++) {
        dWeight += dot(readSlope(outputAt(batch, head, t), i), readValue(valueAt(batch, keyHead, key), i));
      }
      let weight = exp(score * numbers.scale + addedAt(batch, head, t, key) - logSumExp[row]);
      let keeps = growth(keptAt(batch, head, t, key / 8), key);
      sum += weight * (dWeight * keeps - delta[row]);
    }
  }
  dBias[index] = sum;`,
};
