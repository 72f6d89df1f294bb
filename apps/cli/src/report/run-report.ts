// The report that a run leaves in its folder when it ends.
import { namedParameters } from '@hornbook/ops';
import { tokenizerFromJSON } from '@hornbook/tokenizers';
import { storeParameters } from '@hornbook/training';
import { mapPoints } from '../embeddings/embeddings.ts';
import { tokenTables, tokenVectors } from '../embeddings/token-vectors.ts';
import type { End } from '../training/reporter.ts';
import type { TrainingRun } from '../training/training-run.ts';
import { writeReport } from './report.ts';

const tokensOnMap = 300;

/** @param measured at the end; of a run that was stopped, what is known */
export async function leaveReport(run: TrainingRun, measured: Partial<End> = {}): Promise<void> {
  const { folder, source, model, parameters, recipe, settings, metadata } = run;
  const named = Object.entries(namedParameters(recipe.average(parameters)));
  const tables = Object.fromEntries(named.filter(([path]) => tokenTables.includes(path)));
  const vectors = tokenVectors(await tokenizerFromJSON(metadata.tokenizer), await storeParameters(tables));
  await writeReport({
    folder,
    settings,
    text: source,
    parameterCount: model.parameterCount,
    figures: figuresOf(measured),
    map: mapPoints(vectors, tokensOnMap),
  });
}

function figuresOf({ validationLoss, trainLoss, testLoss, best }: Partial<End>): Record<string, string> {
  const losses = { 'validation loss': validationLoss, 'training loss': trainLoss, 'test loss': testLoss };
  const known = Object.entries(losses).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return {
    ...Object.fromEntries(known.map(([name, loss]) => [name, loss.toFixed(4)])),
    ...(best &&
      best.validationLoss !== validationLoss && {
        'best validation loss': `${best.validationLoss.toFixed(4)} after ${best.step} steps`,
      }),
  };
}
