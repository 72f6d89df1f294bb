// Any tokenizer as a tokenizer.json, where there is one that gives the same ids.
import {
  asRanks,
  decoders,
  encodingNames,
  pipeline,
  preTokenizers,
  type Tokenizer,
  wordLevelModel,
  writeTokenizerJson,
} from '@hornbook/tokenizers';

/**
 * The text of a tokenizer.json that Hugging Face's library reads. Undefined for kinds that it cannot express: words, and
 * bytes.
 */
export function tokenizerJson(tokenizer: Tokenizer): string | undefined {
  if (encodingNames.some((name) => name === tokenizer.kind)) return writeTokenizerJson(asRanks(tokenizer));
  if (tokenizer.kind === 'characters') return writeTokenizerJson(characterPipeline(tokenizer));
  try {
    return writeTokenizerJson(tokenizer);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Every character is a word: cut everywhere, and joined without spaces. */
function characterPipeline(tokenizer: Tokenizer) {
  const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
  return pipeline({
    preTokenizer: preTokenizers.split({ Regex: '[\\s\\S]' }, 'Isolated'),
    model: wordLevelModel({ vocab: new Map(ids.map((id) => [tokenizer.tokenOf(id), id])) }),
    decoder: decoders.fuse(),
  });
}
