// `hornbook runs list`: the runs of a folder, newest first.
import { existsSync } from 'node:fs';
import { colors } from '../colors.ts';
import { UserError } from '../user-error.ts';
import { type RunSummary, summarizeRuns } from './run-summary.ts';

/** Where `train` makes them, which may have made none yet. */
const usualFolder = 'runs';

export async function listRuns(
  { folder, json }: { readonly folder: string; readonly json: boolean },
  write: (text: string) => void,
): Promise<void> {
  if (folder !== usualFolder && !existsSync(folder)) throw new UserError(`No such folder: ${folder}`);
  const runs = await summarizeRuns(folder);
  if (json) {
    write(`${JSON.stringify(runs)}\n`);
    return;
  }
  if (runs.length === 0) {
    write(`No runs in ${folder}. Make one: ${colors.bold('hornbook train')}\n`);
    return;
  }
  write(`${table(['run', 'model', 'text', 'steps', 'validation', 'saved'], runs.map(row))}\n`);
}

function row({ folder, settings, text, stepsMade, best, saved }: RunSummary): string[] {
  const { steps } = settings as Partial<typeof settings>;
  return [
    folder,
    settings.model,
    text,
    steps === undefined ? 'counted' : stepsMade < steps ? `${stepsMade}/${steps}` : String(steps),
    best ? best.validationLoss.toFixed(4) : '-',
    `${saved.toISOString().slice(0, 16).replace('T', ' ')}`,
  ];
}

/** Columns as wide as their widest cell, the first row bold. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((cells) => cells[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [colors.bold(line(header)), ...rows.map(line)].join('\n');
}
