// The source of a regular expression as a tree: what it repeats, in which order, and what it chooses between.

export type RegexNode =
  /** One character out of a set: `a`, `\p{L}`, `[^x]`, `.`; as a source that is a pattern by itself. */
  | { readonly kind: 'set'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly min: number; readonly max: number }
  /** Look-ahead or look-behind: takes no characters, and is tried by itself. */
  | { readonly kind: 'look'; readonly part: RegexNode };

const maxDepth = 100;
const nothing: RegexNode = { kind: 'sequence', parts: [] };
/** Sets of whole strings, which only the flag v has: taken as any text. */
const ofStrings = /\\q\{|\\p\{(?:Basic_Emoji|Emoji_Keycap_Sequence|RGI_\w+)\}/;
const anyText: RegexNode = { kind: 'repeat', part: { kind: 'set', source: '[^]' }, min: 1, max: Infinity };

/**
 * What a pattern with the flag u or v repeats and chooses between. `^`, `$` and `\b` are left out, a back-reference
 * stands for its whole group, and `(?i:a)` for the set of a and A: so the tree may match more than the pattern, never
 * less.
 *
 * `a(b|c)*` → a, then from 0 to Infinity times b or c
 *
 * @throws RangeError if groups are nested more than 100 deep
 */
export function regexTree({ source, flags }: RegExp): RegexNode {
  const groups: RegexNode[] = [nothing];
  const named = new Map<string, RegexNode[]>();
  let at = 0;

  /** Those that have a name: more than one where alternatives share it. */
  const placesOf = (name: string): RegexNode[] => {
    const places = named.get(name) ?? [];
    named.set(name, places);
    return places;
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) at = pattern.lastIndex;
    return match ?? undefined;
  };

  function choice(modifiers: string, depth: number): RegexNode {
    if (depth > maxDepth)
      throw new RangeError(`Expected groups nested at most ${maxDepth} deep in /${source}/${flags}`);
    const parts = [sequence(modifiers, depth)];
    while (take(/\|/y)) parts.push(sequence(modifiers, depth));
    return parts.length === 1 ? parts[0] : { kind: 'choice', parts };
  }

  function sequence(modifiers: string, depth: number): RegexNode {
    const parts: RegexNode[] = [];
    while (at < source.length && !/[|)]/.test(source[at])) parts.push(repeated(atom(modifiers, depth)));
    return { kind: 'sequence', parts };
  }

  function repeated(part: RegexNode): RegexNode {
    const quantifier = take(/([*+?])\??|\{(\d+)(,?)(\d*)\}\??/y);
    if (!quantifier) return part;
    const [, sign, least, comma, most] = quantifier;
    if (sign) return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    const min = Number(least);
    return { kind: 'repeat', part, min, max: comma === '' ? min : most === '' ? Infinity : Number(most) };
  }

  function atom(modifiers: string, depth: number): RegexNode {
    if (take(/[\^$]|\\[bB]/y)) return nothing;
    if (take(/\((?!\?)/y)) return captured([], modifiers, depth);
    const name = take(/\(\?<([^=!>][^>]*)>/y);
    if (name) return captured(placesOf(name[1]), modifiers, depth);
    if (take(/\(\?<?[=!]/y)) return { kind: 'look', part: closed(choice(modifiers, depth + 1)) };
    const group = take(/\(\?([a-z]*(?:-[a-z]*)?):/y);
    if (group) return closed(choice(group[1] === '' ? modifiers : `${modifiers}(?${group[1]}:`, depth + 1));
    const reference = take(/\\(?:([1-9]\d*)|k<([^>]+)>)/y);
    if (reference?.[1]) return groups[Number(reference[1])] ?? nothing; // one that comes later matches nothing yet
    if (reference) return { kind: 'choice', parts: named.get(reference[2]) ?? [nothing] };
    return set(modifiers);
  }

  function captured(places: RegexNode[], modifiers: string, depth: number): RegexNode {
    const number = groups.push(nothing) - 1;
    const group = closed(choice(modifiers, depth + 1));
    groups[number] = group;
    places.push(group);
    return group;
  }

  function closed(node: RegexNode): RegexNode {
    at++; // the )
    return node;
  }

  function set(modifiers: string): RegexNode {
    const start = at;
    if (source[at] === '[') passClass();
    else
      take(/\\(?:[pPuxq]\{[^}]*\}|u[\da-fA-F]{4}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c.|.)|./suy);
    const text = source.slice(start, at);
    if (flags.includes('v') && ofStrings.test(text)) return anyText;
    return { kind: 'set', source: `${modifiers}${text}${')'.repeat(modifiers.split('(').length - 1)}` };
  }

  /** With the flag v, classes hold classes. */
  function passClass(): void {
    let depth = 0;
    do {
      if (source[at] === '\\') at++;
      else if (source[at] === '[' && (depth === 0 || flags.includes('v'))) depth++;
      else if (source[at] === ']') depth--;
      at++;
    } while (depth > 0);
  }

  return choice('', 0);
}
