// The commands that bring models here and take them elsewhere, `import` and `export`: their options, and what runs them.
import { type Command, Option } from 'commander';
import { wholeNumber } from '../numbers.ts';
import { interruptible } from '../training/interrupt.ts';
import type { ExportFormat } from './export-model.ts';

const formats: readonly ExportFormat[] = [
  'huggingface',
  'peft',
  'safetensors',
  'tfjs',
  'projector',
  'nanogpt',
  'llmc',
  'pytorch',
];

/** Adds `import` and `export`. */
export function addExchangeCommands(program: Command, write: (text: string) => void): void {
  program
    .command('import')
    .description('make a run of a published model, or of an export')
    .argument('<source>', 'a name such as openai-community/gpt2 (or NAME@REVISION), or a folder')
    .option('-o, --out <folder>', 'where to save the run (a new folder in runs)')
    .option('-t, --tokenizer <name>', 'if none comes with the weights: gpt2, bytes, … or a file')
    .option('--context-length <n>', 'look back at fewer tokens, where positions are rotary', wholeNumber(1))
    .option('--lora-from <folder>', 'adapters for it, as PEFT or a run saved them')
    .addHelpText(
      'after',
      `
Reads GPT-2 and the Llama family (SmolLM2, TinyStories, Qwen2) as safetensors;
never pickles. What is downloaded is verified and kept; a download that was cut
off goes on. HF_ENDPOINT names a mirror, HORNBOOK_CACHE the folder for it.

Examples:
  hornbook import openai-community/gpt2
  hornbook import HuggingFaceTB/SmolLM2-135M --context-length 1024
  hornbook import ./some-model --out runs/some-model`,
    )
    .action(async (source, { out, tokenizer, contextLength, loraFrom }) => {
      const { importModel } = await import('./import-model.ts');
      const { stdout } = process;
      const screen = { live: stdout.isTTY, columns: () => stdout.columns || 80 };
      await interruptible((signal) =>
        importModel({ source, out, tokenizer, contextLength, loraFrom }, { write, screen, signal }),
      );
    });

  program
    .command('export')
    .description('write a run as files that other programs read')
    .argument('<run>', 'the run folder')
    .argument('<folder>', 'a new folder to write')
    .addOption(new Option('-f, --format <name>', 'of the files').choices(formats).default('huggingface'))
    .addHelpText(
      'after',
      `
  huggingface  config.json, tokenizer.json, model.safetensors; adapters are
               added to the weights
  peft         the adapters alone
  safetensors  the parameters under their own names
  tfjs         model.json and its weights, for TensorFlow.js
  projector    the tokens' vectors, for https://projector.tensorflow.org
  nanogpt      the tokens it learns from, as train.bin and val.bin
  llmc         the same with the header of llm.c
  pytorch      all that a run needs to go on in PyTorch, on any number of GPUs

Examples:
  hornbook export runs/book book-model
  hornbook export runs/book elsewhere --format pytorch`,
    )
    .action(async (run, out, { format }) => {
      const { exportRun } = await import('./export-model.ts');
      await exportRun({ run, out, format }, write);
    });
}
