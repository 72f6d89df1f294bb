// Lesson 5's figure: makemore's MLP as it trains. The loss falls, the letters drift in their plane, names improve.
import { latest } from '../../training/latest.ts';
import { trainingPanel } from '../../training/panel.ts';
import type { Trainer } from '../../training/trainer.ts';
import { choice, element, slider } from '../controls.ts';
import { lossChart } from '../loss-chart.ts';
import { letterPlane } from './letter-plane.ts';
import './figure.css';

const notebookSeed = 2147483647;
const paces = [10, 60, 300, undefined] as const;
const paceNames = ['slow', 'for the eye', 'quick', 'as fast as it goes'];

export default function figure(stage: HTMLElement): void {
  let which: 'five' | 'many' = 'five';
  let pace = 1;
  const marks = [{ loss: Math.log(27), label: 'knows nothing: ln 27' }];
  const chart = lossChart({ label: 'Loss', logarithmic: true, marks });
  const plane = letterPlane();
  const names = element('p', 'samples mono', '…');
  const first = element('ol', 'first-losses mono');
  let losses: number[] = [];
  let trainer: Trainer<'names-mlp'> | undefined;
  let namesDue = false;
  let lastNames = 0;
  let lastLook = 0;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');

  /** As often as there are frames to show it; names, which take longer, now and then. */
  const look = latest(
    async () => {
      if (!trainer) return;
      plane.show(await trainer.ask('places', {}));
      if (!namesDue) return;
      namesDue = false;
      names.textContent = (await trainer.ask('names', { count: 12 })).join(' ');
    },
    ({ message }) => panel.say(message),
  );
  const lookAtAll = () => {
    namesDue = true;
    look();
  };

  const panel = trainingPanel({
    recipe: 'names-mlp',
    settings: () => ({ names: which, learningRate: 0.1 }),
    seed: notebookSeed,
    engine: 'simd',
    pace: () => paces[pace],
    onReady(opened, { facts }) {
      trainer = opened;
      chart.clear();
      losses = [];
      first.replaceChildren();
      plane.begin(facts.letters);
      lookAtAll();
    },
    onProgress(progress) {
      chart.add(progress.losses);
      for (const loss of progress.losses) {
        if (losses.length < 3) first.append(element('li', '', String(loss)));
        losses.push(loss);
      }
      const now = performance.now();
      if (calm.matches && now - lastLook < 1500) return;
      lastLook = now;
      if (now - lastNames > 700) {
        lastNames = now;
        namesDue = true;
      }
      look();
    },
    onRest: lookAtAll,
  });

  panel.element.querySelector('.controls')?.append(
    choice(
      'Names',
      [
        { value: 'five', label: "the notebook's five" },
        { value: 'many', label: 'of many languages' },
      ],
      which,
      (value) => {
        which = value as typeof which;
        panel.restart();
      },
    ),
    slider({
      ...{ label: 'Pace', min: 0, max: paces.length - 1, step: 1, value: pace },
      format: (value) => paceNames[value],
      onInput(value) {
        pace = value;
        panel.refresh();
      },
    }),
  );
  stage.append(
    panel.element,
    element(
      'div',
      'columns',
      element(
        'div',
        '',
        element('p', 'heading', 'Loss'),
        chart.element,
        element('p', 'heading', 'The first losses, to every digit'),
        first,
      ),
      element('div', '', element('p', 'heading', 'The plane of the letters'), plane.element),
    ),
    element('p', 'heading', 'New names'),
    names,
  );
}
