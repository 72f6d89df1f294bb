// Lesson 8's figure: where each head of a GPT looks, on the reader's sentence, while the model learns.
import { latest } from '../../training/latest.ts';
import { trainingPanel } from '../../training/panel.ts';
import { suited } from '../../training/recipes/language-settings.ts';
import type { Trainer } from '../../training/trainer.ts';
import { announcement, element, textBox } from '../controls.ts';
import { type LossChart, lossChart } from '../loss-chart.ts';
import { spoken } from '../pieces.ts';
import { tokenMap } from '../token-map.ts';
import { thumbnails } from './thumbnails.ts';
import './figure.css';

const named = (token: string) => (token === ' ' ? 'the blank' : spoken(token));
const first = 'She paid a letter, and sat down.';

export default function figure(stage: HTMLElement): void {
  let sentence = first;
  let trainer: Trainer<'language-model'> | undefined;
  let chart: LossChart | undefined;
  let lastLook = 0;
  let seen: { tokens: string[]; layers: Float32Array[]; heads: number } | undefined;
  const chartPlace = element('div');
  const note = announcement('quiet');
  const map = tokenMap({
    label() {
      const { layer, head } = heads.chosen();
      return `Attention of layer ${layer + 1}, head ${head + 1}`;
    },
    describe: (row, column, share) => `At ${named(row)} it looks at ${named(column)}: ${(100 * share).toFixed(1)}%`,
  });
  const heads = thumbnails(() => showChosen());

  const showChosen = () => {
    if (!seen) return;
    const { tokens, layers } = seen;
    const { layer, head } = heads.chosen();
    const size = tokens.length ** 2;
    map.show(tokens, tokens, layers[layer].subarray(head * size, (head + 1) * size));
  };
  const look = latest(
    async () => {
      if (!trainer) return;
      seen = await trainer.ask('attention', { sentence });
      note.textContent = '';
      heads.show(seen);
      showChosen();
    },
    ({ message }) => {
      note.textContent = message;
    },
  );

  const panel = trainingPanel({
    recipe: 'language-model',
    settings: () => ({
      ...{ ...suited.gpt, contextLength: 40, steps: 1500 },
      ...{ source: { corpus: 'story' }, tokenizer: 'characters', vocabSize: 0 },
    }),
    seed: 42,
    onReady(opened, { facts: { vocabSize } }) {
      trainer = opened;
      const marks = [{ loss: Math.log(vocabSize), label: `knows nothing: ln ${vocabSize}` }];
      chart = lossChart({ label: 'Loss', marks });
      chartPlace.replaceChildren(chart.element);
      look();
    },
    onProgress({ losses }) {
      chart?.add(losses);
      if (performance.now() - lastLook < 500) return;
      lastLook = performance.now();
      look();
    },
    onRest: look,
  });
  stage.append(
    panel.element,
    chartPlace,
    textBox({
      label: 'A sentence of yours (the first 40 letters count)',
      value: first,
      onInput(value) {
        sentence = value;
        look();
      },
    }),
    note,
    element('p', 'heading', 'All heads: choose one'),
    element('div', 'looks', heads.element, map.element),
  );
}
