// Text to ids and back: characters, words, bytes, and OpenAI's published encodings.
export { bytes } from './bytes.ts';
export { characters } from './characters.ts';
export { tokenizerFromJSON } from './from-json.ts';
export { encoding, encodingNames } from './published-encodings.ts';
export type { EncodeOptions, EncodingName, Tokenizer, TokenizerJSON, WordSplit } from './tokenizer.ts';
export { type WordsOptions, words } from './words.ts';
