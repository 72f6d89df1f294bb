// Reads a JSON file that holds one object, and trusts nothing in it.
import { FormatError, quote } from './format-error.ts';
import { repeatedKey } from './repeated-key.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws FormatError if this is no JSON in UTF-8, no object, or an object in it names one key twice */
export function parseObject(source: string | Uint8Array, name: string): JsonObject {
  let text: string;
  let json: unknown;
  try {
    text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`Expected JSON in ${name}, got something else: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(json)) throw new FormatError(`Expected an object in ${name}, got ${quote(json)}`);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new FormatError(`Expected each key once in ${name}, got ${quote(repeated)} twice`);
  return json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
