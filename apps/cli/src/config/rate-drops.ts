// Learning rates from given steps on, as they are written: `100000:0.01` or `1000:0.01,2000:0.001`.
import type { Kind } from './kinds.ts';

const drop = /^(\d+):(\d*\.?\d+(?:e-?\d+)?)$/i;

/** `1000:0.01,2000:0.001` → { 1000: 0.01, 2000: 0.001 } */
export function parseDrops(text: string): Record<number, number> {
  return Object.fromEntries(text.split(',').map((part) => part.split(':').map(Number)));
}

export const rateDrops: Kind<string> = {
  expected: 'steps with the rate from there on, such as 1000:0.01,2000:0.001',
  placeholder: 'list',
  read: (text) => text.replaceAll(/\s/g, ''),
  holds: (value): value is string => typeof value === 'string' && value.split(',').every((part) => drop.test(part)),
};
