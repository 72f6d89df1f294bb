// `hornbook tokenizer convert`: a tokenizer from one format to another.
import { colors } from '../colors.ts';
import { type SaveOptions, saveTokenizer } from './save-tokenizer.ts';
import { type LoadOptions, loadTokenizer } from './tokenizer-files.ts';

export type ConvertRequest = LoadOptions & SaveOptions & { readonly from: string; readonly to: string };

/** What the new format cannot hold is an error; then nothing is written. */
export async function convert(
  { from, to, pattern, omitSpecials }: ConvertRequest,
  write: (text: string) => void,
): Promise<void> {
  const tokenizer = await loadTokenizer(from, { pattern });
  await saveTokenizer(tokenizer, to, { omitSpecials });
  const size = tokenizer.vocabSize.toLocaleString('en');
  write(`${colors.bold(from)}, ${tokenizer.kind} of ${size} tokens, saved in ${to}\n`);
}
