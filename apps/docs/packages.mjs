// The page of all packages: the rooms of ARCHITECTURE.md, each with a link to its reference.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, 'src/content/docs/reference/packages.md');

const introduction = `---
title: All packages
description: The packages of Hornbook in the order of the road from text to text, and where to look things up.
editUrl: false
sidebar:
  order: 1
---

The packages stand in the order of the road: text becomes ids, ids become vectors, vectors a loss, a loss better parameters,
and parameters text again. Each has a page with everything that it exports. [Install one package](/guides/install/) says how to
get them.

| package | what it is |
| --- | --- |
`;

const conclusion = `| [hornbook](/reference/command-line/) | The command line: all of it from a terminal. |

What touches files is imported by a longer name, which needs Node: [@hornbook/datasets/files](/reference/api/hornbook/datasets/files/),
[@hornbook/training/checkpoint](/reference/api/hornbook/training/checkpoint/) and
[@hornbook/training/runs](/reference/api/hornbook/training/runs/). All else works in browsers as well.

Shapes are written like this: \`logits [batch, time, vocabSize]\`. Losses are in nats.
`;

/** A plugin for Starlight. */
export function packages() {
  return {
    name: 'packages',
    hooks: {
      'config:setup'({ command }) {
        if (command === 'preview') return;
        const rooms = readFileSync(join(here, '../../ARCHITECTURE.md'), 'utf8').matchAll(
          /^\| `packages\/([a-z-]+)` +\| (.*?) +\|$/gm,
        );
        const rows = [...rooms].map(([, name, what]) => `| [${name}](/reference/api/hornbook/${name}/) | ${what} |\n`);
        mkdirSync(dirname(page), { recursive: true });
        writeFileSync(page, introduction + rows.join('') + conclusion);
      },
    },
  };
}
