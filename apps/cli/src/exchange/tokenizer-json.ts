// Any tokenizer as a tokenizer.json, where there is one that gives the same ids, and the tokenizer_config.json beside it.
import type { TextEnds } from '@hornbook/formats';
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
import type { RunMetadata } from '../training/run-folder.ts';

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

/** What transformers asks of a tokenizer besides: its special tokens by their names, and how a chat is put. */
export function tokenizerConfig(
  { tokenOf }: Tokenizer,
  { bos, eos }: TextEnds,
  { settings, finetuning }: Pick<RunMetadata, 'settings' | 'finetuning'>,
): string {
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: settings.contextLength,
    clean_up_tokenization_spaces: false,
    ...(bos !== undefined && { bos_token: tokenOf(bos) }),
    ...(eos !== undefined && { eos_token: tokenOf(eos), pad_token: tokenOf(eos) }),
    ...(finetuning?.template === 'chatml' && { chat_template: chatmlInJinja }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

const chatmlInJinja =
  '{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}' +
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

/** Every character is a word: cut everywhere, and joined without spaces. */
function characterPipeline(tokenizer: Tokenizer) {
  const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
  return pipeline({
    preTokenizer: preTokenizers.split({ Regex: '[\\s\\S]' }, 'Isolated'),
    model: wordLevelModel({ vocab: new Map(ids.map((id) => [tokenizer.tokenOf(id), id])) }),
    decoder: decoders.fuse(),
  });
}
