// The WGSL of causal attention: a workgroup keeps some rows, of queries or of keys, past which the other side goes by tiles.
import type { Attention } from './attention-call.ts';
import { each, type Side, shareOf, tiled } from './attention-tiles.ts';
import { common, foursOf, reader, writer } from './attention-vectors.ts';

/** WGSL for a call, of invocations that have so many rows each. */
export type Shader = {
  readonly declarations: (attention: Attention, threadRows: number) => string;
  readonly main: (attention: Attention, threadRows: number) => string;
};

/** Of the workgroup's batch and head, from row `first` on. */
const sides = (attention: Attention) => ({
  queries: (first: string): Side => ({ read: read('Query', 'head'), first, width: foursOf(attention, 'query') }),
  slopes: (first: string): Side => ({ read: read('Slope', 'head'), first, width: foursOf(attention, 'output') }),
  keys: (first: string): Side => ({ read: read('Key', 'keyHead'), first, width: foursOf(attention, 'key') }),
  values: (first: string): Side => ({ read: read('Value', 'keyHead'), first, width: foursOf(attention, 'value') }),
});

const read = (name: string, head: string) => (t: string, i: string) => `read${name}(batch, ${head}, ${t}, ${i})`;

/** A workgroup's place: a tile of rows, of a head, of a batch; and an invocation's. */
const whereAmI = (heads: 'heads' | 'keyHeads') => `
  let first = group % numbers.tiles * ROWS;
  let batch = group / (numbers.tiles * numbers.${heads});
  if (batch >= numbers.batch) { return; }
  let ahead = numbers.keys - numbers.time; // keys that come before those of the queries
  let sharing = numbers.heads / numbers.keyHeads;
  let top = lane / 8 * THREAD_ROWS;
  let left = lane % 8;`;

/** For a row of queries: the keys that the workgroup's rows look at, tile by tile. `seen_i` are those that row i looks at. */
const overKeys = (ofRows: (line: (i: number) => string) => string, body: string) => `
  let lowest = first + ahead + 1;
  let firstKey = select(0, lowest - numbers.window, lowest > numbers.window) / COLUMNS * COLUMNS;
  let endKey = min(first + ROWS, numbers.time) + ahead;
  for (var start = firstKey; start < endKey; start += COLUMNS) {
    let fours = (min(COLUMNS, endKey - start) + 3) / 4; // of columns, in this tile
    let key = vec4u(start + 4 * left) + vec4u(0, 1, 2, 3);
    ${ofRows((i) => `let seen_${i} = looksAt(vec4u(first + top + ${i} + ahead), key);`)}
    drawKept(batch, head, first, start, lane);
    ${body}
  }`;

/** What dropout keeps of a tile of queries and keys: all invocations together work out the bits, of eight keys at a time. */
const keptTile = ({ seed }: Attention, queries: string, keys: string) =>
  seed
    ? `
const EIGHTS = ${keys} / 8;
var<workgroup> keptBlock: array<u32, ${queries} * EIGHTS>;
fn drawKept(batch: u32, head: u32, t: u32, key: u32, lane: u32) {
  for (var i = lane; i < ${queries} * EIGHTS; i += SIZE) {
    keptBlock[i] = keptAt(batch, head, t + i / EIGHTS, key / 8 + i % EIGHTS);
  }
}
fn keptOf(query: u32, key: u32) -> u32 { return keptBlock[query * EIGHTS + key / 8] >> (key % 8); }`
    : `
fn drawKept(batch: u32, head: u32, t: u32, key: u32, lane: u32) {}
fn keptOf(query: u32, key: u32) -> u32 { return 0; }`;

