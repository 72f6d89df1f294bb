// Between a run's settings and the models that Hugging Face's files hold: GPT-2 and the Llama family.
import type { HuggingFaceModel } from '@hornbook/formats';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../user-error.ts';

/** The settings of the model alone: all but `tokenRows` and the context of rotary positions are as the file says. */
export function settingsOf(model: HuggingFaceModel): Partial<Settings> {
  const { contextLength, embedDim, numHeads, numLayers, qkvBias, tiedHead } = model.config;
  const shared = { contextLength, embedDim, numHeads, numLayers, qkvBias, tiedHead };
  if (model.family === 'gpt2') return { ...shared, model: 'gpt', bias: model.config.bias };
  const { hiddenDim, numKeyValueHeads, base, epsilon } = model.config;
  return {
    ...shared,
    ...{ model: 'transformer', positions: 'rotary', norm: 'rms', feedForward: 'swiglu', bias: false },
    ...{ hiddenDim, numKeyValueHeads, rotaryBase: base, normEpsilon: epsilon },
  };
}

/** What a transformer must be made of to be a Llama. */
const llama = { positions: 'rotary', norm: 'rms', feedForward: 'swiglu', bias: false, window: 0, softCap: 0 } as const;

/**
 * The model of a run as Hugging Face's libraries know it.
 *
 * @throws UserError if they know none like it
 */
export function modelOf(settings: Settings, tokens: number): HuggingFaceModel {
  const model = knownModel(settings, tokens);
  if (model) return model;
  const other = Object.entries(llama).find(([name, expected]) => settings[name as keyof typeof llama] !== expected);
  const [name, expected] = other ?? [];
  const got =
    settings.model === 'transformer'
      ? `a transformer with ${name} ${settings[name as keyof typeof llama]}, where Llama's is ${expected}`
      : `a model of the kind ${settings.model}`;
  throw new UserError(
    `Expected a GPT-2 or a Llama, which are the models that Hugging Face's files hold, got ${got}. ` +
      'Export it as safetensors or tfjs',
  );
}

/** The same; undefined if they know none like it. */
export function knownModel(settings: Settings, tokens: number): HuggingFaceModel | undefined {
  const { model, contextLength, embedDim, numHeads, numLayers, bias, qkvBias, tiedHead, tokenRows = 0 } = settings;
  const vocabSize = Math.max(tokens, tokenRows);
  const shared = { vocabSize, contextLength, embedDim, numHeads, numLayers, qkvBias, tiedHead };
  if (model === 'gpt') return { family: 'gpt2', config: { ...shared, bias } };
  const isLlama = Object.entries(llama).every(([name, expected]) => settings[name as keyof typeof llama] === expected);
  if (model !== 'transformer' || !isLlama) return undefined;
  const { hiddenDim, numKeyValueHeads, rotaryBase = 10_000, normEpsilon = 1e-5 } = settings;
  return {
    family: 'llama',
    config: { ...shared, hiddenDim, numKeyValueHeads, base: rotaryBase, epsilon: normEpsilon },
  };
}
