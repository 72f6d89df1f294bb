// Text to ids and back: made, trained, published, or read from files.
export { type AddedTokensOptions, withAddedTokens } from './added-tokens.ts';
export { type Batch, type BatchOptions, decodeBatch, encodeBatch, type Side, type Truncation } from './batch.ts';
export { bytes } from './bytes.ts';
export { characters } from './characters.ts';
export { asRanks } from './files/as-ranks.ts';
export { readMinbpe, writeMinbpe } from './files/minbpe.ts';
export { type ReadTiktokenOptions, readTiktoken, writeTiktoken } from './files/tiktoken.ts';
export { TokenizerFileError } from './files/tokenizer-file-error.ts';
export { readTokenizerJson, writeTokenizerJson } from './files/tokenizer-json.ts';
export {
  type ReadVocabMergesOptions,
  readVocabMerges,
  type VocabMerges,
  writeVocabMerges,
} from './files/vocab-merges.ts';
export { tokenizerFromJSON } from './from-json.ts';
export { type BytePairOptions, bytePairModel } from './models/byte-pair.ts';
export { type BytePairParts, type BytePairTokenizer, bytePairTokenizer } from './models/byte-pair-tokenizer.ts';
export type { Model, ModelJSON, PieceTokens } from './models/model.ts';
export { type UnigramOptions, unigramModel } from './models/unigram.ts';
export { type WordLevelOptions, wordLevelModel } from './models/word-level.ts';
export { type WordPieceOptions, wordPieceModel } from './models/word-piece.ts';
export type { AddedToken } from './pipeline/added-tokens.ts';
export { byteGlyphs } from './pipeline/byte-glyphs.ts';
export type { Decoder, Normalizer, PostProcessor, PreTokenizer } from './pipeline/components.ts';
export * as decoders from './pipeline/decoders.ts';
export * as normalizers from './pipeline/normalizers.ts';
export type { Pattern } from './pipeline/patterns.ts';
export {
  type PipelineDecodeOptions,
  type PipelineEncodeOptions,
  type PipelineParts,
  type PipelineTokenizer,
  pipeline,
} from './pipeline/pipeline.ts';
export * as postProcessors from './pipeline/post-processors.ts';
export * as preTokenizers from './pipeline/pre-tokenizers.ts';
export { encoding, encodingNames } from './published-encodings.ts';
export type { SplitPattern } from './split-patterns.ts';
export { type TextStream, textStream } from './text-stream.ts';
export type { EncodeOptions, Encoding, EncodingName, Tokenizer, TokenizerJSON, WordSplit } from './tokenizer.ts';
export {
  type TrainBytePairOptions,
  type TrainedBytePairs,
  type TrainingProgress,
  trainBytePair,
} from './training/byte-pair.ts';
export { type BasicMerges, encodeBasic, trainBytePairBasic } from './training/byte-pair-basic.ts';
export {
  type TrainBytePairModelOptions,
  type TrainedModel,
  trainBytePairModel,
} from './training/byte-pair-model.ts';
export { lines, type Texts } from './training/count-pieces.ts';
export { splitMetaspace, type TrainUnigramOptions, trainUnigram } from './training/unigram.ts';
export { splitWordsAsBert, type TrainWordPieceOptions, trainWordPiece } from './training/word-piece.ts';
export { type WordsOptions, words } from './words.ts';
