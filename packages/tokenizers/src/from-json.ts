// A tokenizer from what its toJSON gave, after looking at every part of it: files can be cut short or made up.
import { withAddedTokens } from './added-tokens.ts';
import { bytes } from './bytes.ts';
import { characters } from './characters.ts';
import { encoding, encodingNames } from './published-encodings.ts';
import type { Tokenizer, WordSplit } from './tokenizer.ts';
import { wordSplits } from './word-splits.ts';
import { words } from './words.ts';

/**
 * The tokenizer that `toJSON` described: `tokenizerFromJSON(JSON.parse(text))`. Takes what a tokenizer.json holds, too.
 *
 * @throws TypeError if the value has another shape, or is of a kind that is not known here
 * @throws RangeError if its vocabulary is empty or has a token twice, or an added token is one already
 */
export async function tokenizerFromJSON(json: unknown): Promise<Tokenizer> {
  return fromJSON(json, 0);
}

const deepest = 100; // added tokens within added tokens

async function fromJSON(json: unknown, depth: number): Promise<Tokenizer> {
  if (depth > deepest) throw new RangeError(`Expected at most ${deepest} lots of added tokens, got more`);
  if (typeof json === 'object' && json !== null && 'model' in json) {
    const { readTokenizerJson } = await import('./files/tokenizer-json.ts'); // only where there is one to read
    return readTokenizerJson(json);
  }
  const { kind, split, vocabulary, specials, unknown, tokenizer, tokens, special } = record(json);
  switch (kind) {
    case 'characters':
      return characters({ vocabulary: strings('vocabulary', vocabulary) });
    case 'bytes':
      return bytes();
    case 'words': {
      const known = wordSplits.find((name): name is WordSplit => name === split);
      if (known === undefined) throw wrong('split', wordSplits.join(' or '), split);
      if (unknown !== undefined && typeof unknown !== 'string') throw wrong('unknown', 'a string', unknown);
      return words(
        { vocabulary: strings('vocabulary', vocabulary) },
        { split: known, specials: strings('specials', specials), unknown },
      );
    }
    case 'added tokens': {
      if (typeof special !== 'boolean') throw wrong('special', 'true or false', special);
      return withAddedTokens(await fromJSON(tokenizer, depth + 1), strings('tokens', tokens), { special });
    }
    default: {
      const name = encodingNames.find((published) => published === kind);
      if (name === undefined) {
        throw wrong('kind', `one of characters, words, bytes, ${encodingNames.join(', ')}, added tokens`, kind);
      }
      return encoding(name);
    }
  }
}

function record(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  throw new TypeError(`Expected a tokenizer as a JSON object with a "kind", got ${shown(json)}`);
}

function strings(field: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw wrong(field, 'a list of strings', value);
  const odd = value.findIndex((item) => typeof item !== 'string');
  if (odd >= 0) throw wrong(`${field}[${odd}]`, 'a string', value[odd]);
  return value;
}

function wrong(field: string, expected: string, value: unknown): TypeError {
  return new TypeError(`Expected "${field}" of the tokenizer's JSON to be ${expected}, got ${shown(value)}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
