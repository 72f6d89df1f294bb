// hornbook.json: what an exported folder keeps of the run it came from, so that it can come back as it was.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJsonObject } from '@hornbook/formats';
import type { TokenizerJSON } from '@hornbook/tokenizers';
import { resolveSettings } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import { type Finetuning, templates } from '../finetune/finetuning.ts';
import type { Run, RunMetadata } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';

export type RunDescription = {
  readonly settings: Settings;
  readonly tokenizer: TokenizerJSON;
  readonly source: RunMetadata['source'];
  readonly step: number;
  readonly finetuning?: Taught;
};

/** What of fine-tuning matters to those who use the model. */
type Taught = Pick<Finetuning, 'task' | 'template' | 'labels'>;

const file = 'hornbook.json';

export function describeForExport({ metadata, checkpoint: { step } }: Run): [name: string, text: string] {
  const { settings, source, tokenizer, finetuning } = metadata;
  const { task, template, labels } = finetuning ?? {};
  const taught = finetuning && { finetuning: { task, template, labels } };
  return [
    file,
    `${JSON.stringify({ format: 'hornbook run', version: 1, step, source, ...taught, settings, tokenizer }, null, 1)}\n`,
  ];
}

/** Undefined if the folder has none. @throws UserError or FormatError if it has, and it is not sound */
export async function readDescription(folder: string): Promise<RunDescription | undefined> {
  const path = join(folder, file);
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new UserError(`Could not read ${path}: ${error.message}`, { cause: error });
  });
  return text && parseDescription(text, path);
}

/** @throws UserError or FormatError if it is not sound */
export function parseDescription(text: Uint8Array, path: string): RunDescription {
  const { format, version, step, source, finetuning, settings, tokenizer } = parseJsonObject(text, path);
  if (format !== 'hornbook run' || version !== 1) {
    throw new UserError(`Expected ${path} to describe a run, as this version of hornbook writes it, got another file`);
  }
  const { location, kind, sha256 } = (source ?? {}) as Partial<RunMetadata['source']>;
  const sound =
    Number.isSafeInteger(step) &&
    (step as number) >= 0 &&
    [settings, tokenizer].every((value) => typeof value === 'object' && value !== null) &&
    [location, sha256].every((value) => typeof value === 'string') &&
    (kind === 'lines' || kind === 'prose') &&
    isTaught(finetuning);
  if (!sound)
    throw new UserError(`Expected step, source, settings and tokenizer in ${path}, got others: it is damaged`);
  return {
    settings: resolveSettings([{ settings: settings as Record<string, unknown>, file: path }]),
    tokenizer: tokenizer as TokenizerJSON,
    source: source as RunMetadata['source'],
    step: step as number,
    ...(finetuning !== undefined && { finetuning: finetuning as Taught }),
  };
}

function isTaught(finetuning: unknown): boolean {
  if (finetuning === undefined) return true;
  const { task, template, labels } = (finetuning ?? {}) as Record<string, unknown>;
  if (template !== undefined && !Object.hasOwn(templates, String(template))) return false;
  if (task !== 'classes') return labels === undefined && (task === 'answers' || task === 'preferences');
  return Array.isArray(labels) && labels.length >= 2 && labels.every((label) => typeof label === 'string');
}
