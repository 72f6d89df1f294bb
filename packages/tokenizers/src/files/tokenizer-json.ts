// tokenizer.json: Hugging Face's file of a whole tokenizer, read and written.
import { type PipelineTokenizer, pipeline } from '../pipeline/pipeline.ts';
import { JsonField } from './json-field.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';
import { readModel } from './tokenizer-json-model.ts';
import {
  readAddedToken,
  readDecoder,
  readNormalizer,
  readPostProcessor,
  readPreTokenizer,
} from './tokenizer-json-parts.ts';

/**
 * The tokenizer in a tokenizer.json: of the GPT-2, Llama, BERT, T5 and Qwen families, and others made of the same parts.
 *
 * A part that is not known here, or a field of one, is refused by its name: nothing is dropped. So are truncation and
 * padding (set them to null: they are done by batches), BPE dropout, and regular expressions that could take forever or
 * that JavaScript cannot express (see `translateRegex`; for special tokens, see `pipeline`).
 *
 * Ids are those of Hugging Face's library. Places are, too, but for characters that a normalizer joined: here they come
 * from all that they were joined of, there from the first (or last) alone. Characters newer than that library's tables
 * of Unicode may be cut in other places. Texts are encoded one by one: the template of a pair is only kept for writing.
 *
 * @param source the file's text or bytes, or its JSON already parsed
 * @param name what errors call the file
 * @throws TokenizerFileError naming the file and the place in it, such as `added_tokens[3].id`
 */
export function readTokenizerJson(source: string | Uint8Array | object, name = 'tokenizer.json'): PipelineTokenizer {
  const root = new JsonField(parsed(source, name), name, '');
  root.only([
    'version',
    'truncation',
    'padding',
    'added_tokens',
    'normalizer',
    'pre_tokenizer',
    'post_processor',
    'decoder',
    'model',
  ]);
  root.get('version').oneOf(['1.0']);
  for (const setting of ['truncation', 'padding']) {
    if (!root.get(setting).absent) throw root.get(setting).expected('null (lengths are set for a batch of texts)');
  }

  const model = readModel(root.get('model'));
  const vocabSize = root.get('model').get('vocab').size();
  let next = vocabSize;
  const added = root.get('added_tokens');
  const contents = new Map<string, number>();
  const addedTokens = (added.absent ? [] : added.list()).map((field) => {
    const token = readAddedToken(field);
    if (contents.has(token.content)) throw field.get('content').expected('each added token once');
    const known = model.idOf(token.content);
    const id = known ?? next++;
    if (token.id !== id) {
      throw field.get('id').expected(`${id}, ${known === undefined ? 'the next free id' : 'its id in the vocabulary'}`);
    }
    contents.set(token.content, id);
    return token;
  });
  const ids = new Set(contents.values());
  const optional = <Part>(field: JsonField, read: (field: JsonField, depth: number) => Part) =>
    field.absent ? undefined : read(field, 0);
  const normalizer = optional(root.get('normalizer'), readNormalizer);
  const preTokenizer = optional(root.get('pre_tokenizer'), readPreTokenizer);
  const postProcessor = optional(root.get('post_processor'), readPostProcessor);
  const decoder = optional(root.get('decoder'), readDecoder);
  for (const id of [...(postProcessor?.before ?? []), ...(postProcessor?.after ?? [])]) {
    if (model.tokenOf(id) === undefined && !ids.has(id)) {
      throw root.get('post_processor').fail(`Expected ids of tokens, got ${id}, which is none`);
    }
  }
  return added.wrap(() => pipeline({ normalizer, preTokenizer, model, postProcessor, decoder, addedTokens }));
}

/**
 * A pipeline as the text of a tokenizer.json, which Hugging Face's library reads.
 *
 * @throws RangeError if the file cannot represent it: it is of another kind (see `convert…`), or has added tokens whose
 * ids do not follow the vocabulary's
 */
export function writeTokenizerJson(tokenizer: { toJSON(): object }): string {
  const json = tokenizer.toJSON();
  if (!('model' in json)) {
    const kind = 'kind' in json ? String(json.kind) : 'unknown';
    throw new RangeError(`Expected a tokenizer that tokenizer.json can represent (a pipeline), got the kind ${kind}`);
  }
  const text = `${JSON.stringify(json, null, 2)}\n`;
  try {
    readTokenizerJson(text, 'the file to be written');
  } catch (error) {
    if (!(error instanceof TokenizerFileError)) throw error;
    throw new RangeError(`Expected a tokenizer that tokenizer.json can represent; ${error.message}`, { cause: error });
  }
  return text;
}

function parsed(source: string | Uint8Array | object, name: string): unknown {
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return source;
  try {
    return JSON.parse(typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TokenizerFileError(name, 'the whole file', `Expected JSON, got something else: ${reason}`, {
      cause: error,
    });
  }
}
