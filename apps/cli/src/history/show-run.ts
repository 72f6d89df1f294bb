// `hornbook runs show`: one run, its settings, its curve, and what it wrote last.
import { colors } from '../colors.ts';
import { describeSettings } from '../config/describe.ts';
import { drawLossCurve } from '../training/loss-curve.ts';
import { readRunLog } from '../training/run-log.ts';
import { summarizeRun } from './run-summary.ts';

export async function showRun(
  { folder, json, columns }: { readonly folder: string; readonly json: boolean; readonly columns: number },
  write: (text: string) => void,
): Promise<void> {
  const summary = await summarizeRun(folder);
  const { steps, samples } = await readRunLog(folder);
  const measured = steps.filter(({ validationLoss }) => validationLoss !== undefined);
  if (json) {
    write(`${JSON.stringify({ ...summary, measurements: measured, samples })}\n`);
    return;
  }
  const { settings, stepsMade, best, text } = summary;
  const curve = drawLossCurve(
    steps.map(({ loss }) => loss),
    { width: Math.min(100, columns - 12) },
  );
  write(`${colors.bold(settings.model)} on ${text}, ${stepsMade} steps, in ${folder}\n\n${describeSettings(settings)}`);
  if (curve) write(`\nTraining loss from step 1 to ${stepsMade}\n${curve}\n`);
  if (measured.length > 0) {
    write('\nValidation loss\n');
    for (const { step, validationLoss } of measured.slice(-12)) {
      const mark = step + 1 === best?.step ? colors.bold('  best') : '';
      write(
        `  after ${String(step + 1).padStart(String(stepsMade).length)} steps  ${validationLoss?.toFixed(4)}${mark}\n`,
      );
    }
  }
  const last = samples.at(-1);
  if (last) write(`\nAfter ${last.step} steps it wrote\n${last.text.replaceAll(/^/gm, '  ')}\n`);
}
