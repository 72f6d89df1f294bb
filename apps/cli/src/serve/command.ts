// The command `serve`: its options, and what runs them.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { quantizations } from '../generation/quantizations.ts';
import { positive, wholeNumber } from '../numbers.ts';
import { interruptible } from '../training/interrupt.ts';

function port(text: string): number {
  const number = wholeNumber(0)(text);
  if (number < 65536) return number;
  throw new InvalidArgumentError('Expected a whole number below 65536.');
}

export function addServeCommand(program: Command, write: (text: string) => void): void {
  program
    .command('serve')
    .description("answer over HTTP, as OpenAI's servers do")
    .argument('<folder>', 'the run folder')
    .option('--port <n>', 'where to listen; 0 takes any that is free', port, 8000)
    .option('--host <address>', 'who may ask: this machine alone, or 0.0.0.0 for all', '127.0.0.1')
    .addOption(new Option('--template <name>', 'how chats are put').choices(['chatml', 'alpaca']))
    .option('--max-tokens <n>', 'the most new tokens of a request', wholeNumber(1), 1024)
    .option('--max-body <bytes>', 'the largest request', wholeNumber(1), 1_000_000)
    .option('--timeout <seconds>', 'the most time of a request, waiting included', positive, 600)
    .option('--concurrency <n>', 'answers made at once', wholeNumber(1), 4)
    .option('--queue <n>', 'requests that may wait', wholeNumber(0), 2000)
    .addOption(new Option('--quantize <name>', 'keep weights in less: one byte each').choices(quantizations))
    .addOption(new Option('--backend <name>', 'engine: webgpu, simd, wasm, cpu (the best one here)'))
    .addOption(new Option('--adapter <name>', 'the GPU for webgpu, or a part of its name; see doctor'))
    .addHelpText(
      'after',
      `
/v1/completions, /v1/chat/completions and /v1/models, whole or streamed.
Examples:
  hornbook serve runs/book
  curl localhost:8000/v1/completions -H 'Content-Type: application/json' \\
    -d '{"prompt": "Once upon", "max_tokens": 50, "stream": true}'`,
    )
    .action(async (folder, { timeout, adapter: _, ...options }) => {
      const { serve } = await import('./serve.ts');
      const remark = (text: string) => void process.stderr.write(`hornbook: ${text}\n`);
      await interruptible((signal) => serve({ folder, seconds: timeout, ...options }, { write, remark }, signal));
    });
}
