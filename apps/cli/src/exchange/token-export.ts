// The tokens that a run learns from, as train.bin and val.bin of nanoGPT or llm.c.
import { join } from 'node:path';
import type { TokenHeader, TokenStream } from '@hornbook/datasets';
import { openDataset, writeTokens } from '@hornbook/datasets/files';
import { makeParts } from '../data/corpus.ts';
import { readTrainingSource } from '../data/source.ts';
import type { Run } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';

/** @throws UserError if the text is no longer there, or the run does not read one stream of tokens */
export async function exportTokens({ metadata, tokenizer }: Run, folder: string, header: TokenHeader): Promise<void> {
  const { settings } = metadata;
  if (header === 'none' && tokenizer.vocabSize > 2 ** 16) {
    throw new UserError(
      `Expected at most ${2 ** 16} tokens for nanoGPT, which keeps each in 16 bits, got ${tokenizer.vocabSize}: export to llmc`,
    );
  }
  const source = await readTrainingSource(settings.data);
  const streams: (readonly [string, TokenStream | undefined])[] = [];
  if (source.prepared) {
    const { train, val } = await openDataset(settings.data);
    streams.push(['train', train], ['val', val]);
  } else {
    const { training, validation, test } = makeParts(source, tokenizer, settings);
    if (!training.stream)
      throw new UserError(`Expected a run that reads one stream of tokens, got one of rows: ${settings.model}`);
    streams.push(['train', training.stream], ['val', validation.stream], ['test', test?.stream]);
  }
  for (const [name, stream] of streams) {
    if (stream)
      await writeTokens(join(folder, `${name}.bin`), chunks(stream), { tokenizer, header, sources: [source.name] });
  }
}

const chunk = 2 ** 20; // tokens in memory at a time

function* chunks(stream: TokenStream): Generator<Int32Array> {
  for (let begin = 0; begin < stream.length; begin += chunk) {
    yield stream.subarray(begin, Math.min(begin + chunk, stream.length));
  }
}
