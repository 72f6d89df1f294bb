// `hornbook bench`: how fast the engines of this machine train and generate, on models made for the purpose.
import { availableParallelism, cpus } from 'node:os';
import { inspectBackends } from '@hornbook/backends';
import { contexts, documents, loadCorpus, randomBatches, windows } from '@hornbook/datasets';
import { type GenerateOptions, generate, type State } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { gpt, type Model, mlp } from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, sgd, type TrainOptions, train, trainable } from '@hornbook/training';
import { dispose } from '@tensorflow/tfjs-core';
import { colors } from './colors.ts';
import { startBackend } from './start-backend.ts';

export type BenchRequest = {
  /** This engine alone; without it, all that `hornbook train` might take. */
  readonly backend?: string;
  /** How long each measurement lasts. */
  readonly seconds: number;
  readonly json: boolean;
};

/** What is measured, in the order of the columns: times a second. */
const titles = {
  mlpSteps: 'MLP steps/s',
  gptSteps: 'GPT steps/s',
  tokens: 'tokens/s',
  tokensUncached: 'without cache',
} as const;
type Time = { readonly seconds: number; readonly signal: AbortSignal };
type Rates = Partial<Record<keyof typeof titles, number>>;

const contextLength = 64;
const gptSizes = { contextLength, embedDim: 64, numHeads: 4, numLayers: 2 };
const mlpSizes = { contextLength: 3, embedDim: 10, hiddenDim: 200 };

export async function bench(request: BenchRequest, write: (text: string) => void, signal: AbortSignal): Promise<void> {
  const { backend, json } = request;
  const started = backend === undefined ? undefined : await startBackend(backend);
  const found = (await inspectBackends()).filter(({ automatic }) => automatic).map(({ name }) => name as string);
  const engines = backend === undefined ? found : [backend];
  const columns = Object.entries(titles);
  if (!json) {
    write(`${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores, Node ${process.version}\n`);
    if (started?.adapter) write(`${started.adapter.name}${started.adapter.software ? ', made of software' : ''}\n`);
    write(
      `MLP: makemore's, batch 32. GPT: 2 layers, 64 wide, 64 tokens, batch 8.\nTokens: the same GPT, filling its context.\n\n`,
    );
    write(`engine  ${columns.map(([, title]) => title).join('  ')}\n`);
  }
  for (const engine of engines) {
    await startBackend(engine);
    const rates: Rates = {};
    if (!json) write(colors.bold(engine.padEnd(6)));
    for await (const [name, rate] of measure({ seconds: request.seconds, signal })) {
      rates[name] = rate;
      if (!json) write(`  ${format(rate).padStart(titles[name].length)}`);
    }
    const adapter = started?.adapter?.name;
    write(json ? `${JSON.stringify({ engine, ...(adapter && { adapter }), ...rates })}\n` : '\n');
    if (signal.aborted) return;
  }
}

/** One number after the other, as each is known. */
async function* measure(time: Time): AsyncGenerator<[keyof typeof titles, number]> {
  const text = await loadCorpus('names');
  const tokenizer = characters(text);
  const { vocabSize } = tokenizer;
  const generator = manualSeed(42);
  const names = documents(text).map((name) => tokenizer.encode(name));
  const contextBatches = randomBatches(contexts(names, { contextLength: 3 }), { batchSize: 32, generator });
  const stream = windows(tokenizer.encode(text), { contextLength, stride: 1 });
  const windowBatches = randomBatches(stream, { batchSize: 8, generator });

  const small = mlp({ vocabSize, ...mlpSizes });
  const large = gpt({ vocabSize, ...gptSizes });
  const descent = { batches: contextBatches, optimizer: sgd({ learningRate: 0.1 }) };
  yield ['mlpSteps', await rateOf(steps(small, descent), time)];
  if (time.signal.aborted) return;
  const adam = { batches: windowBatches, optimizer: adamw({ learningRate: 1e-3 }), clip: 1 };
  yield ['gptSteps', await rateOf(steps(large, adam), time)];

  const parameters = large.initialize(generator);
  const { forward, advance } = large;
  const options = { parameters, prompt: [0], contextLength, maxTokens: contextLength - 1, generator };
  const cached = fullContexts({ ...options, forward, advance });
  if (!time.signal.aborted) yield ['tokens', await rateOf(cached, time)];
  const uncached = fullContexts({ ...options, forward });
  if (!time.signal.aborted) yield ['tokensUncached', await rateOf(uncached, time)];
  dispose(Object.values(namedParameters(parameters)));
}

/** Training without end. */
async function* steps<C, P extends ParameterTree>(
  model: Model<C, P>,
  options: Pick<TrainOptions<P>, 'batches' | 'optimizer' | 'clip'>,
): AsyncGenerator<unknown> {
  const parameters = trainable(model.initialize(manualSeed(42)));
  try {
    yield* train({
      ...options,
      parameters,
      loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs), targets),
      steps: Number.MAX_SAFE_INTEGER,
    });
  } finally {
    dispose(Object.values(namedParameters(parameters)));
  }
}

/** Texts without end, each as long as the context. */
async function* fullContexts<P extends ParameterTree, S extends State>(
  options: GenerateOptions<P, S>,
): AsyncGenerator<unknown> {
  while (true) yield* generate(options);
}

/** How many a second, once the first has warmed things up. */
async function rateOf(work: AsyncGenerator<unknown>, { seconds, signal }: Time): Promise<number> {
  await work.next();
  const start = performance.now();
  let count = 0;
  do {
    await work.next();
    count++;
  } while (performance.now() - start < 1000 * seconds && !signal.aborted);
  const rate = (1000 * count) / (performance.now() - start);
  await work.return(undefined);
  return rate;
}

const format = (rate: number) => (rate < 9.95 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en'));
