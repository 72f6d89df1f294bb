// `hornbook export`: a run as files that other programs read, and that `hornbook import` brings back.
import {
  streamSafetensors,
  streamSharded,
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
import { storeParameters } from '@hornbook/training';
import { tokenLabel } from '../embeddings/token-labels.ts';
import { tokenVectors } from '../embeddings/token-vectors.ts';
import { peftFiles } from '../finetune/adapter-files.ts';
import { startBackend } from '../start-backend.ts';
import { restore } from '../training/restore.ts';
import { finalTensors, loadRun, type Run } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import { modelOf } from './hugging-face-model.ts';
import { writeRecipe } from './pytorch-recipe.ts';
import { describeForExport } from './run-description.ts';
import { exportTokens } from './token-export.ts';
import { tokenizerConfig, tokenizerJson } from './tokenizer-json.ts';
import { type FolderWriter, writeFolder } from './write-folder.ts';

export type ExportFormat =
  | ('huggingface' | 'peft' | 'safetensors' | 'tfjs' | 'projector')
  | ('nanogpt' | 'llmc' | 'pytorch');

export type ExportRequest = { readonly run: string; readonly format: ExportFormat; readonly out: string };

export async function exportRun(
  { run: name, format, out }: ExportRequest,
  write: (text: string) => void,
): Promise<void> {
  const run = await loadRun(name, format === 'pytorch' ? 'latest' : 'best'); // what goes on, goes on from its end
  expectPossible(run, name, format);
  await writeFolder(out, (folder) => writers[format](run, folder));
  write(`Saved in ${out}. ${adviceOn(format, run)}\n`);
}

/** What there is no such file of. */
function expectPossible({ metadata: { finetuning } }: Run, name: string, format: ExportFormat): void {
  if (finetuning && ['nanogpt', 'llmc', 'pytorch'].includes(format)) {
    throw new UserError(`Expected a run that learned from a text, got one that was fine-tuned on records: ${name}`);
  }
  if (finetuning?.labels && format === 'peft') {
    throw new UserError(`Expected adapters alone, got some beside a head for classes: export ${name} as huggingface`);
  }
}

/** As the run samples: averages where it keeps them, and adapters in the weights. */
async function tensorsOf(run: Run): Promise<TensorSource> {
  const tensors = tensorsInMemory(finalTensors(run));
  if (!run.metadata.finetuning?.lora) return tensors;
  await startBackend();
  return tensorsInMemory(await storeParameters(await restore(run, tensors)));
}

const writers: Readonly<Record<ExportFormat, (run: Run, folder: FolderWriter) => Promise<void>>> = {
  huggingface: async (run, folder) => writeHuggingFace(run, folder, await tensorsOf(run)),
  async peft(run, folder) {
    for (const [name, contents] of await peftFiles(run, tensorsInMemory(finalTensors(run))))
      await folder.write(name, contents);
  },
  async safetensors(run, folder) {
    await folder.write(...describeForExport(run));
    await folder.write('model.safetensors', streamSafetensors(await tensorsOf(run)));
  },
  async tfjs(run, folder) {
    await folder.write(...describeForExport(run));
    await writeParts(folder, streamTfjsWeights(await tensorsOf(run)));
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
    const tensors = tensorsInMemory(run.checkpoint.tensors);
    await writeHuggingFace(run, folder, tensors, { shardBytes: Number.POSITIVE_INFINITY }); // train.py reads one file
    await exportTokens(run, folder.path, 'none');
  },
};

const advice: Readonly<Record<ExportFormat, string>> = {
  huggingface: 'transformers reads it: AutoModelForCausalLM.from_pretrained(…); and so does hornbook import',
  peft: 'PEFT reads it: PeftModel.from_pretrained(model, …); and so does hornbook finetune --lora-from',
  safetensors: 'The tensors have the names of the parameters here; hornbook import reads it',
  tfjs: 'tf.io.browserHTTPRequest and hornbook import read it',
  projector: 'Load both files at https://projector.tensorflow.org',
  nanogpt: 'train.bin and val.bin are as nanoGPT reads them; what is in them is said in the JSON beside',
  llmc: 'train.bin and val.bin have the header of llm.c; what is in them is said in the JSON beside',
  pytorch: 'How it goes on is said in its README.md',
};

function adviceOn(format: ExportFormat, { metadata }: Run): string {
  return metadata.finetuning?.labels
    ? advice[format].replace('ForCausalLM', 'ForSequenceClassification')
    : advice[format];
}

async function writeHuggingFace(
  run: Run,
  folder: FolderWriter,
  tensors: TensorSource,
  files: { readonly shardBytes?: number } = {},
): Promise<void> {
  const { metadata, tokenizer, checkpoint } = run;
  const { labels } = metadata.finetuning ?? {};
  const model = { ...modelOf(metadata.settings, tokenizer.vocabSize), ...(labels && { labels }) };
  const ends = endsOf(tokenizer);
  const source = { ...tensors, metadata: { step: String(checkpoint.step) } };
  await folder.write('config.json', writeHuggingFaceConfig(model, { ends, dropout: metadata.settings.dropout }));
  await folder.write('generation_config.json', writeGenerationConfig({ ...ends, ...metadata.generation }));
  await folder.write(...describeForExport(run));
  const json = tokenizerJson(tokenizer);
  if (json !== undefined) {
    await folder.write('tokenizer.json', json);
    await folder.write('tokenizer_config.json', tokenizerConfig(tokenizer, ends, metadata));
  }
  await writeParts(folder, streamSharded(toHuggingFace(model, source), files));
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
