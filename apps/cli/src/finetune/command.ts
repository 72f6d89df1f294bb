// The command `finetune`: its options, and what runs them.
import { type Command, Option } from 'commander';
import { trainingSettings } from '../config/training-settings.ts';
import { parser, positive, share, wholeNumber } from '../numbers.ts';
import { interruptible } from '../training/interrupt.ts';
import type { Reporter } from '../training/reporter.ts';

type Reporting = { readonly json?: boolean; readonly logEvery: number };

export function addFinetuneCommand(program: Command, makeReporter: (options: Reporting) => Promise<Reporter>): void {
  const { precision } = trainingSettings;
  program
    .command('finetune')
    .description('teach a run something new: to answer, to prefer, to tell classes apart')
    .argument('<folder>', 'the run to begin with, a gpt or a transformer')
    .requiredOption('-d, --data <file>', 'JSON Lines; see below')
    .option('-o, --out <folder>', 'where to save (a new folder in runs)')
    .option('--lora <rank>', 'learn adapters of this rank beside frozen weights', wholeNumber(1))
    .option('--alpha <x>', 'adapters count x / rank times (the rank)', positive)
    .addOption(
      new Option('--lora-from <folder>', 'go on with adapters that PEFT or a run saved').conflicts(['lora', 'alpha']),
    )
    .option('--merge', 'also save the model with its adapters in its weights')
    .option('--freeze <n>', 'leave the tables and the first n blocks as they are', wholeNumber(1), 0)
    .addOption(new Option('--template <name>', 'how questions are put').choices(['chatml', 'alpaca']))
    .addOption(new Option('--dpo', 'learn preferences').conflicts('classify'))
    .option('--beta <x>', 'with --dpo: how dear it is to leave the base', positive, 0.1)
    .addOption(new Option('--classify', 'learn labels').conflicts('template'))
    .option('--epochs <n>', 'times to see each example', wholeNumber(1), 3)
    .option('--steps <n>', 'updates to make, instead of epochs', wholeNumber(1))
    .option('--batch-size <n>', 'examples in a batch (8)', wholeNumber(1))
    .option('--learning-rate <x>', 'at its highest (2e-4; 1e-3 with --lora; a tenth with --dpo)', positive)
    .option('--precision <kind>', 'half for 16 bits, on a GPU that can (full)', parser(precision.kind))
    .option('--validation-share <x>', 'part of the examples to judge by (0.1)', share)
    .option('--evaluate-every <n>', 'steps between measurements (a tenth of all)', wholeNumber(1))
    .option('--seed <n>', 'decides every random choice (42)', wholeNumber(0))
    .addOption(new Option('--backend <name>', 'engine: webgpu, simd, wasm, cpu (the best one here)'))
    .addOption(new Option('--adapter <name>', 'the GPU for webgpu, or a part of its name').hideHelp())
    .option('--json', 'print one JSON object a line')
    .addOption(new Option('--log-every <n>').argParser(wholeNumber(1)).default(1).hideHelp())
    .addHelpText(
      'after',
      `
A line has "prompt" and "response"; "instruction", "input" and "output";
"messages"; or "text". With --dpo a prompt, "chosen" and "rejected"; with
--classify "text" and "label".
Examples:
  hornbook finetune runs/book --data answers.jsonl --lora 8
  hornbook finetune runs/book --data spam.jsonl --classify --freeze 3`,
    )
    .action(
      async (model, { out, lora, alpha, loraFrom, merge = false, freeze, template, dpo, beta, classify, ...rest }) => {
        const { data, epochs, steps, batchSize, learningRate, precision, ...others } = rest;
        const { validationShare, evaluateEvery, seed, backend } = others;
        const given = { steps, batchSize, learningRate, precision, validationShare, evaluateEvery, seed };
        const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const task = dpo ? 'preferences' : classify ? 'classes' : 'answers';
        const request = {
          model,
          data,
          task,
          template,
          lora,
          alpha,
          loraFrom,
          frozenBlocks: freeze,
          beta,
          epochs,
          merge,
        } as const;
        const { finetune } = await import('./finetune.ts');
        const reporter = await makeReporter(rest);
        await interruptible((signal) => finetune({ ...request, settings, out, backend }, { reporter, signal }));
      },
    );
}
