// What a sitting found: as JSON, and as tables for RESULTS.md.
import { cpus, totalmem } from 'node:os';
import type { Sitting } from './sitting.ts';
import { type Workload, workloads } from './workloads.ts';

export type Figure = {
  readonly contestant: string;
  readonly workload: string;
  readonly unit: string;
  readonly median: number;
  /** The quartiles: half of the measurements lie between them. */
  readonly low: number;
  readonly high: number;
  readonly measurements: number;
  readonly loss?: number;
};

export type Report = {
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly gigabytes: number;
    readonly system: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly sitting: { readonly rounds: number; readonly secondsPerTurn: number };
  readonly figures: readonly Figure[];
};

export function report({ times, losses, versions }: Sitting, rounds: number, secondsPerTurn: number): Report {
  const figures: Figure[] = [];
  for (const workload of workloads) {
    for (const [contestant, measured] of times) {
      const milliseconds = measured.get(workload.name);
      if (milliseconds) figures.push(figure(workload, contestant, milliseconds, losses.get(contestant)));
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      gigabytes: Math.round(totalmem() / 2 ** 30),
      system: `${process.platform} ${process.arch}`,
    },
    versions,
    sitting: { rounds, secondsPerTurn },
    figures,
  };
}

function figure(
  { name, unit, fromMilliseconds }: Workload,
  contestant: string,
  milliseconds: readonly number[],
  losses: ReadonlyMap<string, number> | undefined,
): Figure {
  const values = milliseconds.map(fromMilliseconds).sort((a, b) => a - b);
  const at = (share: number) => round(values[Math.round(share * (values.length - 1))]);
  const loss = losses?.get(name);
  return {
    ...{ contestant, workload: name, unit, median: at(0.5), low: at(0.25), high: at(0.75) },
    measurements: values.length,
    ...(loss !== undefined && { loss: round(loss) }),
  };
}

const round = (value: number) => Number(value.toPrecision(4));

/** Tables with a row for each contestant and a column for each of some workloads. */
export function tables({ date, machine, versions, sitting, figures }: Report): string {
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [
    ['Training steps, their batches drawn inside, and generation:', table(figures, /^(mlp|bigram|gpt|generation)$/)],
    ['How many times as fast:', ratios(figures)],
    ['Matrix products, GFLOP/s:', table(figures, /^matmul/)],
    ['Small things:', table(figures, /^(dispatch|loading|tokenizing)$/)],
  ];
  return [
    `${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.gigabytes} GB, ${machine.system}; ${known.join(', ')}. ` +
      `${sitting.rounds} rounds of ${sitting.secondsPerTurn} s a turn; the median, and in brackets half of the distance ` +
      'between the quartiles.',
    ...parts.filter(([, text]) => text !== '').flat(),
  ].join('\n\n');
}

function table(figures: readonly Figure[], names: RegExp): string {
  const columns = workloads.filter(({ name }) => names.test(name) && figures.some(({ workload }) => workload === name));
  const rows = [...new Set(figures.map(({ contestant }) => contestant))]
    .map((contestant) => [
      contestant,
      ...columns.map(({ name }) => {
        const found = figures.find((one) => one.contestant === contestant && one.workload === name);
        return found ? `${number(found.median)} (${number((found.high - found.low) / 2)})` : '';
      }),
    ])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  return layOut(['', ...columns.map(({ title }) => title)], rows);
}

/** Ours against each other contestant's, where both have as many threads. */
function ratios(figures: readonly Figure[]): string {
  const names = ['mlp', 'bigram', 'gpt', 'generation'];
  const pairs = [
    ['hornbook, 1 thread', 'PyTorch, 1 thread'],
    ['hornbook, 2 threads', 'PyTorch, 2 threads'],
    ['hornbook, 1 thread', 'TensorFlow.js, wasm'],
    ['hornbook, 2 threads', 'TensorFlow.js, wasm'],
    ['hornbook, 2 threads', 'jax-js, wasm'],
  ];
  const find = (contestant: string, workload: string) =>
    figures.find((one) => one.contestant === contestant && one.workload === workload);
  const rows = pairs
    .map(([one, other]) => [
      `${one} : ${other}`,
      ...names.map((name) => {
        const [a, b] = [find(one, name), find(other, name)];
        if (!a || !b) return '';
        return (a.unit === 'ms' ? b.median / a.median : a.median / b.median).toFixed(2);
      }),
    ])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  return layOut(['', ...names], rows);
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function layOut(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const widths = head.map((title, i) => Math.max(4, title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
