// Tasks on numbers: sums digit by digit, and arithmetic where every number is one id.
import { expectIndex } from '../dataset.ts';
import { expectPositiveWhole } from '../positive-whole.ts';
import { asking, type Task, taskOf } from './task.ts';

const digitSymbols = [...'0123456789'];

/**
 * Every sum of two numbers of so many digits: with 2 digits, number 1234 is `12+34=` → `046`. There are 10^(2 · digits):
 * of many, choose some, `subset(task, generator.integers(10_000, 0, task.length))`.
 *
 * @param options.reversed the lowest digit of the sum first, `640`: easier to learn, because carries come in order, as in
 * Karpathy's minGPT
 * @throws RangeError if digits is not a whole number from 1 to 7
 */
export function additionTask({
  digits,
  reversed = false,
}: {
  readonly digits: number;
  readonly reversed?: boolean;
}): Task {
  expectPositiveWhole('digits', digits);
  if (digits > 7)
    throw new RangeError(`Expected at most 7 digits, got ${digits}: there would be too many sums to count`);
  const numbers = 10 ** digits;
  const length = numbers ** 2;
  const plus = 2;
  const zero = 3; // the id of '0'
  const idsOf = (value: number, width: number) =>
    Array.from(String(value).padStart(width, '0'), (digit) => zero + Number(digit));
  const at = (index: number) => {
    expectIndex(index, length);
    const [a, b] = [Math.floor(index / numbers), index % numbers];
    const response = Int32Array.from(idsOf(a + b, digits + 1));
    const prompt = asking(...idsOf(a, digits), plus, ...idsOf(b, digits));
    return { prompt, response: reversed ? response.reverse() : response };
  };
  return taskOf({ length, at }, ['+', ...digitSymbols]);
}

export type ModularOperation = 'add' | 'subtract' | 'multiply' | 'divide';

const signs: Readonly<Record<ModularOperation, string>> = { add: '+', subtract: '-', multiply: '*', divide: '/' };

/**
 * Every `a + b = c` modulo a number, or with another operation, where each number is one id: `5+4=` → `2` modulo 7. Split
 * in two halves, they show how a model goes over from knowing by heart to knowing the rule ("grokking"): Power et al. 2022,
 * https://arxiv.org/abs/2201.02177.
 *
 * @throws RangeError if modulus is not a whole number of 2 or more, or not a prime number where it is to be divided
 */
export function modularTask({
  modulus,
  operation = 'add',
}: {
  readonly modulus: number;
  readonly operation?: ModularOperation;
}): Task {
  if (!Number.isSafeInteger(modulus) || modulus < 2 || modulus > 65_536) {
    throw new RangeError(`Expected modulus to be a whole number from 2 to 65536, got ${modulus}`);
  }
  if (!Object.hasOwn(signs, operation)) {
    throw new RangeError(`Expected an operation (${Object.keys(signs).join(', ')}), got ${operation}`);
  }
  const divides = operation === 'divide';
  if (divides && !isPrime(modulus)) {
    throw new RangeError(`Expected a prime modulus to divide by every number but 0, got ${modulus}`);
  }
  const length = divides ? modulus * (modulus - 1) : modulus ** 2;
  const sign = 2;
  const zero = 3; // the id of 0
  const at = (index: number) => {
    expectIndex(index, length);
    const first = index % modulus;
    const second = Math.floor(index / modulus) + Number(divides);
    const [a, b, c] = {
      add: [first, second, (first + second) % modulus],
      subtract: [first, second, (first - second + modulus) % modulus],
      multiply: [first, second, (first * second) % modulus],
      divide: [(first * second) % modulus, second, first], // the quotient is chosen, the dividend follows
    }[operation];
    return { prompt: asking(zero + a, sign, zero + b), response: Int32Array.of(zero + c) };
  };
  return taskOf({ length, at }, [signs[operation], ...Array.from({ length: modulus }, (_, value) => `${value}`)]);
}

function isPrime(value: number): boolean {
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return false;
  return true;
}
