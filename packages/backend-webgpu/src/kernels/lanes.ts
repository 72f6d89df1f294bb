// WGSL for workgroups that work on one row together: sums and the largest over all lanes, the same number in each.

/** Lanes for a row of this width: a square number, for the two stages below. */
export function lanesFor(width: number): 64 | 256 {
  return width > 512 ? 256 : 64;
}

/** `sumOfLanes(lane, x)`, of pairs. Every lane must call it. */
export const sumOfLanes = overLanes('sumOfLanes', 'vec2f', (a, b) => `${a} + ${b}`);

/** `largestOfLanes(lane, x)`. Every lane must call it. */
export const largestOfLanes = overLanes('largestOfLanes', 'f32', (a, b) => `max(${a}, ${b})`);

/**
 * In two stages: eight lanes take eight numbers each (16 of 16 lanes, where there are 256), then every lane takes what
 * those have found. It waits twice, where halving the lanes again and again waits once for each half.
 */
function overLanes(name: string, type: string, join: (a: string, b: string) => string): string {
  return `
const ACROSS_${name} = u32(sqrt(f32(SIZE)));
var<workgroup> ${name}_all: array<${type}, SIZE>;
var<workgroup> ${name}_few: array<${type}, ACROSS_${name}>;

fn ${name}(lane: u32, x: ${type}) -> ${type} {
  ${name}_all[lane] = x;
  workgroupBarrier();
  if (lane < ACROSS_${name}) {
    var part = ${name}_all[lane];
    for (var i = lane + ACROSS_${name}; i < SIZE; i += ACROSS_${name}) { part = ${join('part', `${name}_all[i]`)}; }
    ${name}_few[lane] = part;
  }
  workgroupBarrier();
  var found = ${name}_few[0];
  for (var i = 1u; i < ACROSS_${name}; i++) { found = ${join('found', `${name}_few[i]`)}; }
  return found;
}
`;
}
