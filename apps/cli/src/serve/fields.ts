// Reads the fields of a request one by one, and names the one that is wrong.
import { nearest } from '../config/nearest.ts';
import { ApiError } from './api-error.ts';

export type Fields = {
  number(name: string, range: { least: number; most: number; whole?: boolean }): number | undefined;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** Anything; undefined where it is left out or null. */
  value(name: string): unknown;
  /** A field that is known and not supported: only these values may stand there, or nothing. */
  only(name: string, ...allowed: readonly unknown[]): void;
  /** @throws ApiError for a field that nothing has asked for */
  expectNoOthers(): void;
};

export function fieldsOf(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiError(400, `Expected a JSON object, got ${show(body)}`);
  }
  const asked = new Set<string>();
  const value = (name: string): unknown => {
    asked.add(name);
    return Object.hasOwn(body, name) ? ((body as Record<string, unknown>)[name] ?? undefined) : undefined;
  };
  return {
    value,
    number(name, { least, most, whole = false }) {
      const number = value(name);
      if (number === undefined) return undefined;
      const fits = typeof number === 'number' && number >= least && number <= most;
      if (fits && (!whole || Number.isSafeInteger(number))) return number;
      throw wrong(name, `${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`, number);
    },
    flag(name) {
      const flag = value(name) ?? false;
      if (typeof flag === 'boolean') return flag;
      throw wrong(name, 'true or false', flag);
    },
    text(name) {
      const text = value(name);
      if (text === undefined || typeof text === 'string') return text;
      throw wrong(name, 'text', text);
    },
    only(name, ...allowed) {
      const given = value(name);
      if (given === undefined || allowed.some((one) => JSON.stringify(one) === JSON.stringify(given))) return;
      const instead = allowed.length > 0 ? allowed.map(show).join(' or ') : 'nothing';
      throw new ApiError(400, `Expected ${instead} as ${name}, got ${show(given)}: this server does not support it`, {
        param: name,
        code: 'unsupported_value',
      });
    },
    expectNoOthers() {
      const other = Object.keys(body).find((name) => !asked.has(name));
      if (other === undefined) return;
      const meant = nearest(other, [...asked]);
      throw new ApiError(400, `Unknown field ${show(other)}${meant ? `. Did you mean ${meant}?` : ''}`, {
        param: other,
        code: 'unknown_parameter',
      });
    },
  };
}

export function wrong(name: string, expected: string, given: unknown): ApiError {
  return new ApiError(400, `Expected ${expected} as ${name}, got ${show(given)}`, {
    param: name,
    code: 'invalid_value',
  });
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