/** Softmax as it comes: the largest score so far, the sum of e^(score - largest), and the weighted sum of the values. */
export const forward: Shader = {
  declarations: (attention, threadRows) =>
    common(attention) +
    tiled(threadRows).memory +
    keptTile(attention, 'ROWS', 'COLUMNS') +
    writer(attention, 'Output', 'output', 'y'),
  main: (attention, threadRows) => {
    const { ofRows, products, weighted, acrossRow } = tiled(threadRows);
    const { queries, keys, values } = sides(attention);
    const share = shareOf(foursOf(attention, 'value'));
    const ofSums = (line: (i: number, v: number) => string) => ofRows((i) => each(share, (v) => line(i, v)));
    return `
  ${whereAmI('heads')}
  let head = group / numbers.tiles % numbers.heads;
  let keyHead = head / sharing;
  ${ofSums((i, v) => `var sum_${i}_${v} = vec4f();`)}
  ${ofRows((i) => `var most_${i} = -3.4028234e38; var total_${i} = 0.0;`)}
  ${overKeys(
    ofRows,
    `
    ${products('score', queries('first'), keys('start'))}
    ${ofRows(
      (i) => `
    score_${i} = score_${i} * numbers.scale + addedAt(batch, head, vec4u(first + top + ${i}), key);
    var high_${i} = largest(select(vec4f(-3.4028234e38), score_${i}, seen_${i}));`,
    )}
    ${acrossRow('largest', 'high')}
    ${ofRows(
      (i) => `
    high_${i} = max(high_${i}, most_${i});
    let shrink_${i} = exp(most_${i} - high_${i});
    most_${i} = high_${i};
    let weight_${i} = select(vec4f(), exp(score_${i} - most_${i}), seen_${i});
    total_${i} = total_${i} * shrink_${i} + total(weight_${i});
    let share_${i} = weight_${i} * growth(vec4u(keptOf(top + ${i}, 4 * left)) >> vec4u(0, 1, 2, 3));`,
    )}
    ${ofSums((i, v) => `sum_${i}_${v} *= shrink_${i};`)}
    ${weighted('sum', 'share', values('start'), false)}`,
  )}
  ${acrossRow('total', 'total')}
  ${ofRows(
    (i) => `
  if (first + top + ${i} < numbers.time) {
    let t = first + top + ${i};
    ${each(share, (v) => `writeOutput(batch, head, t, left + ${8 * v}, sum_${i}_${v} / total_${i});`)}
    if (left == 0) { logSumExp[(batch * numbers.heads + head) * numbers.time + t] = most_${i} + log(total_${i}); }
  }`,
  )}`;
  },
};

/** dQuery, and delta = dy · output, which a row's scores have in common. */
export const queryGradient: Shader = {
  declarations: (attention, threadRows) =>
    common(attention) +
    tiled(threadRows).memory +
    keptTile(attention, 'ROWS', 'COLUMNS') +
    reader(attention, 'Slope', 'output', 'dy') +
    reader(attention, 'Output', 'output', 'y') +
    writer(attention, 'Gradient', 'query', 'dQuery'),
  main: (attention, threadRows) => {
    const { ofRows, products, weighted, acrossRow } = tiled(threadRows);
    const { queries, slopes, keys, values } = sides(attention);
    const share = shareOf(foursOf(attention, 'query'));
    return `
  ${whereAmI('heads')}
  let head = group / numbers.tiles % numbers.heads;
  let keyHead = head / sharing;
  let row = (batch * numbers.heads + head) * numbers.time + first + top;
  ${ofRows(
    (i) => `
  ${each(share, (v) => `var dq_${i}_${v} = vec4f();`)}
  var along_${i} = 0.0;
  for (var v = left; v < ${foursOf(attention, 'output')}; v += 8) {
    along_${i} += dot(readSlope(batch, head, first + top + ${i}, v), readOutput(batch, head, first + top + ${i}, v));
  }
  let normalizer_${i} = logSumExp[row + ${i}];`,
  )}
  ${acrossRow('total', 'along')}
  ${overKeys(
    ofRows,
    `
    ${products('dWeight', slopes('first'), values('start'))}
    ${products('score', queries('first'), keys('start'))}
    ${ofRows(
      (i) => `
    score_${i} = score_${i} * numbers.scale + addedAt(batch, head, vec4u(first + top + ${i}), key);
    let weight_${i} = select(vec4f(), exp(score_${i} - normalizer_${i}), seen_${i});
    let keeps_${i} = growth(vec4u(keptOf(top + ${i}, 4 * left)) >> vec4u(0, 1, 2, 3));
    let dScore_${i} = weight_${i} * (dWeight_${i} * keeps_${i} - along_${i});`,
    )}
    ${weighted('dq', 'dScore', keys('start'), true)}`,
  )}
  ${ofRows(
    (i) => `
  if (first + top + ${i} < numbers.time) {
    ${each(share, (v) => `writeGradient(batch, head, first + top + ${i}, left + ${8 * v}, dq_${i}_${v} * numbers.scale);`)}
    if (left == 0) { delta[row + ${i}] = along_${i}; }
  }`,
  )}`;
  },
};

