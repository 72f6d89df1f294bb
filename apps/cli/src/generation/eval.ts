// `hornbook eval`: how well runs expect a text, side by side.
import { bitsPerByte, perplexity } from '@hornbook/losses';
import { getBackend } from '@tensorflow/tfjs-core';
import { colors } from '../colors.ts';
import { readSource, type Source } from '../data/source.ts';
import { startBackend } from '../start-backend.ts';
import { quote } from '../tokenizer/token-display.ts';
import { progressBar } from '../training/progress-bar.ts';
import { hasRoomToRead } from '../training/room-to-read.ts';
import { finalSource, type OpenRun, openRun } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import { type Judged, judge } from './eval-text.ts';
import type { Quantization } from './quantizations.ts';

export type EvalRequest = {
  readonly folders: readonly string[];
  readonly data: string;
  /** How far the window moves on; half of a run's context when left out. */
  readonly stride?: number;
  /** How many tokens to show, with the loss of each. */
  readonly tokens: number;
  readonly backend?: string;
  readonly json: boolean;
  /** Judges each run once more with its weights in less. */
  readonly quantize?: Quantization;
};

type Report = {
  readonly run: string;
  /** How its weights were kept, and how much higher that makes the loss; the latter is known where both have room. */
  readonly quantization?: Quantization;
  readonly cost?: number;
  readonly step: number;
  readonly parameters: number;
  readonly tokens: number;
  readonly loss: number;
  readonly perplexity: number;
  readonly bitsPerByte: number;
};

export async function evaluateRuns(
  request: EvalRequest,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const source = await readSource(request.data);
  const runs: OpenRun[] = [];
  try {
    for (const folder of request.folders) runs.push(await openRun(folder, 'best')); // all, before the first is judged
    await startBackend(request.backend);
    await evaluate(request, runs, source, write, signal);
  } finally {
    for (const { checkpoint } of runs) await checkpoint.close();
  }
}

async function evaluate(
  { folders, stride, tokens, json, quantize }: EvalRequest,
  runs: readonly OpenRun[],
  source: Source,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(source.text).length;
  const judged: Judged[] = [];
  const reports: Report[] = [];
  for (const [i, run] of runs.entries()) {
    let whole: number | undefined; // the loss with the weights as they are
    for (const quantization of formsOf(run, quantize)) {
      const name = nameOf({ run: folders[i], quantization });
      const bar = progressBar(
        (text) => process.stderr.write(text),
        () => process.stderr.columns || 80,
      );
      const update = (share: number) => bar.update(share, `${name}  ${Math.floor(100 * share)}%`);
      const onProgress = process.stderr.isTTY ? update : undefined;
      const one = await judge(run, source, { stride, quantization, signal, onProgress });
      bar.end();
      if (!one) return;
      judged.push(one);
      const { loss, losses } = one;
      const report = {
        run: folders[i],
        ...(quantization && { quantization, ...(whole !== undefined && { cost: loss - whole }) }),
        step: run.checkpoint.step,
        parameters: run.model.parameterCount,
        tokens: losses.length,
        loss,
        perplexity: perplexity(loss),
        bitsPerByte: bitsPerByte(loss, { tokens: losses.length, bytes }),
      };
      reports.push(report);
      whole = loss;
      if (json) write(`${JSON.stringify({ ...report, ...(tokens > 0 && { losses: list(one, tokens) }) })}\n`);
    }
  }
  if (json) return;
  write(`${source.name}: ${bytes.toLocaleString('en')} bytes\n\n${table(reports)}`);
  for (const [i, { tokenizer }] of runs.entries()) {
    if (tokenizer.lossless) continue;
    write(`\n${folders[i]} loses parts of the text: its bits/byte are less than the text would take\n`);
  }
  for (const { run, quantization, cost } of reports) {
    if (!quantization) continue;
    const costs = `${quantization} costs ${cost?.toFixed(4)} nats`;
    const unknown = `judged in ${quantization} alone: its weights as they are do not fit here`;
    write(`\n${run}: ${cost === undefined ? unknown : costs}\n`);
  }
  if (tokens > 0) write(`\n${tokenTable(reports.map(nameOf), judged, tokens)}`);
}

/** The weights as they are, and as they become; the latter alone where there is no room for more. */
function formsOf({ metadata, ...run }: OpenRun, quantize: Quantization | undefined): (Quantization | undefined)[] {
  if (!quantize) return [undefined];
  const { entries } = finalSource({ metadata, ...run });
  const reading = { settings: metadata.settings, entries, backend: getBackend() };
  const alone = !hasRoomToRead(reading) && hasRoomToRead({ ...reading, quantization: quantize });
  return alone ? [quantize] : [undefined, quantize];
}

const nameOf = ({ run, quantization }: Pick<Report, 'run' | 'quantization'>) =>
  quantization ? `${run} ${quantization}` : run;

/** The runs one below the other, the best in bold. */
function table(reports: readonly Report[]): string {
  const best = Math.min(...reports.map((report) => report.bitsPerByte));
  const rows = reports.map((report) => [
    nameOf(report),
    report.step.toLocaleString('en'),
    report.parameters.toLocaleString('en'),
    report.tokens.toLocaleString('en'),
    report.loss.toFixed(4),
    report.perplexity.toFixed(2),
    report.bitsPerByte.toFixed(4),
  ]);
  const lines = align([['run', 'steps', 'parameters', 'tokens', 'loss', 'perplexity', 'bits/byte'], ...rows]);
  return lines
    .map((line, i) => (reports.length > 1 && reports[i - 1]?.bitsPerByte === best ? colors.bold(line) : line))
    .map((line) => `${line}\n`)
    .join('');
}

/** @throws UserError if the runs cut the text differently, so that their tokens cannot stand side by side */
function tokenTable(names: readonly string[], judged: readonly Judged[], limit: number): string {
  const [{ tokens }] = judged;
  if (judged.some((one) => one.tokens.length !== tokens.length || one.tokens.some((token, i) => token !== tokens[i]))) {
    throw new UserError('Expected runs with the same tokenizer for --tokens: show the others one by one');
  }
  const rows = tokens
    .slice(0, limit)
    .map((token, i) => [quote(token), ...judged.map(({ losses }) => losses[i].toFixed(3))]);
  const lines = align([['token', ...names], ...rows]);
  const more = tokens.length - rows.length;
  return `${lines.join('\n')}\n${more > 0 ? `… ${more.toLocaleString('en')} more (--tokens N shows more)\n` : ''}`;
}

function list({ tokens, losses }: Judged, limit: number) {
  return tokens.slice(0, limit).map((token, i) => ({ token, loss: losses[i] }));
}

/** Columns of one width each, the first to the left and the others to the right. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i]))).join('  '),
  );
}
