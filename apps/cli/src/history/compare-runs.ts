// `hornbook runs compare`: the loss curves of several runs together, and in what the runs differ.
import { colors } from '../colors.ts';
import type { SettingName } from '../config/settings.ts';
import { settingNames } from '../config/table.ts';
import { drawLossCurves } from '../training/loss-curve.ts';
import { readRunLog } from '../training/run-log.ts';
import { table } from './list-runs.ts';
import { type RunSummary, summarizeRun } from './run-summary.ts';

/** One for each curve, then again from the first: green, yellow, blue, magenta, cyan, red. */
const paints = [32, 33, 34, 35, 36, 31].map((code) => `\x1b[${code}m`);

export async function compareRuns(
  { folders, json, columns }: { readonly folders: readonly string[]; readonly json: boolean; readonly columns: number },
  write: (text: string) => void,
): Promise<void> {
  const runs = await Promise.all(
    folders.map(async (folder) => ({ ...(await summarizeRun(folder)), log: await readRunLog(folder) })),
  );
  const differing = settingNames.filter((name) => new Set(runs.map(({ settings }) => settings[name])).size > 1);
  if (json) {
    const rows = runs.map(({ log, ...run }) => ({
      ...run,
      measurements: log.steps.filter(({ validationLoss }) => validationLoss !== undefined),
    }));
    write(`${JSON.stringify({ runs: rows, differing })}\n`);
    return;
  }
  const paint = colors.isColorSupported ? runs.map((_, i) => paints[i % paints.length]) : [];
  const curves = runs.map(({ folder, log }, i) => ({
    name: folder,
    losses: log.steps.map(({ loss }) => loss),
    paint: paint.at(i),
  }));
  const drawing = drawLossCurves(curves, { width: Math.min(100, columns - 12) });
  if (drawing) write(`Training loss up to step ${Math.max(...runs.map(({ stepsMade }) => stepsMade))}\n${drawing}\n\n`);
  write(`${legend(runs, paint)}\n`);
  if (differing.length > 0) write(`\nWhere they differ\n${differences(runs, differing)}\n`);
}

function legend(runs: readonly RunSummary[], paint: readonly string[]): string {
  const rows = runs.map(({ folder, settings, stepsMade, best }) => [
    folder,
    settings.model,
    String(stepsMade),
    best ? best.validationLoss.toFixed(4) : '-',
    best ? String(best.step) : '-',
  ]);
  const [header, ...lines] = table(['run', 'model', 'steps', 'best validation', 'after'], rows).split('\n');
  return [header, ...lines.map((line, i) => (paint.length > 0 ? `${paint[i]}${line}\x1b[39m` : line))].join('\n');
}

function differences(runs: readonly RunSummary[], names: readonly SettingName[]): string {
  return table(
    ['setting', ...runs.map(({ folder }) => folder)],
    names.map((name) => [name, ...runs.map(({ settings }) => String(settings[name] ?? '-'))]),
  );
}
