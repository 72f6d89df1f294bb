// Regular expressions as Oniguruma reads them, which tokenizer.json has, translated to JavaScript's.
import { compareCodePoints } from '../vocabulary.ts';

/**
 * Translates what tokenizers' patterns use: alternatives, groups, classes, \p{…}, \s \d \w, (?i:…), look-around, atomic
 * groups, and greedy, lazy and possessive quantifiers. Anything else is refused by name.
 *
 * A hostile pattern can make a backtracking engine try for longer than the universe has time. So repeating a group that
 * itself repeats or has alternatives is refused, as are more than two endless repetitions in one alternative, and more
 * than 10,000 ways through the rest of it (a?a?a?… has 2 for each). What is left takes at worst steps in the cube of the
 * length of a text made to harm; the patterns of the published families have no such texts.
 *
 * Patterns that can match without a character (x*, look-around alone) are refused, too: they would cut between any two.
 *
 * @throws RangeError naming what is refused and where
 */
export function translateRegex(source: string): RegExp {
  const parser = new Translator(source);
  const { js, least } = parser.alternatives(false, 0);
  if (!parser.done) throw parser.refused('an unmatched )');
  if (least === 0) throw parser.refused('what can match without a character');
  try {
    return new RegExp(js, 'gu');
  } catch (error) {
    throw new RangeError(`Expected a regular expression, got ${JSON.stringify(source.slice(0, 200))}`, {
      cause: error,
    });
  }
}

type Translated = {
  readonly js: string;
  /** How many unbounded quantifiers there are on the worst way through. */
  readonly endless: number;
  /** In how many ways it can match otherwise. */
  readonly ways: number;
  /** How many characters it matches at least. */
  readonly least: number;
};

const maxDepth = 32;
const maxEndless = 2;
const maxWays = 10_000;
const maxCount = 1000;

const escapes: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  f: '\\f',
  v: '\\v',
};
const word = '\\p{Alphabetic}\\p{M}\\p{N}\\p{Pc}';

class Translator {
  readonly #source: string;
  readonly #characters: readonly string[];
  #at = 0;
  #atomics = 0;

  constructor(source: string) {
    this.#source = source;
    this.#characters = [...source];
  }

  get done(): boolean {
    return this.#at >= this.#characters.length;
  }

