// The ways through a regular expression: its characters as places, and from each place how many ways lead to which next.
import type { RegexNode } from './syntax.ts';

/** After Glushkov: one place for each set of the pattern, and place 0 before the first character. */
export type Automaton = {
  /** What each place matches; that of place 0 is empty. */
  readonly sets: readonly string[];
  /** For each place, the places that can follow and in how many ways: in `(a*)*` an a follows an a in 2. */
  readonly next: readonly ReadonlyMap<number, number>[];
  /** Places where a match can end. */
  readonly ends: ReadonlySet<number>;
};

/** A part of the pattern: its first and last places with their ways, and in how many ways it matches no characters. */
type Fragment = { readonly first: Ways; readonly last: Ways; readonly empty: number };
type Ways = ReadonlyMap<number, number>;

const maxPlaces = 1000;
const maxCopies = 100; // places; what is counted further repeats without end

/**
 * The automaton of a pattern, and one for each look-around in it.
 *
 * @throws RangeError if there are more than 1,000 places
 */
export function automata(tree: RegexNode): Automaton[] {
  const trees = new Set([tree]);
  return Array.from(trees, (one) => automaton(one, trees)); // the set grows on the way
}

function automaton(tree: RegexNode, looks: Set<RegexNode>): Automaton {
  const sets = [''];
  const next: Map<number, number>[] = [new Map()];

  const connect = (from: Ways, to: Ways) => {
    for (const [place, ways] of from) for (const [target, more] of to) addTo(next[place], target, ways * more);
  };

  const then = (a: Fragment, b: Fragment): Fragment => {
    connect(a.last, b.first);
    return {
      first: sumOf([a.first, times(b.first, a.empty)]),
      last: sumOf([b.last, times(a.last, b.empty)]),
      empty: a.empty * b.empty,
    };
  };

  const build = (node: RegexNode): Fragment => {
    switch (node.kind) {
      case 'set': {
        if (sets.length > maxPlaces) {
          throw new RangeError(`Expected a pattern of at most ${maxPlaces} characters and classes, got a longer one`);
        }
        const place = sets.push(node.source) - 1;
        next.push(new Map());
        return { first: new Map([[place, 1]]), last: new Map([[place, 1]]), empty: 0 };
      }
      case 'look':
        looks.add(node.part);
        return nothing;
      case 'sequence':
        return node.parts.map(build).reduce(then, nothing);
      case 'choice': {
        const parts = node.parts.map(build);
        return {
          first: sumOf(parts.map(({ first }) => first)),
          last: sumOf(parts.map(({ last }) => last)),
          empty: parts.reduce((sum, { empty }) => sum + empty, 0),
        };
      }
      case 'repeat':
        return repeat(node);
    }
  };

  /** x{2,4} is x x (x (x)?)?; x+ is x x*; x{2,} is x x x*. Further than `maxCopies` it is x+ or x*. */
  const repeat = ({ part, min, max }: RegexNode & { kind: 'repeat' }): Fragment => {
    const copies = max === Infinity ? min : max;
    const size = countSets(part);
    if (size * copies > maxCopies && copies > 1)
      return repeat({ kind: 'repeat', part, min: Math.min(min, 1), max: Infinity });
    if (max === Infinity && min === 1) {
      const once = build(part);
      if (once.empty > 0) return then(once, loop(build(part)));
      connect(once.last, once.first);
      return once;
    }
    let rest = max === Infinity ? loop(build(part)) : nothing;
    for (let copy = copies; copy > 0; copy--) {
      const whole = then(build(part), rest);
      rest = copy > min ? { ...whole, empty: 1 } : whole;
    }
    return rest;
  };

  /** Any number of times; an empty turn ends it, so there is one way to match nothing. */
  const loop = (once: Fragment): Fragment => {
    connect(once.last, once.first);
    return { ...once, empty: 1 };
  };

  const { first, last, empty } = build(tree);
  next[0] = new Map(first);
  return { sets, next, ends: new Set(empty > 0 ? [0, ...last.keys()] : last.keys()) };
}

const nothing: Fragment = { first: new Map(), last: new Map(), empty: 1 };

function sumOf(all: readonly Ways[]): Ways {
  const sum = new Map<number, number>();
  for (const ways of all) for (const [place, count] of ways) addTo(sum, place, count);
  return sum;
}

const times = (ways: Ways, factor: number): Ways =>
  new Map(factor === 0 ? [] : [...ways].map(([place, count]) => [place, count * factor]));

function addTo(ways: Map<number, number>, place: number, count: number): void {
  ways.set(place, (ways.get(place) ?? 0) + count);
}

function countSets(node: RegexNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'look':
      return 0;
    case 'repeat':
      return countSets(node.part) * Math.max(1, node.max === Infinity ? node.min : node.max);
    default:
      return node.parts.reduce((sum, part) => sum + countSets(part), 0);
  }
}
