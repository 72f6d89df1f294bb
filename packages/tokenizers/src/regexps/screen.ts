// Tells regular expressions that are done soon with every text from those that may never be.
import { type Automaton, automata } from './automaton.ts';
import { overlaps } from './characters.ts';
import { regexTree } from './syntax.ts';

const maxLoops = 2;
const maxWays = 10_000;
const maxEffort = 1_000_000; // steps: a second or two
const scanCost = 25_000; // of finding out what a set holds

/**
 * A backtracking engine tries every way in which a pattern can match a text before it gives up, and with some patterns
 * there are more ways than it has time: `(a+)+$` divides n letters among its turns in 2ⁿ⁻¹ ways. Refused are
 *
 * - repetitions that can divide one text among their turns in more than one way: `(a+)+`, `(a|a)*`, `(\w+\s?)*`;
 * - more than two repetitions after each other that can share one text: `a*a*a*`;
 * - more than 10,000 ways to match one text without the repetitions: `a?a?a?…`, and `(a|a)(a|a)(a|a)…`.
 *
 * What is left takes at worst steps in the cube of the length of a text made to harm. `^`, `$`, `\b` and look-around
 * are not counted on to keep ways apart, so a few harmless patterns are refused as well.
 *
 * Source: Weber and Seidl 1991, "On the degree of ambiguity of finite automata"; Glushkov 1961 for the automata.
 *
 * @param pattern with the flag u or v
 * @throws RangeError naming what is refused
 */
export function refuseEndlessBacktracking(pattern: RegExp): void {
  const shown = `/${pattern.source.slice(0, 200)}/${pattern.flags}`;
  let effort = 0;
  const spend = (cost = 1) => {
    effort += cost;
    if (effort > maxEffort) throw new RangeError(`Expected a pattern simple enough to be checked, got ${shown}`);
  };
  const overlap = overlaps(pattern, () => spend(scanCost));
  for (const automaton of automata(regexTree(pattern))) {
    const fault = faultOf(automaton, overlap, spend);
    if (fault) {
      throw new RangeError(
        `Expected a pattern that is done soon with every text, got ${shown}: ${fault}. Let only one part of it take each character`,
      );
    }
  }
}

function faultOf(
  automaton: Automaton,
  overlap: (a: string, b: string) => boolean,
  spend: () => void,
): string | undefined {
  const { sets, next } = automaton;
  const meet = (a: number, b: number) => a === b || overlap(sets[a], sets[b]);
  const loopOf = loopsOf(next);
  const loops = new Map<number, number[]>();
  for (const [place, loop] of loopOf.entries()) if (loop >= 0) loops.set(loop, [...(loops.get(loop) ?? []), place]);

  const turning = dividesItself(automaton, loopOf, meet, spend);
  if (turning !== undefined) return `the turns of a repetition can divide a text in many ways, around ${sets[turning]}`;
  // What holds if all sets had characters in common holds for these as well, and is known sooner.
  const chain = (meets: Meet) => longestChain(automaton, loopOf, loops, meets, spend);
  if (chain(always) > maxLoops && chain(meet) > maxLoops) {
    return `more than ${maxLoops} repetitions after each other can share a text`;
  }
  const ways = (meets: Meet) => mostWays(automaton, loopOf, meets);
  if (ways(always) > maxWays && ways(meet) > maxWays) return `it can match a text in more than ${maxWays} ways`;
  return undefined;
}

/** Whether two places have a character in common. */
type Meet = (a: number, b: number) => boolean;
const always: Meet = () => true;

/** A number for each loop, and for each place that of the loop it is in; -1 where it is in none. Tarjan 1972. */
function loopsOf(next: Automaton['next']): number[] {
  const index = new Map<number, number>();
  const low: number[] = [];
  const loopOf = new Array<number>(next.length).fill(-1);
  const stack: number[] = [];
  const open = new Set<number>();
  const visit = (place: number) => {
    low[place] = index.size;
    index.set(place, index.size);
    stack.push(place);
    open.add(place);
    for (const target of next[place].keys()) {
      if (!index.has(target)) visit(target);
      if (open.has(target)) low[place] = Math.min(low[place], low[target]);
    }
    if (low[place] !== index.get(place)) return;
    const loop = stack.splice(stack.indexOf(place));
    for (const one of loop) {
      open.delete(one);
      if (loop.length > 1 || next[one].has(one)) loopOf[one] = place;
    }
  };
  visit(0);
  return loopOf;
}

