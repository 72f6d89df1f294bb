// `hornbook tokenize` and `hornbook tokenizer encode`: what a tokenizer makes of a text.
import { encodeText, makeTokenizer } from '../data/corpus.ts';
import { readSource, readStandardInput } from '../data/source.ts';
import { UserError } from '../user-error.ts';
import { describeTokens } from './token-display.ts';
import { tokenizerOfRun } from './tokenizer-files.ts';

/** Where a text is: in a file or corpus, or given as it is; otherwise, or as `-`, on standard input. */
export type TextRequest = { readonly data?: string; readonly text?: string };

export type TokenizeRequest = TextRequest & {
  /** A kind, or a tokenizer to load. */
  readonly tokenizer: string;
  /** Take the tokenizer of a run instead. */
  readonly run?: string;
  readonly json: boolean;
  /** The most tokens to show. */
  readonly limit: number;
};

export async function tokenize(request: TokenizeRequest, write: (text: string) => void): Promise<void> {
  const text = await readText(request);
  const tokenizer = request.run ? await tokenizerOfRun(request.run) : await makeTokenizer(request.tokenizer, text);
  const ids = encodeText(tokenizer, text, { allowedSpecial: 'all' });
  if (request.json) {
    write(`${JSON.stringify({ tokenizer: tokenizer.kind, vocabSize: tokenizer.vocabSize, ids: [...ids] })}\n`);
    return;
  }
  for (const id of ids.subarray(0, request.limit)) {
    write(`${String(id).padStart(6)}  ${JSON.stringify(tokenizer.tokenOf(id))}\n`);
  }
  if (ids.length > request.limit) write(`     …  ${ids.length - request.limit} more (--limit N shows more)\n`);
  write(`\n${describeTokens(text, ids.length)}, vocabulary of ${tokenizer.vocabSize}\n`);
  if (!tokenizer.lossless) write('Lossy: spacing and unknown words do not come back\n');
}

export type EncodeRequest = TextRequest & { readonly tokenizer: string; readonly json: boolean };

/** Ids for other programs: separated by spaces, or as JSON with the places they came from. */
export async function encode(request: EncodeRequest, write: (text: string) => void): Promise<void> {
  const text = await readText(request);
  const tokenizer = await makeTokenizer(request.tokenizer, text);
  const ids = encodeText(tokenizer, text, { allowedSpecial: 'all' });
  if (!request.json) {
    write(`${ids.join(' ')}\n`);
    return;
  }
  const { starts, ends } = tokenizer.encodeWithOffsets(text, { allowedSpecial: 'all' });
  const { kind, vocabSize } = tokenizer;
  write(`${JSON.stringify({ tokenizer: kind, vocabSize, ids: [...ids], starts: [...starts], ends: [...ends] })}\n`);
}

/** @throws UserError if it cannot be read, or more than one is named */
export async function readText({ data, text }: TextRequest): Promise<string> {
  if (text === undefined)
    return data === undefined || data === '-' ? readStandardInput() : (await readSource(data)).text;
  if (data === undefined) return text;
  throw new UserError(`Expected a file or --text, got both: ${data} and --text`, { exitCode: 2 });
}
