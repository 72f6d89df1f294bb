// A value in a JSON file, with its place: what is read through it is checked, and complaints say where.
import { TokenizerFileError } from './tokenizer-file-error.ts';

export class JsonField {
  readonly value: unknown;
  readonly file: string;
  readonly place: string;

  constructor(value: unknown, file: string, place: string) {
    this.value = value;
    this.file = file;
    this.place = place;
  }

  fail(message: string, cause?: unknown): TokenizerFileError {
    return new TokenizerFileError(this.file, this.place || 'the whole file', message, { cause });
  }

  expected(what: string): TokenizerFileError {
    return this.fail(`Expected ${what}, got ${shown(this.value)}`);
  }

  /** True for null, and for a field that is not there. */
  get absent(): boolean {
    return this.value === null || this.value === undefined;
  }

  /** The named field, or an absent one. Fields are an object's own: no `constructor`, no `__proto__` that was not written. */
  get(name: string): JsonField {
    const object = this.object();
    const place = /^\w{1,60}$/.test(name) ? name : shown(name);
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    return new JsonField(value, this.file, this.place === '' ? place : `${this.place}.${place}`);
  }

  /** Refuses fields that nobody here reads: they would be lost. */
  only(names: readonly string[]): this {
    const unknown = Object.keys(this.object()).find((name) => !names.includes(name));
    if (unknown === undefined) return this;
    throw this.fail(`Expected only the fields ${names.join(', ')}, got ${shown(unknown)}, which is not supported`);
  }

  entries(): [string, JsonField][] {
    return Object.keys(this.object()).map((name) => [name, this.get(name)]);
  }

  list(): JsonField[] {
    if (!Array.isArray(this.value)) throw this.expected('a list');
    return this.value.map((item, i) => new JsonField(item, this.file, `${this.place}[${i}]`));
  }

  /** How many fields an object has, or items a list. */
  size(): number {
    return Array.isArray(this.value) ? this.value.length : Object.keys(this.object()).length;
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.expected('a string');
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.expected('true or false');
    return this.value;
  }

  /** A count or an id. */
  natural(limit: number): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit) return value;
    throw this.expected(`a whole number from 0 to ${limit - 1}`);
  }

  oneOf<Name extends string>(names: readonly Name[]): Name {
    const name = names.find((known) => known === this.value);
    if (name === undefined) throw this.expected(`one of ${names.join(', ')}`);
    return name;
  }

  /** What `read` gives, its RangeErrors (of parts that check what they are given) with this place. */
  wrap<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.fail(error.message, error);
    }
  }

  object(): Readonly<Record<string, unknown>> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      throw this.expected('an object');
    }
    return this.value as Readonly<Record<string, unknown>>;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
