// Which characters a set of a regular expression holds, as the engine itself has it.

/** Tells whether two sets, each a pattern for one character, have a character in common. */
export function overlaps({ flags }: RegExp, onScan: () => void): (a: string, b: string) => boolean {
  const kept = flags.replace(/[^isuv]/g, '');
  const known = new Map<string, Runs>();
  let all: string | undefined;
  const runsOf = (set: string): Runs => {
    const found = known.get(set);
    if (found) return found;
    onScan();
    all ??= everyCharacter();
    const runs: Runs = Array.from(all.matchAll(new RegExp(`(?:${set}){1,999}`, `g${kept}`)), ({ 0: run, index }) => [
      index,
      index + run.length,
    ]);
    known.set(set, runs);
    return runs;
  };
  return (a, b) => {
    if (a === b) return true;
    if (isPlain(a)) return new RegExp(b, kept).test(a); // is this one character in the other set
    if (isPlain(b)) return new RegExp(a, kept).test(b);
    return haveCommon(runsOf(a), runsOf(b));
  };
}

/** Where a set's characters are in the text of all: from, and up to but not including. In order. */
type Runs = readonly (readonly [from: number, to: number])[];

function haveCommon(a: Runs, b: Runs): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i][0] < b[j][1] && b[j][0] < a[i][1]) return true;
    if (a[i][1] < b[j][1]) i++;
    else j++;
  }
  return false;
}

/** A character that stands for itself. */
const isPlain = (set: string) => /^[^\\^$.*+?()[\]{}|]$/u.test(set);

/** 1,114,112 characters, halves of pairs among them. */
function everyCharacter(): string {
  const ranges = [
    [0, 0xd800],
    [0xdc00, 0xe000], // the halves of pairs in an order that makes none
    [0xd800, 0xdc00],
    [0xe000, 0x110000],
  ];
  let text = '';
  for (const [from, to] of ranges) {
    for (let start = from; start < to; start += 1024) {
      text += String.fromCodePoint(...Array.from({ length: 1024 }, (_, i) => start + i));
    }
  }
  return text;
}
