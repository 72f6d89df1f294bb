// Text to token files: however often it is interrupted, what is on disk is a beginning of the result, and is gone on with.
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readDocuments } from '../sources/read-documents.ts';
import { beginning, type Chunk, chunks, type Place } from './chunks.ts';
import { openParts, type PartFiles } from './part-files.ts';
import {
  findDone,
  findProgress,
  type Preparation,
  type PrepareOptions,
  type PrepareProgress,
  type Progress,
  preparation,
} from './preparation.ts';
import { explainFaults, isAboutTexts } from './prepare-faults.ts';
import { type PartName, planByChance, planSplit, type SplitPlan } from './split-plan.ts';
import { sha256Of } from './token-file.ts';
import { TokenFileError } from './token-file-error.ts';
import { formatInfo, parseInfo, type TokenFileInfo } from './token-file-info.ts';
import { enterWork, readIfAny, replaceFile } from './work-folder.ts';

export type Prepared = {
  /** What is in the token files. */
  readonly files: ReadonlyMap<PartName, TokenFileInfo>;
  /** What was there from before: all of it, a part, because of an interruption, or nothing. */
  readonly found: 'all' | 'part' | 'nothing';
};

const partBytes = 2 ** 20; // longer documents are tokenized in parts
const interval = 1000; // milliseconds from one place to go on from to the next

/**
 * Tokenizes documents into `train.bin` and `val.bin`, each with a JSON file beside it that says what is in it. Documents
 * stand in the order of the sources. Each goes whole to one side, the same text always to the same (see `planSplit`). In
 * memory are a few chunks of text and their tokens.
 *
 * Interrupted at any moment, by SIGKILL too, and called again with the same options, it goes on: the files come out byte
 * for byte as if nothing had happened. Called once more when all is done, it does nothing.
 *
 * With `shard` it does one part of the work, into `train-1-of-4.bin`; `openDataset` takes the shards of a folder as one.
 * If there are as many sources as shards, each takes every n-th source and reads no other; if there are fewer, each reads
 * all of them and takes every n-th document.
 *
 * @throws SourceError if a source cannot be read; TokenFileError if one has changed since it was begun, the folder holds
 * something else, one side would be empty, there are more shards than documents, or the disk does not take it;
 * RangeError if an option is out of its range; the signal's reason if it is aborted, after saving how far it is
 */
export async function prepareTokens(options: PrepareOptions): Promise<Prepared> {
  const job = preparation(options);
  const { folder, work, names } = job;
  return explainFaults(folder, async () => {
    const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
    const before = await findProgress(job);
    const done = await findDone(job, { moving: before?.finished ?? false });
    if (done.size === names.size && !before) return { files: done, found: 'all' };
    const leave = await enterWork(work);
    try {
      const progress = await findProgress(job); // what it is now that nobody else is at work
      if (!progress?.finished) await tokenize(job, options, progress);
      return { files: await publish(job), found: progress ? 'part' : 'nothing' };
    } finally {
      await leave();
      if (isNew && (await readdir(folder)).length === 0) await rmdir(folder);
    }
  });
}

/** Fills the files in the hidden folder. What is wrong with the texts leaves nothing behind; all else can be gone on from. */
async function tokenize(job: Preparation, options: PrepareOptions, found?: Progress): Promise<void> {
  const { settings, work } = job;
  let files: PartFiles | undefined;
  try {
    const plan = found?.plan ?? (await makePlan(job, options));
    const parts = await openParts(job, found?.written);
    files = parts;
    const save = async (far: Far, finished: boolean) => {
      await parts.sync();
      const progress: Progress = { settings, plan, ...far, finished };
      await replaceFile(join(work, 'progress.json'), JSON.stringify(progress));
    };
    const far = await writeChunks(job, options, { plan, parts, from: found?.place ?? beginning, save });
    expectTokens(job, far);
    await parts.finish();
    await describe(job, far);
    await save(far, true);
  } catch (error) {
    if (isAboutTexts(error)) {
      await files?.close();
      await rm(work, { recursive: true, force: true });
    }
    throw error;
  } finally {
    await files?.close();
  }
}

/** A place, and what was written up to there: not what a step that broke off wrote after it. */
type Far = Pick<Progress, 'place' | 'written'>;

type Writing = {
  readonly plan: SplitPlan;
  readonly parts: PartFiles;
  readonly from: Place;
  readonly save: (far: Far, finished: boolean) => Promise<void>;
};

