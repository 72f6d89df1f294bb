// Documents as long as web pages are, of made-up text.
import { madeUpText } from '../tokenizers/texts.ts';

/** 9 MB of documents of 3,000 characters or a little more. */
export function webPages(): readonly string[] {
  return madeUpText().match(/[\s\S]{3000,}?\n\n/g) ?? [];
}
