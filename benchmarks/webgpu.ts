// The GPU of this machine: steps of training, tokens and matrix products, ours beside plain TensorFlow.js and PyTorch.
//
//     npm run bench:gpu -- [--quick] [--adapter NAME] [--with 'ours,torch f32'] [--profile] [--python PATH] [--out FOLDER]
//
// Needs a checkout, Node and npm; PyTorch is measured where python3 has torch with CUDA. --quick is a small size, also for a
// software adapter. --profile adds a table of the kernels of a step with their times.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './gpu/contestant.ts';
import { describeMachine } from './gpu/machine.ts';
import { type Column, format, markdownOf, type Report, writeReport } from './gpu/report.ts';
import { endProgram, type Program, runProgram } from './gpu/run-program.ts';
import { type Message, type Row, rowsOf, type SizeName, sizes } from './gpu/sizes.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    adapter: { type: 'string' },
    with: { type: 'string', default: 'ours,ours half,torch f32,torch bf16,tfjs' },
    profile: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string', default: join('runs', 'bench-gpu') },
  },
});
const names = values.with.split(',').map((each) => each.trim());
const known = [...contestants, 'torch f32', 'torch bf16'];
for (const name of names) {
  if (!known.includes(name)) throw new RangeError(`Expected --with ${known.join(', ')}, got ${name}`);
}
const here = join(import.meta.dirname, 'gpu');
const size: SizeName = values.quick ? 'quick' : 'full';
const units = rowsOf(size);

const machine = await describeMachine(values.adapter);
for (const [name, what] of Object.entries(machine)) console.log(`${name}: ${what}`);
const columns: Column[] = names.map((name) => ({ name, values: new Map(), notes: [] }));
const profiles: string[] = [];
const report: Report = { size, machine, columns, profiles };
const fileName = `${machine.Date.replace(/\W+/g, '-')}-${machine.GPU.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(
  0,
  80,
);
const written = join(values.out, fileName);
console.log(
  `\nMeasures ${names.join(', ')}: ${values.quick ? 'a small size' : 'about four minutes on a large GPU'}. What is known is in ${written}.md, also after Ctrl-C.`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    endProgram();
    end(130);
  });
}
for (const column of columns) await measure(column);
if (values.profile) for (const name of names.filter((each) => each.startsWith('ours'))) await profile(name);
end(0);

/** Row by row; after a failure the rest goes on in a new process, for neither a device nor a process may have survived it. */
async function measure(column: Column): Promise<void> {
  console.log(`\n${column.name}`);
  let left = rowsFor(column.name);
  while (left.length > 0) {
    const at: { row?: Row } = {};
    const problem = await runProgram(
      programOf(column.name, left, () => at.row ?? 'starts'),
      (line) => {
        const message: Message = JSON.parse(line);
        if ('about' in message) {
          column.about = message.about;
          column.parameters = message.parameters;
          console.log(`    ${message.about}`);
        } else if ('begins' in message) at.row = message.begins;
        else if ('note' in message) note(column, `${message.row}: ${message.note}`);
        else {
          column.values.set(message.row, message.value);
          console.log(`    ${message.row.padEnd(20)} ${format(message.value).padStart(8)} ${units.get(message.row)}`);
        }
        save();
      },
    );
    if (problem === undefined) return;
    note(column, at.row === undefined ? problem : `${at.row}: ${problem}`);
    if (at.row === undefined) return; // it did not start
    left = left.slice(left.indexOf(at.row) + 1);
  }
}

function note(column: Column, text: string): void {
  column.notes.push(text);
  console.log(`    ${text}`);
  save();
}

async function profile(name: string): Promise<void> {
  console.log(`\nProfile of ${name}`);
  const lines: string[] = [];
  const args = [join(here, 'profile.ts'), name, size, ...(values.adapter ? [values.adapter] : [])];
  const problem = await runProgram(
    node(args, () => 'profile'),
    (line) => lines.push(line),
  );
  profiles.push(problem === undefined ? lines.join('\n') : `No profile of ${name}: ${problem}`);
  console.log(profiles.at(-1));
  save();
}

function rowsFor(name: string): Row[] {
  const rows = [...units.keys()];
  return name === 'ours half' ? rows.filter((row) => row !== 'tokens') : rows; // half precision is for training
}

function programOf(name: string, rows: readonly Row[], doing: Program['doing']): Program {
  const torch = name.match(/^torch (.*)$/);
  if (torch) {
    const args = [join(here, 'pytorch.py'), torch[1], JSON.stringify(sizes[size]), rows.join()];
    return { command: values.python, args, doing, secondsOfSilence: 180 };
  }
  return node([join(here, 'measure.ts'), name, size, rows.join(), ...(values.adapter ? [values.adapter] : [])], doing);
}

function node(args: readonly string[], doing: Program['doing']): Program {
  return { command: process.execPath, args: ['--conditions=development', ...args], doing, secondsOfSilence: 180 };
}

function save(): void {
  writeReport(report, values.out, fileName);
}

function end(code: number): never {
  const [one, ...others] = new Set(columns.flatMap(({ parameters }) => parameters ?? []));
  if (others.length > 0) console.log(`\nThe models differ: ${[one, ...others].join(', ')} parameters`);
  save();
  console.log(
    `\n${markdownOf({ ...report, profiles: [] })}\nFor benchmarks/RESULTS.md: ${written}.md, and ${written}.json`,
  );
  process.exit(code); // Dawn's threads would go on
}
