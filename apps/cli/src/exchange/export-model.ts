// `hornbook export`: a run as files that other programs read, and that `hornbook import` brings back.
import {
  streamSafetensors,
  streamTfjsWeights,
  type TensorSource,
  type TextEnds,
  tensorsInMemory,
  toHuggingFace,
  writeGenerationConfig,
  writeHuggingFaceConfig,
  writeMetadata,
  writeVectors,
} from '@hornbook/formats';
import type { Tokenizer } from '@hornbook/tokenizers';
import { tokenLabel } from '../embeddings/token-labels.ts';
import { tokenVectors } from '../embeddings/token-vectors.ts';
import { expectPlainModel } from '../finetune/finetuning.ts';
import { finalTensors, loadRun, type Run } from '../run-folder.ts';
import { modelOf } from './hugging-face-model.ts';
import { writeRecipe } from './pytorch-recipe.ts';
import { describeForExport } from './run-description.ts';
import { exportTokens } from './token-export.ts';
import { tokenizerJson } from './tokenizer-json.ts';
import { type FolderWriter, writeFolder } from './write-folder.ts';

export type ExportFormat = 'huggingface' | 'safetensors' | 'tfjs' | 'projector' | 'nanogpt' | 'llmc' | 'pytorch';

export type ExportRequest = { readonly run: string; readonly format: ExportFormat; readonly out: string };

export async function exportRun(
  { run: name, format, out }: ExportRequest,
  write: (text: string) => void,
): Promise<void> {
  const run = await loadRun(name, format === 'pytorch' ? 'latest' : 'best'); // what goes on, goes on from its end
  if (!['projector', 'nanogpt', 'llmc'].includes(format)) expectPlainModel(run, name);
  await writeFolder(out, (folder) => writers[format](run, folder));
  write(`Saved in ${out}. ${advice[format]}\n`);
}

const writers: Readonly<Record<ExportFormat, (run: Run, folder: FolderWriter) => Promise<void>>> = {
  huggingface: (run, folder) => writeHuggingFace(run, folder, tensorsInMemory(finalTensors(run))),
  async safetensors(run, folder) {
    await folder.write(...describeForExport(run));
    await folder.write('model.safetensors', streamSafetensors(tensorsInMemory(finalTensors(run))));
  },
  async tfjs(run, folder) {
    await folder.write(...describeForExport(run));
    await writeParts(folder, streamTfjsWeights(tensorsInMemory(finalTensors(run))));
  },
  async projector({ tokenizer, ...run }, folder) {
    const { tokens, vectors } = tokenVectors(tokenizer, finalTensors({ tokenizer, ...run }));
    await folder.write('vectors.tsv', writeVectors(vectors));
    await folder.write('metadata.tsv', writeMetadata({ token: tokens.map(tokenLabel) }));
  },
  nanogpt: (run, { path }) => exportTokens(run, path, 'none'),
  llmc: (run, { path }) => exportTokens(run, path, 'llm.c'),
  async pytorch(run, folder) {
    await writeRecipe(run, folder); // first: it knows best what PyTorch cannot go on with
    await writeHuggingFace(run, folder, tensorsInMemory(run.checkpoint.tensors));
    await exportTokens(run, folder.path, 'none');
  },
};

const advice: Readonly<Record<ExportFormat, string>> = {
  huggingface: 'transformers reads it: AutoModelForCausalLM.from_pretrained(…); and so does hornbook import',
  safetensors: 'The tensors have the names of the parameters here; hornbook import reads it',
  tfjs: 'tf.io.browserHTTPRequest and hornbook import read it',
  projector: 'Load both files at https://projector.tensorflow.org',
  nanogpt: 'train.bin and val.bin are as nanoGPT reads them; what is in them is said in the JSON beside',
  llmc: 'train.bin and val.bin have the header of llm.c; what is in them is said in the JSON beside',
  pytorch: 'How it goes on is said in its README.md',
};

async function writeHuggingFace(run: Run, folder: FolderWriter, tensors: TensorSource): Promise<void> {
  const { metadata, tokenizer, checkpoint } = run;
  const model = modelOf(metadata.settings, tokenizer.vocabSize);
  const ends = endsOf(tokenizer);
  const source = { ...tensors, metadata: { step: String(checkpoint.step) } };
  await folder.write('config.json', writeHuggingFaceConfig(model, { ends, dropout: metadata.settings.dropout }));
  await folder.write('generation_config.json', writeGenerationConfig({ ...ends, ...metadata.generation }));
  await folder.write(...describeForExport(run));
  const json = tokenizerJson(tokenizer);
  if (json !== undefined) await folder.write('tokenizer.json', json);
  await folder.write('model.safetensors', streamSafetensors(toHuggingFace(model, source)));
}

/** Special tokens that stand for the end of a text, by their usual names. */
function endsOf({ specials }: Tokenizer): TextEnds {
  const id = (names: readonly string[]) => names.map((name) => specials[name]).find((one) => one !== undefined);
  const eos = id(['<|endoftext|>', '</s>', '<eos>', '<|im_end|>', '[SEP]']);
  const bos = id(['<s>', '<bos>', '<|im_start|>', '[CLS]']) ?? eos;
  return { ...(bos !== undefined && { bos }), ...(eos !== undefined && { eos }) };
}

/** Parts of several files, each file's one after the other. */
async function writeParts(
  folder: FolderWriter,
  parts: AsyncGenerator<{ readonly file: string; readonly bytes: Uint8Array }>,
): Promise<void> {
  let next = await parts.next();
  while (!next.done) {
    const { file } = next.value;
    const partsOfFile = async function* () {
      for (; !next.done && next.value.file === file; next = await parts.next()) yield next.value.bytes;
    };
    await folder.write(file, partsOfFile());
  }
}
