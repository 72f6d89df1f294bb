// What came of a run, as a section for RESULTS.md and as JSON, written after every figure so that nothing is lost.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Row, rowsOf, type SizeName, sizes } from './sizes.ts';

export type Column = {
  readonly name: string;
  about?: string;
  parameters?: number;
  readonly values: Map<Row, number>;
  /** What went wrong, or is worth knowing. */
  readonly notes: string[];
};

export type Report = {
  readonly size: SizeName;
  /** Lines of a name and what there is: GPU, driver … */
  readonly machine: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Tables of profile.ts. */
  readonly profiles: readonly string[];
};

/** Writes beside and renames: FOLDER/NAME.md and FOLDER/NAME.json. */
export function writeReport(report: Report, folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  const write = (ending: string, text: string) => {
    const path = join(folder, `${name}.${ending}`);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };
  write('md', markdownOf(report));
  const columns = report.columns.map((column) => ({ ...column, values: Object.fromEntries(column.values) }));
  write('json', `${JSON.stringify({ ...report, setting: sizes[report.size], columns }, null, 2)}\n`);
}

export function markdownOf({ size, machine, columns, profiles }: Report): string {
  const { model, batchSize, dropout } = sizes[size];
  const lines = Object.entries(machine).map(([name, what]) => `- ${name}: ${what}`);
  for (const { name, about, parameters } of columns) {
    if (about) lines.push(`- ${name}: ${about}, ${parameters?.toLocaleString('en')} parameters`);
  }
  const setting =
    `GPT of ${model.numLayers} layers, ${model.numHeads} heads, ${model.embedDim} wide, context ${model.contextLength}, batch ` +
    `${batchSize}, without dropout and with ${dropout}; AdamW, clipped at 1. Tokens: one text that fills the context, ours with a ` +
    "cache of keys and values, PyTorch's as nanoGPT samples, without. A product is of square matrices; half: of 16 bits, sums in 32.";
  const notes = columns.flatMap(({ name, notes }) => notes.map((note) => `- ${name}: ${note}`));
  const parts = [`## ${machine.GPU}`, '`npm run bench:gpu`', lines.join('\n'), setting, tableOf(size, columns)];
  return `${[...parts, comparisons(columns), notes.join('\n'), ...profiles].filter((part) => part !== '').join('\n\n')}\n`;
}

function tableOf(size: SizeName, columns: readonly Column[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(12) : cell.padEnd(28))).join(' | ')} |`;
  const head = [
    line(['', ...columns.map(({ name }) => name)]),
    line(['-'.repeat(28), ...columns.map(() => `${'-'.repeat(11)}:`)]),
  ];
  const row = ([row, unit]: [Row, string]) =>
    line([`${row}, ${unit}`, ...columns.map(({ values }) => format(values.get(row)))]);
  return [...head, ...[...rowsOf(size)].map(row)].join('\n');
}

/** Ours beside the others, in words: what is aimed at is half of PyTorch's speed in float32, and five times TensorFlow.js's. */
function comparisons(columns: readonly Column[]): string {
  const value = (name: string, row: Row) => columns.find((column) => column.name === name)?.values.get(row);
  const sentences: string[] = [];
  for (const [ours, other] of [
    ['ours', 'torch f32'],
    ['ours', 'tfjs'],
    ['ours half', 'torch bf16'],
  ]) {
    for (const row of ['step', 'step with dropout'] as const) {
      const [mine, theirs] = [value(ours, row), value(other, row)];
      if (mine && theirs)
        sentences.push(`${row}: ${ours} has ${(theirs / mine).toPrecision(3)} times the speed of ${other}.`);
    }
  }
  return sentences.map((sentence) => `- ${sentence}`).join('\n');
}

export function format(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en');
}
