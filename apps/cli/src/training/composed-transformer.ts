// A transformer of the parts that its settings name.
import {
  alibiPositions,
  geluFeedForward,
  gpt2Weights,
  layerNorms,
  learnedPositions,
  linearHead,
  noPositions,
  relativePositions,
  rmsNorms,
  rotatedPositions,
  selfAttention,
  sinusoidalPositions,
  softCapped,
  swiGluFeedForward,
  tiedHead,
  torchWeights,
  transformer,
} from '@hornbook/models';
import type { Settings } from '../config/settings.ts';

const positions = ({ rotaryBase }: Settings) => ({
  learned: learnedPositions,
  sinusoidal: sinusoidalPositions,
  rotary: () => rotatedPositions({ base: rotaryBase }),
  alibi: alibiPositions,
  relative: relativePositions,
  none: noPositions,
});

/** @throws RangeError if the sizes are not possible together */
export function composedTransformer(settings: Settings & { readonly vocabSize: number }) {
  const { bias, hiddenDim, normEpsilon, softCap, window } = settings;
  const head = settings.tiedHead ? tiedHead() : linearHead();
  return transformer({
    ...settings,
    positions: positions(settings)[settings.positions](),
    norm: settings.norm === 'layer' ? layerNorms({ bias }) : rmsNorms({ epsilon: normEpsilon }),
    attention: selfAttention({ ...settings, window: window === 0 ? undefined : window }),
    feedForward:
      settings.feedForward === 'gelu' ? geluFeedForward({ hiddenDim, bias }) : swiGluFeedForward({ hiddenDim, bias }),
    head: softCap > 0 ? softCapped(head, softCap) : head,
    initialization: settings.initialization === 'gpt2' ? gpt2Weights : torchWeights,
  });
}
