// The page of benchmarks: tables of benchmarks/results.json as its own command lays them out, and the longer measurements.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tables } from '../../benchmarks/sitting/report.ts';

const here = dirname(fileURLToPath(import.meta.url));
const results = join(here, '../../benchmarks');
const page = join(here, 'src/content/docs/design/benchmarks.md');

const introduction = `---
title: Benchmarks
description: The same work here, in PyTorch, in plain TensorFlow.js and in jax-js, with the command that repeats each table.
editUrl: false
sidebar:
  order: 3
---

Every figure on this page was read from a measurement when the site was built; none was typed. In one sitting all contestants
do the same work in turns, several rounds of it, so that a busy moment hits all of them alike. Ratios count more than times:
another machine has other times.

How fast is *your* machine? [Lesson 11](/lessons/speed/) measures it in this browser, and \`hornbook bench\` in a terminal.

## One sitting

\`npm run bench\` in a clone of the repository makes these tables again, and \`npm run bench -- --quick\` a shorter version. It needs
Python with PyTorch for PyTorch's rows; contestants that are missing are left out. Steps are recorded and replayed, as they are of
themselves, and \`eager\` is \`compile: false\`.

`;

/** A plugin for Starlight. */
export function benchmarks() {
  return {
    name: 'benchmarks',
    hooks: {
      'config:setup'({ command }) {
        if (command === 'preview') return;
        const sitting = tables(JSON.parse(readFileSync(join(results, 'results.json'), 'utf8')));
        const [, longer] = readFileSync(join(results, 'RESULTS.md'), 'utf8').split('<!-- /sitting -->');
        // A table's first column has no name there, and a number does not part from what stands behind it.
        const named = `${sitting}\n${longer}`.replaceAll(/^\| +\|/gm, '| what |');
        const whole = named.replaceAll(/^\|.*/gm, (row) =>
          row.replaceAll(/(?<=\d) (?=\([\d.,]+\)|\/ \d|m?s |min|[MG]B )/g, '\u00a0'),
        );
        writeFileSync(page, introduction + whole);
      },
    },
  };
}
