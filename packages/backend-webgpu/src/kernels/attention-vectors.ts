// WGSL that finds, reads and writes the vectors of attention, and knows which keys a query sees and keeps.
import type { Attention } from './attention-call.ts';
import { keptBits } from './kept-bits.ts';

const places = {
  query: { rows: 'time', width: 'headDim' },
  key: { rows: 'keys', width: 'headDim' },
  value: { rows: 'keys', width: 'valueDim' },
  output: { rows: 'time', width: 'valueDim' },
} as const;

type Place = keyof typeof places;

/** Whether all vectors begin at, and are, a multiple of four numbers long: their buffers then hold vec4f. */
export const inFours = ({ headDim, valueDim }: Attention): boolean => headDim % 4 === 0 && valueDim % 4 === 0;

/** Vectors of four in a row, the last filled up with zeros. */
export const foursOf = (attention: Attention, place: Place): number => Math.ceil(attention[places[place].width] / 4);

/** What every shader has. */
export function common(attention: Attention): string {
  const { vectors, added, seed } = attention;
  const packed = 'qkv' in vectors;
  return `
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
${reader(attention, 'Query', 'query', packed ? 'qkv' : 'query')}
${reader(attention, 'Key', 'key', packed ? 'qkv' : 'key')}
${reader(attention, 'Value', 'value', packed ? 'qkv' : 'value')}

// What joins the scores of a query and four keys, or of four queries and a key.
fn addedAt(batch: u32, head: u32, t: vec4u, key: vec4u) -> vec4f {
  ${added ? 'let at = vec4u(batch * numbers.aBatches + head * numbers.aHeads) + t * numbers.aRows + key;' : ''}
  return vec4f(${added ? [0, 1, 2, 3].map((i) => `f32(added[at[${i}]])`) : ''});
}

// Whether the queries that stand at the keys "own" look at these.
fn looksAt(own: vec4u, key: vec4u) -> vec4<bool> { return (key <= own) & (key + vec4u(numbers.window) > own); }

${seed ? keptBits : ''}
// Which of eight keys a query's dropout keeps, a bit for each; and what the lowest bits multiply weights with.
fn keptAt(batch: u32, head: u32, t: u32, eight: u32) -> u32 {
  return ${seed ? 'keptBits(vec4u(eight, t, head, batch))' : '0'};
}
fn growth(bits: vec4u) -> vec4f {
  return ${seed ? 'select(vec4f(), vec4f(numbers.growth), (bits & vec4u(1)) != vec4u())' : 'vec4f(1.0)'};
}
`;
}

/** `readName(batch, head, t, i)`: four numbers of row t, or of the last row where there is no such row. */
export function reader(attention: Attention, name: string, place: Place, buffer: string): string {
  const { rows, width } = places[place];
  const parts = [0, 1, 2, 3].map(
    (part) => `if (4 * i + ${part} < ${attention[width]}) { x[${part}] = f32(${buffer}[at + 4 * i + ${part}]); }`,
  );
  return `
fn read${name}(batch: u32, head: u32, t: u32, i: u32) -> vec4f {
  let at = ${place}At(batch, head, min(t, numbers.${rows} - 1));
  ${inFours(attention) ? `return vec4f(${buffer}[at / 4 + i]);` : `var x = vec4f(); ${parts.join(' ')} return x;`}
}`;
}

/** `writeName(batch, head, t, i, x)`: four numbers of row t, where it has those. */
export function writer(attention: Attention, name: string, place: Place, buffer: string): string {
  const { width } = places[place];
  const parts = [0, 1, 2, 3].map(
    (part) =>
      `if (4 * i + ${part} < ${attention[width]}) { ${buffer}[at + 4 * i + ${part}] = to_${buffer}(x[${part}]); }`,
  );
  const fours = `if (i < ${foursOf(attention, place)}) { ${buffer}[at / 4 + i] = to_${buffer}(x); }`;
  return `
fn write${name}(batch: u32, head: u32, t: u32, i: u32, x: vec4f) {
  let at = ${place}At(batch, head, t);
  ${inFours(attention) ? fours : parts.join(' ')}
}`;
}