/** Chunk after chunk, while the next are being encoded. */
async function writeChunks(
  job: Preparation,
  options: PrepareOptions,
  { plan, parts, from, save }: Writing,
): Promise<Far> {
  const { encode, atOnce = 2, signal, reading, onProgress } = options;
  const progress = progressOf(job);
  let far: Far = { place: from, written: parts.written() };
  let { skipped } = from;
  let saved = performance.now();
  // Not the texts: a few of them at a time are all that is alive.
  const waiting: (Omit<Chunk, 'texts'> & { readonly ids: Promise<readonly Int32Array[]> })[] = [];

  const writeNext = async () => {
    const [{ pieces, after, ids }] = waiting.splice(0, 1);
    await parts.append(pieces, await ids);
    far = { place: after, written: parts.written() };
    const { train, val } = far.written;
    onProgress?.({ ...progress(after), documents: after.documents, tokens: train.tokens + val.tokens });
    if (performance.now() - saved < interval) return;
    await save(far, false);
    saved = performance.now();
  };

  const documents = readDocuments(job.sources, {
    ...reading,
    partBytes,
    from: from.position,
    onSkip: () => skipped++,
  });
  try {
    const options = { plan, shard: job.everyNth, from, skipped: () => skipped };
    for await (const { texts, pieces, after } of chunks(documents, options)) {
      signal?.throwIfAborted();
      const ids = encode(texts);
      ids.catch(() => {}); // is told when its turn comes
      waiting.push({ pieces, after, ids });
      if (waiting.length >= atOnce) await writeNext();
    }
    while (waiting.length > 0) await writeNext();
  } catch (error) {
    if (signal?.aborted) await save(far, false);
    throw error;
  }
  return far;
}

/** How far the reading is, in the bytes of the sources as they are stored. */
function progressOf({ sources }: Preparation): (place: Place) => Pick<PrepareProgress, 'bytes' | 'total'> {
  const ends: number[] = [];
  for (const { size = Number.NaN } of sources) ends.push((ends.at(-1) ?? 0) + size); // of streams nobody knows
  const total = ends.at(-1) ?? 0;
  return ({ position, parts }) => {
    const { source, offset } = position ?? { source: 0, offset: 0 };
    if (Number.isNaN(total)) return { bytes: offset };
    const begin = source === 0 ? 0 : ends[source - 1];
    return { bytes: Math.min(begin + offset + parts * partBytes, ends[source]), total };
  };
}

async function makePlan(job: Preparation, { reading, shard }: PrepareOptions): Promise<SplitPlan> {
  const { sources, validation } = job;
  // Shards have to agree without a look at all documents; streams can be read but once.
  if (shard || sources.some(({ size }) => size === undefined)) return planByChance(validation);
  return planSplit(readDocuments(sources, { ...reading, partBytes }), validation);
}

/** @throws TokenFileError if a side is empty, or there were not enough documents for all shards */
function expectTokens({ everyNth, settings, names }: Preparation, { place, written }: Far): void {
  const { documents } = place;
  if (everyNth && documents < everyNth.count) {
    throw new TokenFileError(
      `Expected at least ${everyNth.count} documents for ${everyNth.count} shards, got ${documents}: make fewer shards`,
    );
  }
  if (settings.shard) return; // one shard may have none to judge by; together they have
  const empty = [...names.keys()].find((part) => written[part].tokens === 0);
  if (!empty) return;
  const purpose = { train: 'train on', val: 'judge by' }[empty];
  throw new TokenFileError(
    `Expected documents to train on and to judge by, got ${documents} and none to ${purpose}: ` +
      'keep another share for validation, or none with 0, or bring more documents',
  );
}

async function describe({ work, names, settings }: Preparation, { place, written }: Far): Promise<void> {
  for (const [part, name] of names) {
    const sha256 = await sha256Of(join(work, `${name}.bin`));
    const { tokens, documents } = written[part];
    const begun = tokens > 0 ? 1 : 0; // the first half of a single document has no end
    const info = { ...settings, tokens, documents: Math.max(documents, begun), sha256, skipped: place.skipped };
    await replaceFile(join(work, `${name}.json`), formatInfo(info));
  }
}

/** Out of the hidden folder: first the tokens, then what says that they are whole. It may have been begun before. */
async function publish({ folder, work, names }: Preparation): Promise<ReadonlyMap<PartName, TokenFileInfo>> {
  for (const ending of ['bin', 'json']) {
    for (const name of names.values()) {
      const from = join(work, `${name}.${ending}`);
      if ((await readdir(work)).includes(`${name}.${ending}`)) await rename(from, join(folder, `${name}.${ending}`));
    }
  }
  const files = new Map<PartName, TokenFileInfo>();
  for (const [part, name] of names) {
    const path = join(folder, `${name}.json`);
    files.set(part, parseInfo((await readIfAny(path)) ?? '', path));
  }
  await rm(work, { recursive: true });
  return files;
}