/** dKey and dValue: of some rows of keys, past which the queries go that look at them, head by head. */
export const keyGradient: Shader = {
  declarations: (attention, threadRows) => {
    const packed = 'qkv' in attention.vectors;
    return (
      common(attention) +
      tiled(threadRows).memory +
      keptTile(attention, 'COLUMNS', 'ROWS') +
      reader(attention, 'Slope', 'output', 'dy') +
      writer(attention, 'KeyGradient', 'key', packed ? 'dVectors' : 'dKey') +
      writer(attention, 'ValueGradient', 'value', packed ? 'dVectors' : 'dValue')
    );
  },
  main: (attention, threadRows) => {
    const { ofRows, products, weighted } = tiled(threadRows);
    const { queries, slopes, keys, values } = sides(attention);
    const [keyShare, valueShare] = [shareOf(foursOf(attention, 'key')), shareOf(foursOf(attention, 'value'))];
    return `
  ${whereAmI('keyHeads')}
  let keyHead = group / numbers.tiles % numbers.keyHeads;
  ${ofRows(
    (i) => `
  ${each(keyShare, (v) => `var dk_${i}_${v} = vec4f();`)}
  ${each(valueShare, (v) => `var dv_${i}_${v} = vec4f();`)}`,
  )}
  let lastKey = min(first + ROWS, numbers.keys) - 1;
  let begin = select(0, first - ahead, first > ahead);
  let end = min(numbers.time, select(0, lastKey + numbers.window - ahead, lastKey + numbers.window > ahead));
  for (var head = keyHead * sharing; head < (keyHead + 1) * sharing; head++) {
    for (var start = begin; start < end; start += COLUMNS) {
      let fours = (min(COLUMNS, end - start) + 3) / 4; // of columns, in this tile
      let t = vec4u(start + 4 * left) + vec4u(0, 1, 2, 3);
      let row = (batch * numbers.heads + head) * numbers.time + t;
      let normalizer = vec4f(${[0, 1, 2, 3].map((j) => `logSumExp[row[${j}]]`)});
      let along = vec4f(${[0, 1, 2, 3].map((j) => `delta[row[${j}]]`)});
      drawKept(batch, head, start, first, lane);
      ${products('score', keys('first'), queries('start'))}
      ${products('dWeight', values('first'), slopes('start'))}
      ${ofRows(
        (i) => `
      let key_${i} = vec4u(first + top + ${i});
      let seen_${i} = looksAt(t + vec4u(ahead), key_${i}) & (t < vec4u(numbers.time));
      score_${i} = score_${i} * numbers.scale + addedAt(batch, head, t, key_${i});
      let weight_${i} = select(vec4f(), exp(score_${i} - normalizer), seen_${i});
      let keeps_${i} = growth(vec4u(${[0, 1, 2, 3].map((j) => `keptOf(4 * left + ${j}, top + ${i})`)}));
      let share_${i} = weight_${i} * keeps_${i};
      let dScore_${i} = weight_${i} * (dWeight_${i} * keeps_${i} - along);`,
      )}
      ${weighted('dv', 'share', slopes('start'), true)}
      ${weighted('dk', 'dScore', queries('start'), false)}
    }
  }
  ${ofRows(
    (i) => `
  if (first + top + ${i} < numbers.keys) {
    ${each(keyShare, (v) => `writeKeyGradient(batch, keyHead, first + top + ${i}, left + ${8 * v}, dk_${i}_${v} * numbers.scale);`)}
    ${each(valueShare, (v) => `writeValueGradient(batch, keyHead, first + top + ${i}, left + ${8 * v}, dv_${i}_${v});`)}
  }`,
  )}`;
  },
};

/** dBias [heads, time, keys]: one number to a lane, summed over the batch. */
export const biasGradient: Shader = {
  declarations: (attention) => common(attention) + reader(attention, 'Slope', 'output', 'dy'),
  main: (attention) => `
  let key = index % numbers.keys;
  let t = index / numbers.keys % numbers.time;
  let head = index / (numbers.keys * numbers.time);
  if (head >= numbers.heads) { return; }
  let keyHead = head / (numbers.heads / numbers.keyHeads);
  var sum = 0.0;
  if (looksAt(vec4u(t + numbers.keys - numbers.time), vec4u(key)).x) {
    for (var batch = 0u; batch < numbers.batch; batch++) {
      let row = (batch * numbers.heads + head) * numbers.time + t;
      var score = 0.0;
      for (var i = 0u; i < ${foursOf(attention, 'query')}; i++) {
        score += dot(readQuery(batch, head, t, i), readKey(batch, keyHead, key, i));
      }
      var dWeight = 0.0;
      for (var i = 0u; i < ${foursOf(attention, 'value')}; i++) {
        dWeight += dot(readSlope(batch, head, t, i), readValue(batch, keyHead, key, i));
      }
      let weight = exp(score * numbers.scale + addedAt(batch, head, vec4u(t), vec4u(key)).x - logSumExp[row]);
      let keeps = growth(vec4u(keptAt(batch, head, t, key / 8) >> (key % 8))).x;
      sum += weight * (dWeight * keeps - delta[row]);
    }
  }
  dBias[index] = sum;`,
};
