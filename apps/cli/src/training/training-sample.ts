// What a model writes while it learns: the same seed each time, so that only the learning shows.
import { generate } from '@hornbook/generation';
import { manualSeed } from '@hornbook/random';
import { textStream, tokenizerFromJSON } from '@hornbook/tokenizers';
import type { Settings } from '../config/settings.ts';
import { boundaryOf, readsLines, readsRows } from '../data/corpus.ts';
import type { TrainingRun } from './training-run.ts';

const linesShown = 4;

/** A few lines from a model of lines, one piece from another; empty where none is wanted. */
export async function trainingSample(
  { model, parameters, recipe, settings, metadata }: TrainingRun,
  signal: AbortSignal,
): Promise<string> {
  const { sampleLength, contextLength = 1 } = settings as Settings & Partial<Settings>;
  if (sampleLength === 0) return '';
  const tokenizer = await tokenizerFromJSON(metadata.tokenizer);
  const boundary = boundaryOf(tokenizer);
  const lines = readsLines({ settings, source: metadata.source });
  const generator = manualSeed(settings.seed);
  let text = '';
  for (let line = 0; line < (lines ? linesShown : 1); line++) {
    const stream = textStream(tokenizer);
    for await (const id of generate({
      ...model,
      parameters: recipe.average(parameters),
      prompt: new Array<number>(readsRows(settings) ? contextLength : 1).fill(boundary),
      contextLength,
      maxTokens: Math.ceil(sampleLength / (lines ? linesShown : 1)),
      generator,
      ...(lines && { stop: (id: number) => id === boundary }),
      signal,
    })) {
      text += stream.push([id]);
    }
    text += `${stream.end()}\n`;
  }
  return text.trimEnd();
}
