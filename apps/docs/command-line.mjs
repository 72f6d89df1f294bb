// The page of the command line: what `hornbook help` says of every command, asked of the program itself.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { helpAsMarkdown } from './help-as-markdown.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, '../cli/src/main.ts');
const page = join(here, 'src/content/docs/reference/command-line.md');

const introduction = `---
title: The command line
description: Every command of hornbook with all its options, as the program itself tells them.
editUrl: false
sidebar:
  order: 2
---

This is what \`hornbook help COMMAND\` says, taken from the program when this site was built. What the commands are good for
is told in the guides: [train on your own text](/guides/own-text/), [prepare a large corpus](/guides/large-corpus/),
[stop and go on](/guides/resume/), [fine-tune](/guides/fine-tune/), [export](/guides/hugging-face/).

In a clone of the repository, type \`npx hornbook\` where \`hornbook\` stands here; \`npm start\` has prepared it.

`;

async function help(command) {
  const args = ['--conditions=development', program, ...command, '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } });
  return { command, text: stdout.trim() };
}

/** The commands below one, as its help lists them: 'train', 'tokenizer', …, and not 'help' itself. */
function commandsIn({ command, text }) {
  const [, list = ''] = text.split(/^Commands:\n/m);
  const names = list.split('\n\n')[0].matchAll(/^ {2}([a-z]+)/gm);
  return [...names].map(([, name]) => [...command, name]).filter((each) => each.at(-1) !== 'help');
}

/** All helps, a command before those below it. */
async function helps(command = []) {
  const own = await help(command);
  const below = await Promise.all(commandsIn(own).map((each) => helps(each)));
  return [own, ...below.flat()];
}

/** A plugin for Starlight. */
export function commandLine() {
  return {
    name: 'command-line',
    hooks: {
      async 'config:setup'({ command }) {
        if (command === 'preview') return;
        const sections = (await helps()).map(({ command, text }) => {
          const heading = `${command.length > 1 ? '###' : '##'} hornbook ${command.join(' ')}`.trim();
          return `${heading}\n\n${helpAsMarkdown(text)}\n`;
        });
        mkdirSync(dirname(page), { recursive: true });
        writeFileSync(page, introduction + sections.join('\n'));
      },
    },
  };
}
