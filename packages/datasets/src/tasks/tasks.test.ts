// Tasks: every response is the right one, and nothing but the options decides what is asked.
import { manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import { instructions } from '../instructions.ts';
import { additionTask, type ModularOperation, modularTask } from './arithmetic-tasks.ts';
import { bracketTask } from './bracket-task.ts';
import { copyTask, reverseTask, sortTask } from './sequence-tasks.ts';
import type { Task } from './task.ts';

/** Prompts and responses as text. */
const shown = (task: Task, count = task.length) =>
  Array.from({ length: count }, (_, i) => {
    const { prompt, response } = task.at(i);
    return [task.decode(prompt), task.decode(response)];
  });

const sequences = () => ({ count: 50, length: 6, symbols: 3, generator: manualSeed(1) });
const brackets = () => ({ count: 200, length: 8, kinds: 3, generator: manualSeed(1) });

describe('sequences of letters', () => {
  test.each<[string, (options: ReturnType<typeof sequences>) => Task, (letters: string[]) => string[]]>([
    ['copy', copyTask, (letters) => letters],
    ['reverse', reverseTask, (letters) => letters.toReversed()],
    ['sort', sortTask, (letters) => letters.toSorted()],
  ])('%s', (_, make, respond) => {
    const pairs = shown(make(sequences()));
    const drawn = Array.from(manualSeed(1).integers(300, 0, 3), (letter) => 'abc'[letter]).join('');
    expect(pairs.map(([prompt]) => prompt.slice(0, -1)).join('')).toBe(drawn);
    for (const [prompt, response] of pairs) {
      expect(prompt).toMatch(/^[abc]{6}=$/);
      expect(response).toBe(respond([...prompt.slice(0, -1)]).join(''));
    }
  });
});

describe('addition', () => {
  test('every sum of two numbers', () => {
    const task = additionTask({ digits: 2 });
    const twoDigits = (value: number) => `${value}`.padStart(2, '0');
    expect(task.length).toBe(10_000);
    expect(task.vocabulary).toEqual([...'.=+0123456789']);
    const sums = Array.from({ length: 10_000 }, (_, i) => [Math.floor(i / 100), i % 100]).map(([a, b]) => [
      `${twoDigits(a)}+${twoDigits(b)}=`,
      `${a + b}`.padStart(3, '0'),
    ]);
    expect(shown(task)).toEqual(sums);
  });

  test('the lowest digit first', () => {
    const { response } = additionTask({ digits: 3, reversed: true }).at(999_001);
    expect(additionTask({ digits: 3 }).decode(response)).toBe('0001');
  });
});

describe('modular arithmetic', () => {
  test.each<[ModularOperation, (a: number, b: number) => number]>([
    ['add', (a, b) => (a + b) % 7],
    ['subtract', (a, b) => (((a - b) % 7) + 7) % 7],
    ['multiply', (a, b) => (a * b) % 7],
  ])('%s: every pair once', (operation, compute) => {
    const task = modularTask({ modulus: 7, operation });
    const asked = new Set<string>();
    for (const [prompt, response] of shown(task)) {
      const [, a, b] = /^(\d)[-+*](\d)=$/.exec(prompt) as RegExpExecArray;
      expect(Number(response)).toBe(compute(Number(a), Number(b)));
      asked.add(`${a} ${b}`);
    }
    expect(asked.size).toBe(49);
  });

  test('divide: every pair but those with 0 below', () => {
    const task = modularTask({ modulus: 7, operation: 'divide' });
    const asked = new Set<string>();
    for (const [prompt, response] of shown(task)) {
      const [, a, b] = /^(\d)\/([1-6])=$/.exec(prompt) as RegExpExecArray;
      expect((Number(response) * Number(b)) % 7).toBe(Number(a));
      asked.add(`${a} ${b}`);
    }
    expect(asked.size).toBe(42);
  });

  test('one id for each number', () => {
    const task = modularTask({ modulus: 97 });
    expect(task.vocabulary.length).toBe(100);
    expect(task.at(96).prompt).toEqual(Int32Array.of(99, 2, 3, 1));
  });
});

test('brackets: the response closes all that the prompt left open', () => {
  const pairs = shown(bracketTask(brackets()));
  const closes: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  for (const [prompt, response] of pairs) {
    expect(prompt).toMatch(/^[()[\]{}]{8}=$/);
    expect(response).toMatch(/^[)\]}]*$/);
    const open: string[] = [];
    for (const bracket of prompt.slice(0, -1) + response) {
      if (bracket in closes) expect(open.pop()).toBe(closes[bracket]);
      else open.push(bracket);
    }
    expect(open).toEqual([]);
  }
  expect(new Set(pairs.map(([, response]) => response.length)).size).toBeGreaterThan(3);
});

describe.each<[string, () => Task]>([
  ['copy', () => copyTask(sequences())],
  ['addition', () => additionTask({ digits: 1 })],
  ['modular', () => modularTask({ modulus: 5 })],
  ['brackets', () => bracketTask(brackets())],
])('%s', (_, make) => {
  test('trains on the response and the end alone', () => {
    const task = make();
    const { prompt, response } = task.at(3);
    const { input, target } = instructions(task, { end: 0 }).at(3);
    expect(input).toEqual(Int32Array.of(...prompt, ...response));
    expect([...target].slice(0, prompt.length - 1)).toEqual(Array(prompt.length - 1).fill(-100));
    expect([...target].slice(prompt.length - 1)).toEqual([...response, 0]);
  });

  test('has no pair past its end', () => {
    const task = make();
    expect(() => task.at(task.length)).toThrow(`Expected an index from 0 to ${task.length - 1}, got ${task.length}`);
  });
});

test('bad options', () => {
  expect(() => copyTask({ ...sequences(), symbols: 27 })).toThrow(
    new RangeError('Expected at most 26 symbols, the letters a to z, got 27'),
  );
  expect(() => sortTask({ ...sequences(), length: 0 })).toThrow(
    'Expected length to be a whole number of 1 or more, got 0',
  );
  expect(() => additionTask({ digits: 8 })).toThrow('Expected at most 7 digits, got 8');
  expect(() => modularTask({ modulus: 1 })).toThrow('Expected modulus to be a whole number from 2 to 65536, got 1');
  expect(() => modularTask({ modulus: 9, operation: 'divide' })).toThrow('Expected a prime modulus');
  expect(() => modularTask({ modulus: 9, operation: 'power' as 'add' })).toThrow(
    'Expected an operation (add, subtract, multiply, divide), got power',
  );
  expect(() => bracketTask({ ...brackets(), kinds: 5 })).toThrow('Expected at most 4 kinds of brackets, got 5');
});