  refused(what: string): RangeError {
    return new RangeError(
      `Expected a pattern that can be translated to JavaScript, got ${what} at index ${this.#at} of ` +
        JSON.stringify(this.#source.slice(0, 200)),
    );
  }

  alternatives(ignoreCase: boolean, depth: number): Translated {
    if (depth > maxDepth) throw this.refused(`groups nested more than ${maxDepth} deep`);
    const all = [this.#sequence(ignoreCase, depth)];
    while (this.#take('|')) all.push(this.#sequence(ignoreCase, depth));
    return {
      js: all.map(({ js }) => js).join('|'),
      endless: all.reduce((most, { endless }) => Math.max(most, endless), 0),
      ways: all.reduce((sum, { ways }) => sum + ways, 0),
      least: all.reduce((fewest, { least }) => Math.min(fewest, least), Number.POSITIVE_INFINITY),
    };
  }

  #sequence(ignoreCase: boolean, depth: number): Translated {
    let js = '';
    let endless = 0;
    let ways = 1;
    let least = 0;
    while (!this.done && this.#peek() !== '|' && this.#peek() !== ')') {
      const term = this.#quantified(this.#atom(ignoreCase, depth));
      js += term.js;
      endless += term.endless;
      ways *= term.ways;
      least += term.least;
    }
    if (endless > maxEndless) throw this.refused(`more than ${maxEndless} endless repetitions in one alternative`);
    if (ways > maxWays) throw this.refused(`more than ${maxWays} ways through one alternative`);
    return { js, endless, ways, least };
  }

  #quantified(atom: Translated): Translated {
    const quantifier = this.#quantifier();
    if (!quantifier) return atom;
    const { js, min, max, counted } = quantifier;
    const least = min * atom.least;
    if (max > 1 && (atom.ways > 1 || atom.endless > 0))
      throw this.refused('the repetition of a group that repeats or has alternatives');
    const unbounded = max === Number.POSITIVE_INFINITY;
    const endless = atom.endless + (unbounded ? 1 : 0);
    const ways = atom.ways + (unbounded ? 0 : max - min);
    if (this.#take('?')) return { js: `${atom.js}${js}?`, endless, ways, least };
    const possessive = !counted && this.#take('+');
    if (this.#quantifier()) throw this.refused('a quantifier of a quantifier');
    return { js: possessive ? this.#atomic(atom.js + js) : atom.js + js, endless, ways, least };
  }

  #quantifier(): { js: string; min: number; max: number; counted: boolean } | undefined {
    if (this.#take('?')) return { js: '?', min: 0, max: 1, counted: false };
    const max = Number.POSITIVE_INFINITY;
    if (this.#take('*')) return { js: '*', min: 0, max, counted: false };
    if (this.#take('+')) return { js: '+', min: 1, max, counted: false };
    const counts = /^\{(\d*)(,?)(\d*)\}/.exec(this.#rest(24));
    if (!counts || (counts[1] === '' && counts[3] === '')) return undefined;
    const [js, least, comma, most] = counts;
    const low = Number(least);
    const high = comma === '' ? low : most === '' ? max : Number(most);
    if (low > maxCount || (high > maxCount && most !== '')) throw this.refused(`a count above ${maxCount}`);
    if (low > high) throw this.refused('a count out of order');
    this.#at += js.length;
    return { js: `{${low}${comma}${most}}`, min: low, max: high, counted: true };
  }

  /** Matches once and never gives back: a look-ahead captures, a back-reference consumes. */
  #atomic(js: string): string {
    const name = `atomic${this.#atomics++}`;
    return `(?:(?=(?<${name}>${js}))\\k<${name}>)`;
  }

  #atom(ignoreCase: boolean, depth: number): Translated {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group(ignoreCase, depth);
      case '[':
        return one(this.#class(ignoreCase));
      case '\\': {
        const escaped = this.#escape();
        return one(escaped.set ? `[${escaped.js}]` : cased(escaped.character, ignoreCase));
      }
      case '.':
        return one('[^\\n]');
      case '^': // of a line, in Oniguruma's syntax
        return { ...one('(?<![^\\n])'), least: 0 };
      case '$':
        return { ...one('(?![^\\n])'), least: 0 };
      case '*':
      case '+':
      case '?':
        this.#at--;
        throw this.refused(`a ${character} with nothing to repeat`);
      default:
        return one(cased(character, ignoreCase));
    }
  }

  #group(ignoreCase: boolean, depth: number): Translated {
    const opening = ['?:', '?=', '?!', '?<=', '?<!', '?>', '?i:'].find((start) => this.#takeAll(start));
    if (!opening && this.#peek() === '?') throw this.refused(`the group (${this.#rest(3)}`);
    const inner = this.alternatives(ignoreCase || opening === '?i:', depth + 1);
    if (!this.#take(')')) throw this.refused('a group without its end');
    if (opening === '?>') return { ...inner, js: this.#atomic(inner.js) };
    const look = opening === '?=' || opening === '?!' || opening === '?<=' || opening === '?<!';
    return { ...inner, js: `(${look ? opening : '?:'}${inner.js})`, least: look ? 0 : inner.least };
  }

  #class(ignoreCase: boolean): string {
    let js = this.#take('^') ? '[^' : '[';
    if (this.#peek() === ']') throw this.refused('an empty class, or one that begins with ]');
    while (!this.#take(']')) {
      if (this.done) throw this.refused('a class without its end');
      if (this.#peek() === '[') throw this.refused('a class inside a class');
      if (this.#rest(2) === '&&') throw this.refused('an intersection of classes');
      js += this.#member(ignoreCase);
    }
    return `${js}]`;
  }

  #member(ignoreCase: boolean): string {
    const low = this.#one();
    const range = this.#peek() === '-' && this.#characters[this.#at + 1] !== ']' && !low.set;
    if (!range) return low.set ? low.js : cases(low.character, ignoreCase).map(literal).join('');
    this.#next();
    const high = this.#one();
    if (high.set) throw this.refused('a range that ends in a set');
    if (compareCodePoints(low.character, high.character) > 0) throw this.refused('a range out of order');
    const plain = `${literal(low.character)}-${literal(high.character)}`;
    if (!ignoreCase) return plain;
    const span = low.character + high.character;
    if (/^(?:[a-z]{2}|[A-Z]{2})$/.test(span)) return letterRange(low.character, high.character);
    if (/^[\0-@[-`{-\x7f]{2}$/.test(span) && !/[A-Za-z]/.test(span)) return plain;
    throw this.refused('a range of letters inside (?i:…) that is not a-z or A-Z');
  }

  #one(): Escaped {
    const character = this.#next();
    return character === '\\' ? this.#escape() : { set: false, character };
  }

  #escape(): Escaped {
    if (this.done) throw this.refused('a \\ at the end');
    const character = this.#next();
    if (character in escapes) return escapes[character].length > 2 ? set(escapes[character]) : control(character);
    if (character === 'w') return set(word);
    const property = /^\{(\^?)([\w ]+)\}/.exec(this.#rest(60));
    if ((character === 'p' || character === 'P') && property) {
      const js = unicodeProperty(property[2], (character === 'P') !== (property[1] === '^'));
      if (js === undefined) throw this.refused(`the property \\${character}${property[0]}`);
      this.#at += property[0].length;
      return set(js);
    }
    const hex =
      character === 'x'
        ? (/^\{([0-9a-fA-F]{1,6})\}/.exec(this.#rest(8)) ?? /^([0-9a-fA-F]{2})/.exec(this.#rest(2)))
        : character === 'u'
          ? /^([0-9a-fA-F]{4})/.exec(this.#rest(4))
          : null;
    if (hex && Number.parseInt(hex[1], 16) <= 0x10ffff) {
      this.#at += hex[0].length;
      return { set: false, character: String.fromCodePoint(Number.parseInt(hex[1], 16)) };
    }
    if (/[\p{L}\p{N}]/u.test(character)) throw this.refused(`the escape \\${character}`);
    return { set: false, character };
  }

  #peek = () => this.#characters[this.#at];
  #next = () => this.#characters[this.#at++];
  #rest = (length: number) => this.#characters.slice(this.#at, this.#at + length).join('');
  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
  #takeAll(start: string): boolean {
    if (this.#rest(start.length) !== start) return false;
    this.#at += start.length;
    return true;
  }
}

type Escaped = { readonly set: true; readonly js: string } | { readonly set: false; readonly character: string };

const one = (js: string): Translated => ({ js, endless: 0, ways: 1, least: 1 });
const set = (js: string): Escaped => ({ set: true, js });
const control = (letter: string): Escaped => ({
  set: false,
  character: { n: '\n', r: '\r', t: '\t', f: '\f' }[letter] ?? '\v',
});

/** A character that stands for itself, in a class or outside of one. */
export function literal(character: string): string {
  return /[\p{L}\p{N}]/u.test(character) ? character : `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}

const cased = (character: string, ignoreCase: boolean) => {
  const all = cases(character, ignoreCase);
  return all.length === 1 ? literal(character) : `[${all.map(literal).join('')}]`;
};

/** The characters that are equal but for their case: 's' → s, S and the long ſ, which Unicode folds to s. */
function cases(character: string, ignoreCase: boolean): string[] {
  if (!ignoreCase) return [character];
  const simple = [character, character.toLowerCase(), character.toUpperCase()].filter((form) => [...form].length === 1);
  const folded = { s: 'ſ', S: 'ſ', k: '\u212a', K: '\u212a' }[character];
  return [...new Set(folded ? [...simple, folded] : simple)];
}

/** 'r' and 't' → r-tR-Tſ */
function letterRange(low: string, high: string): string {
  const range = `${low}-${high}`;
  const folded = ['s', 'k'].flatMap((letter) => {
    const inside = letter >= low.toLowerCase() && letter <= high.toLowerCase();
    return inside ? cases(letter, true).slice(2).map(literal) : [];
  });
  return range.toLowerCase() + range.toUpperCase() + folded.join('');
}

/** Oniguruma takes names of scripts where JavaScript wants `Script=`. */
function unicodeProperty(name: string, negated: boolean): string | undefined {
  for (const js of [name, `Script=${name}`]) {
    try {
      new RegExp(`\\p{${js}}`, 'u');
      return `\\${negated ? 'P' : 'p'}{${js}}`;
    } catch {} // no such property: the next form, or none
  }
  return undefined;
}
