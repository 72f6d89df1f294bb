// `hornbook tokenize`: what a tokenizer makes of a text.
import { encodeText, makeTokenizer, type TokenizerKind } from './corpus.ts';
import { loadRun } from './run-folder.ts';
import { readSource, readStandardInput } from './source.ts';
import { UserError } from './user-error.ts';

export type TokenizeRequest = {
  /** A file or corpus; `-` or nothing for standard input. */
  readonly data?: string;
  /** Instead of a file. */
  readonly text?: string;
  readonly tokenizer: TokenizerKind;
  /** Take the tokenizer of a run instead. */
  readonly run?: string;
  readonly json: boolean;
  /** The most tokens to show. */
  readonly limit: number;
};

export async function tokenize(request: TokenizeRequest, write: (text: string) => void): Promise<void> {
  const text = await readText(request);
  const tokenizer = request.run ? (await loadRun(request.run)).tokenizer : await makeTokenizer(request.tokenizer, text);
  const ids = encodeText(tokenizer, text, { allowedSpecial: 'all' });
  if (request.json) {
    write(`${JSON.stringify({ tokenizer: tokenizer.kind, vocabSize: tokenizer.vocabSize, ids: [...ids] })}\n`);
    return;
  }
  for (const id of ids.subarray(0, request.limit)) {
    write(`${String(id).padStart(6)}  ${JSON.stringify(tokenizer.tokenOf(id))}\n`);
  }
  if (ids.length > request.limit) write(`     …  ${ids.length - request.limit} more (--limit N shows more)\n`);
  const bytes = new TextEncoder().encode(text).length;
  const ratio = ids.length > 0 ? ` (${(bytes / ids.length).toFixed(2)} bytes a token)` : '';
  write(`\n${ids.length} tokens for ${bytes} bytes${ratio}, vocabulary of ${tokenizer.vocabSize}\n`);
  if (!tokenizer.lossless) write('Lossy: spacing and unknown words do not come back\n');
}

async function readText({ data, text }: TokenizeRequest): Promise<string> {
  if (text === undefined)
    return data === undefined || data === '-' ? readStandardInput() : (await readSource(data)).text;
  if (data === undefined) return text;
  throw new UserError(`Expected a file or --text, got both: ${data} and --text`, { exitCode: 2 });
}
