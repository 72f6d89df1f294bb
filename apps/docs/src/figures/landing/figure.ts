// The landing page's figure: a model of names that begins to train as the page comes into view.
import { latest } from '../../training/latest.ts';
import { trainingPanel } from '../../training/panel.ts';
import { suited } from '../../training/recipes/language-settings.ts';
import type { Trainer } from '../../training/trainer.ts';
import { element } from '../controls.ts';
import { lossChart } from '../loss-chart.ts';
import './figure.css';

const samplesAt = [0, 30, 100, 300, 1000, 3000];

export default function figure(stage: HTMLElement): void {
  const chart = lossChart({ label: 'Loss', marks: [{ loss: Math.log(27), label: 'knows nothing: ln 27' }] });
  const samples = element('ol', 'growing mono');
  let due = 0;
  let step = 0;
  let trainer: Trainer<'language-model'> | undefined;

  const look = latest(
    async () => {
      if (!trainer || due >= samplesAt.length || step < samplesAt[due]) return;
      while (due < samplesAt.length && step >= samplesAt[due]) due++;
      const label = element('span', 'label', `${step.toLocaleString('en')} steps`);
      const names: string[] = [];
      for (let i = 0; i < 3; i++) {
        let name = '';
        await trainer.ask('sample', { prompt: '', length: 14, temperature: 1, topP: 1 }, (part) => {
          name += part;
        });
        names.push(name);
      }
      samples.append(element('li', '', label, element('span', '', names.join(' '))));
    },
    ({ message }) => panel.say(message),
  );

  const panel = trainingPanel({
    recipe: 'language-model',
    settings: () => ({ ...suited.mlp, source: { corpus: 'names' }, tokenizer: 'characters', vocabSize: 0 }),
    seed: 42,
    engine: 'simd',
    pace: () => 400,
    autoplay: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    onReady(opened) {
      trainer = opened;
      step = 0;
      chart.clear();
      samples.replaceChildren();
      due = 0;
      look();
    },
    onProgress(progress) {
      step = progress.step;
      chart.add(progress.losses);
      look();
    },
  });
  stage.append(chart.element, element('p', 'heading', 'New names, as it goes along'), samples, panel.element);
}
