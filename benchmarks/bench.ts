// One sitting of all contestants, into RESULTS.md and results.json.
//
//     pnpm bench [--quick] [--rounds 5] [--seconds 1] [--only mlp,gpt] [--with hornbook,pytorch] [--dry]
//
// --quick is two rounds of 0.3 s; --only picks workloads and --with contestants by the beginnings of their names; --dry
// prints and writes nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './sitting/contestants.ts';
import { report, tables } from './sitting/report.ts';
import { hold } from './sitting/sitting.ts';
import { workloads } from './sitting/workloads.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    with: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});

/** Those whose name begins with one of the words. */
function picked<Item extends { readonly name: string }>(items: readonly Item[], words: string | undefined): Item[] {
  const wanted = words?.toLowerCase().split(',') ?? [''];
  const found = items.filter(({ name }) => wanted.some((word) => name.toLowerCase().startsWith(word)));
  if (found.length > 0) return found;
  throw new RangeError(`Expected some of ${items.map(({ name }) => name).join(', ')}, got ${words}`);
}

function positive(name: string, value: string): number {
  if (Number(value) > 0) return Number(value);
  throw new RangeError(`Expected ${name} above 0, got ${value}`);
}

const rounds = Math.ceil(positive('--rounds', values.rounds ?? (values.quick ? '2' : '5')));
const seconds = positive('--seconds', values.seconds ?? (values.quick ? '0.3' : '1'));
const found = report(
  await hold({
    contestants: picked(contestants(), values.with),
    workloads: picked(workloads, values.only).map(({ name }) => name),
    rounds,
    seconds,
  }),
  rounds,
  seconds,
);
const text = tables(found);
console.log(`\n${text}`);
if (!values.dry) {
  const path = join(import.meta.dirname, 'RESULTS.md');
  const [begin, end] = ['<!-- sitting -->', '<!-- /sitting -->'];
  const [before, rest] = readFileSync(path, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`Expected ${begin} and ${end} in ${path}, got none: put them back`);
  writeFileSync(path, `${before}${begin}\n\n${text}\n\n${end}${after}`);
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(found, null, 2)}\n`);
}
