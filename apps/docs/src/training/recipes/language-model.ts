// Any of the page's language models on any text: trained, sampled, looked into, saved and loaded.
import { loader, randomBatches } from '@hornbook/datasets';
import { generateTokens, logProbabilities, streamText, tokenProbabilities } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import type { GptParameters } from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { textStream, tokenizerFromJSON } from '@hornbook/tokenizers';
import { adamw, cosineRate, restoreParameters, type TensorBatch, train, trainable } from '@hornbook/training';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { attentionWeights } from './attention-weights.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { LanguageSettings, ModelSettings } from './language-settings.ts';
import { makeModel } from './make-model.ts';
import { boundaryOf, makeTokenizer, prepare, readText } from './prepare-text.ts';

export type SampleRequest = {
  readonly prompt: string;
  /** The most tokens. */
  readonly length: number;
  readonly temperature: number;
  readonly topP: number;
};

export async function languageModel(settings: LanguageSettings, seed: number) {
  const text = await readText(settings.source);
  const loaded = settings.checkpoint && readCheckpoint(settings.checkpoint);
  const tokenizer = loaded
    ? await tokenizerFromJSON(loaded.metadata.tokenizer)
    : await makeTokenizer(settings, text.text);
  const sizes: ModelSettings = { ...settings, ...loaded?.metadata.settings };
  const { model: kind, contextLength, numHeads } = sizes;
  const { vocabSize } = tokenizer;
  const { training, held, tokens } = prepare(text, tokenizer, { model: kind, contextLength, seed });
  const model = makeModel(sizes, vocabSize);
  const parameters = trainable(model.initialize(manualSeed(seed)));
  if (loaded) restoreParameters(parameters, loaded.tensors);
  const loss = (p: ParameterTree, { inputs, targets }: TensorBatch) => crossEntropy(model.forward(p, inputs), targets);
  const { batchSize, learningRate, steps } = settings;
  const startStep = loaded?.step ?? 0;
  const totalSteps = startStep + steps;
  let step = startStep;

  const lines = text.kind === 'lines' || kind === 'mlp';
  const boundary = boundaryOf(tokenizer);
  const drawn = manualSeed(seed + 2);
  /** Ids of what a reader typed. @throws RangeError in plain words, where the model knows no such character */
  const read = (typed: string): Int32Array => {
    const strange =
      tokenizer.kind === 'characters' ? [...typed].find((letter) => tokenizer.idOf(letter) === undefined) : undefined;
    if (strange !== undefined) {
      const named = strange.trim() === '' ? 'blank like this' : `“${strange}”`;
      throw new RangeError(
        `The text that this model learns from has no ${named}: leave it out. Lesson 9 and the playground learn from texts of yours.`,
      );
    }
    return tokenizer.encode(typed, { disallowedSpecial: [] });
  };
  /** What stands before the first token that is asked for: documents begin after a boundary, and rows have one length. */
  const begin = (prompt: string): number[] => {
    const ids = [...read(prompt)];
    const padding = kind === 'mlp' ? contextLength : lines || ids.length === 0 ? 1 : 0;
    return [...new Array<number>(padding).fill(boundary), ...ids];
  };

  return {
    facts: {
      source: text.name,
      kind: text.kind,
      characters: text.text.length,
      tokens,
      vocabSize,
      parameterCount: model.parameterCount,
      lines,
      startStep,
      steps: totalSteps,
      settings: sizes,
    },
    async *train() {
      const generator = manualSeed(seed + 1);
      for await (const event of train({
        ...{ parameters, loss, startStep, steps: totalSteps, clip: 1 },
        batches: randomBatches(training, { batchSize, generator }),
        optimizer: adamw({ learningRate, beta2: 0.99, weightDecay: kind === 'gpt' ? 0.1 : 0 }),
        schedule: cosineRate({ learningRate, steps: totalSteps, warmupSteps: Math.min(50, Math.floor(steps / 10)) }),
        evaluate: {
          every: Math.max(25, Math.ceil(steps / 20)),
          batches: () => firstOf(loader(held, { batchSize: Math.min(32, held.length) }), 8),
        },
      })) {
        step = event.step + 1;
        yield event;
      }
    },
    answers: {
      /** Text goes ahead piece by piece; the answer is how many tokens it was, and in how many seconds. */
      sample: async ({ prompt, length, temperature, topP }: SampleRequest, part: (text: string) => void) => {
        let count = 0;
        async function* ids() {
          for await (const { id } of generateTokens({
            ...{ ...model, parameters, contextLength, generator: drawn, temperature, topP },
            prompt: begin(prompt),
            maxTokens: length,
            ...(lines && { stop: (id: number) => id === boundary }),
          })) {
            count++;
            yield id;
          }
        }
        const began = performance.now();
        const stream = textStream(tokenizer);
        stream.push(read(prompt));
        for await (const piece of streamText(ids(), { text: stream })) part(piece);
        return { count, seconds: (performance.now() - began) / 1000 };
      },
      /** The likeliest next tokens after a text: as the model has them, and as temperature and top-p make them. */
      next: async ({
        prompt,
        temperature,
        topP,
        count,
      }: Omit<SampleRequest, 'length'> & { readonly count: number }) => {
        const ids = begin(prompt).slice(-contextLength);
        const logits = tidy(() => model.forward(parameters, tensor2d([ids], [1, ids.length], 'int32')));
        const last = ((await logits.data()) as Float32Array).slice(-vocabSize);
        logits.dispose();
        const own = logProbabilities(last).map(Math.exp);
        const shaped = tokenProbabilities(last, { temperature, topP });
        return Array.from(own, (probability, id) => ({ probability, shaped: shaped[id], token: tokenizer.tokenOf(id) }))
          .sort((a, b) => b.probability - a.probability)
          .slice(0, count);
      },
      /** Of a GPT: its tokens of a sentence, and where each head of each layer looks. */
      attention: async ({ sentence }: { readonly sentence: string }) => {
        const ids = [...read(sentence)].slice(0, contextLength);
        if (ids.length === 0) throw new RangeError('Type a few letters first.');
        const row = tensor2d([ids], [1, ids.length], 'int32');
        const layers = await attentionWeights(parameters as GptParameters, row, numHeads);
        row.dispose();
        return { tokens: ids.map((id) => tokenizer.tokenOf(id)), layers, heads: numHeads };
      },
      checkpoint: () =>
        writeCheckpoint(parameters, step, {
          settings: { ...modelSettings(sizes), seed },
          tokenizer: tokenizer.toJSON(),
          source: { location: text.name, kind: text.kind },
        }),
    },
  };
}

function modelSettings({
  model,
  contextLength,
  embedDim,
  hiddenDim,
  numLayers,
  numHeads,
}: ModelSettings): ModelSettings {
  return { model, contextLength, embedDim, hiddenDim, numLayers, numHeads };
}

/** A measurement that takes a moment, on the same batches each time. */
function* firstOf<T>(items: Iterable<T>, count: number): Generator<T, void> {
  let left = count;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}
