// What a sitting found: as JSON, and as tables for RESULTS.md.
import { cpus, loadavg, totalmem } from 'node:os';
import type { Measured, Sitting } from './sitting.ts';
import { type Workload, workloads } from './workloads.ts';

export type Figure = {
  readonly contestant: string;
  readonly workload: string;
  readonly unit: string;
  readonly median: number;
  /** The quartiles: half of the measurements lie between them. */
  readonly low: number;
  readonly high: number;
  /** Of all measurements: what the machine gives when nothing else runs on it. */
  readonly best: number;
  /** The median by the processor's time, all threads together: it depends little on what else the machine does. */
  readonly processor?: number;
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
  readonly sitting: {
    readonly rounds: number;
    readonly secondsPerTurn: number;
    /** Processes that wanted a core, at the end: one or two are the sitting's own, more are others', and spoil it. */
    readonly load: number;
  };
  readonly figures: readonly Figure[];
};

export function report({ times, versions }: Sitting, rounds: number, secondsPerTurn: number): Report {
  const figures: Figure[] = [];
  for (const workload of workloads) {
    for (const [contestant, measured] of times) {
      const found = measured.get(workload.name);
      if (found) figures.push(figure(workload, contestant, found));
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
    sitting: { rounds, secondsPerTurn, load: round(loadavg()[1]) },
    figures,
  };
}

function figure({ name, unit, fromMilliseconds }: Workload, contestant: string, measured: Measured): Figure {
  const at = (milliseconds: readonly number[], share: number) => {
    const values = milliseconds.map(fromMilliseconds).sort((a, b) => a - b);
    return round(values[Math.round(share * (values.length - 1))]);
  };
  const { milliseconds, processor, loss } = measured;
  return {
    ...{ contestant, workload: name, unit },
    ...{ median: at(milliseconds, 0.5), low: at(milliseconds, 0.25), high: at(milliseconds, 0.75) },
    best: at(milliseconds, lessIsBetter(unit) ? 0 : 1),
    ...(processor.length > 0 && { processor: at(processor, 0.5) }),
    measurements: milliseconds.length,
    ...(loss !== undefined && { loss: round(loss) }),
  };
}

const lessIsBetter = (unit: string) => unit === 'ms' || unit === 'µs';

const round = (value: number) => Number(value.toPrecision(4));

/** Tables with a row for each contestant and a column for each of some workloads. */
export function tables({ date, machine, versions, sitting, figures }: Report): string {
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [
    ['Training steps, their batches drawn inside, and generation:', table(figures, /^(mlp|bigram|gpt|generation)$/)],
    [
      'How many times as fast, by the median, by the best of all turns, and by the time of the processor:',
      ratios(figures),
    ],
    ['Matrix products, GFLOP/s:', table(figures, /^matmul/)],
    ['Small things:', table(figures, /^(dispatch|loading|tokenizing)$/)],
  ];
  return [
    `${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.gigabytes} GB, ${machine.system}; ${known.join(', ')}. ` +
      `${sitting.rounds} rounds of ${sitting.secondsPerTurn} s a turn; the median, and in brackets half of the distance ` +
      'between the quartiles.' +
      (sitting.load > machine.cores + 1
        ? ` **${Math.round(sitting.load)} processes wanted a core** while this was measured, so that wall times and most ` +
          'ratios say little; those by the time of the processor say more.'
        : ''),
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

/** Ours against others; PyTorch's with as many threads. */
function ratios(figures: readonly Figure[]): string {
  const names = ['mlp', 'bigram', 'gpt', 'generation'];
  const [one, two] = ['hornbook, 1 thread', 'hornbook, 2 threads'];
  const pairs: [string, string, 'median' | 'best' | 'processor'][] = [
    [one, 'PyTorch, 1 thread', 'median'],
    [one, 'PyTorch, 1 thread', 'best'],
    [one, 'PyTorch, 1 thread', 'processor'],
    [two, 'PyTorch, 2 threads', 'median'],
    [two, 'PyTorch, 2 threads', 'best'],
    [one, 'TensorFlow.js, wasm', 'median'],
    [one, 'TensorFlow.js, wasm', 'processor'],
    [two, 'TensorFlow.js, wasm', 'median'],
    [two, 'jax-js, wasm', 'median'],
  ];
  const find = (contestant: string, workload: string) =>
    figures.find((each) => each.contestant === contestant && each.workload === workload);
  const rows = pairs
    .map(([ours, theirs, by]) => [
      `${ours} : ${theirs}`,
      by === 'processor' ? "processor's time" : by,
      ...names.map((name) => {
        const [a, b] = [find(ours, name), find(theirs, name)];
        const [mine, other] = [a?.[by], b?.[by]];
        if (!a || mine === undefined || other === undefined) return '';
        return (lessIsBetter(a.unit) ? other / mine : mine / other).toFixed(2);
      }),
    ])
    .filter(([, , ...cells]) => cells.some((cell) => cell !== ''));
  return layOut(['', 'by', ...names], rows);
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
