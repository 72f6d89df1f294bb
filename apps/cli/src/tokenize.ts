// `hornbook tokenize`: what a tokenizer makes of a text.
import { makeTokenizer, type TokenizerKind } from './corpus.ts';
import { loadRun } from './run-folder.ts';
import { readSource, readStandardInput } from './source.ts';

export type TokenizeRequest = {
  /** A file or corpus; `-` for standard input. */
  readonly data?: string;
  readonly text?: string;
  readonly tokenizer: TokenizerKind;
  /** Take the tokenizer of a run instead. */
  readonly run?: string;
  readonly json: boolean;
  /** The most tokens to show. */
  readonly limit: number;
};

export async function tokenize(request: TokenizeRequest, write: (text: string) => void): Promise<void> {
  const text = request.text ?? (await read(request.data));
  const tokenizer = request.run ? (await loadRun(request.run)).tokenizer : await makeTokenizer(request.tokenizer, text);
  const ids = tokenizer.encode(text, { allowedSpecial: 'all' });
  if (request.json) {
    write(`${JSON.stringify({ tokenizer: tokenizer.kind, vocabSize: tokenizer.vocabSize, ids: [...ids] })}\n`);
    return;
  }
  for (const id of ids.subarray(0, request.limit)) {
    write(`${String(id).padStart(6)}  ${JSON.stringify(tokenizer.tokenOf(id))}\n`);
  }
  if (ids.length > request.limit) write(`     …  ${ids.length - request.limit} more (--limit N shows more)\n`);
  const bytes = new TextEncoder().encode(text).length;
  write(
    `\n${ids.length} tokens for ${bytes} bytes (${(bytes / ids.length).toFixed(2)} bytes a token), ` +
      `vocabulary of ${tokenizer.vocabSize}${tokenizer.lossless ? '' : ', lossy: spaces and unknown words do not come back'}\n`,
  );
}

async function read(data?: string): Promise<string> {
  return data === undefined || data === '-' ? readStandardInput() : (await readSource(data)).text;
}