/** A place of a loop from which two ways through it match the same text: then n turns can match in 2ⁿ ways. */
function dividesItself(
  { next }: Automaton,
  loopOf: readonly number[],
  meet: Meet,
  spend: () => void,
): number | undefined {
  const within = (place: number) => [...next[place]].filter(([target]) => loopOf[target] === loopOf[place]);
  const seen = new Set<number>(); // pairs of places that one text can lead to
  const waiting: [number, number][] = [];
  const reach = (a: number, b: number) => {
    const pair = Math.min(a, b) * next.length + Math.max(a, b);
    if (!seen.has(pair)) waiting.push([a, b]);
    seen.add(pair);
  };
  for (const [place, loop] of loopOf.entries()) {
    if (loop < 0) continue;
    const targets = within(place);
    for (const [i, [a, ways]] of targets.entries()) {
      if (ways > 1) return a;
      for (const [b] of targets.slice(i + 1)) {
        spend();
        if (meet(a, b)) reach(a, b);
      }
    }
  }
  for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
    const others = within(pair[1]);
    for (const [a] of within(pair[0])) {
      for (const [b] of others) {
        spend();
        if (a === b) return a; // the two ways are one again
        if (meet(a, b)) reach(a, b);
      }
    }
  }
  return undefined;
}

/** How many loops there are after each other that can share one text, which then can be divided in nᵏ⁻¹ ways. */
function longestChain(
  { next }: Automaton,
  loopOf: readonly number[],
  loops: ReadonlyMap<number, readonly number[]>,
  meet: Meet,
  spend: () => void,
): number {
  if (loops.size <= maxLoops) return loops.size;
  /** A text that turns in one loop, leads from it to the other, and turns there as well. */
  const share = (from: number, to: number): boolean => {
    const seen = new Set<string>();
    const waiting: [number, number, number][] = [];
    const reach = (...places: [number, number, number]) => {
      if (!seen.has(`${places}`)) waiting.push(places);
      seen.add(`${places}`);
    };
    for (const a of loops.get(from) ?? []) for (const b of loops.get(to) ?? []) reach(a, a, b);
    for (let three = waiting.pop(); three; three = waiting.pop()) {
      const [a, between, b] = three.map((place) => [...next[place].keys()]);
      for (const x of a.filter((place) => loopOf[place] === from)) {
        for (const z of b.filter((place) => loopOf[place] === to && meet(x, place))) {
          for (const y of between) {
            spend();
            if (!meet(x, y) || !meet(y, z)) continue;
            if (y === z) return true;
            reach(x, y, z);
          }
        }
      }
    }
    return false;
  };
  const lengths = new Map<number, number>();
  const chainFrom = (loop: number): number => {
    const known = lengths.get(loop);
    if (known !== undefined) return known;
    let longest = 1;
    for (const other of loops.keys()) {
      if (other !== loop && share(loop, other)) longest = Math.max(longest, 1 + chainFrom(other));
    }
    lengths.set(loop, longest);
    return longest;
  };
  return Math.max(...[...loops.keys()].map(chainFrom));
}

/** At most so many ways match one text, where no loop turns twice. */
function mostWays({ next, ends }: Automaton, loopOf: readonly number[], meet: Meet): number {
  const known = new Map<number, number>();
  const waysFrom = (place: number): number => {
    const found = known.get(place);
    if (found !== undefined) return found;
    const targets = [...next[place]].filter(([target]) => loopOf[target] < 0 || loopOf[target] !== loopOf[place]);
    const ways = targets.map(([target, count]) => ({ target, ways: count * waysFrom(target) }));
    const together = ways.map(({ target }) =>
      ways.reduce((sum, other) => (meet(target, other.target) ? sum + other.ways : sum), 0),
    );
    const most = Math.max(0, ...together) + (ends.has(place) ? 1 : 0);
    known.set(place, most);
    return most;
  };
  return waysFrom(0);
}
