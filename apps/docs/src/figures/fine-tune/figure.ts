// Lesson 10's figure: a model learns names, then the reader's words, and how much it knows of both is measured on the way.
import { trainingPanel } from '../../training/panel.ts';
import type { Trainer } from '../../training/trainer.ts';
import { announcement, choice, controls, element, textBox } from '../controls.ts';
import { lossChart } from '../loss-chart.ts';
import { scrolling } from '../scrolling.ts';
import { wordsOf } from './words.ts';
import './figure.css';

const rocks =
  'granite calcite pyrite graphite dolomite andesite bauxite hematite magnetite malachite azurite fluorite barite ' +
  'anhydrite rhyolite syenite diorite peridotite kyanite sodalite';

export default function fineTuneFigure(stage: HTMLElement): void {
  let words = wordsOf(rocks);
  let rank = 0;
  const chart = lossChart({ label: 'Loss of each step: of names first, then of your words' });
  const measured = element('tbody');
  const samples = element('p', 'samples mono', '…');
  const told = announcement('result');
  let asked: Trainer<'fine-tune'> | undefined;
  let due: number | undefined;
  let lastAsked = 0;

  /** At once, or when the last answer has come. */
  const look = async (trainer: Trainer<'fine-tune'>, step: number) => {
    due = step;
    if (asked === trainer) return;
    asked = trainer;
    try {
      while (due !== undefined && asked === trainer) {
        const at: number = due;
        due = undefined;
        const { names, words } = await trainer.ask('losses', {});
        const written = (await trainer.ask('words', { count: 10 })).join(' ');
        if (asked !== trainer) return; // it began anew meanwhile
        const cells = [String(at), names?.toFixed(3) ?? '', words?.toFixed(3) ?? ''];
        measured.append(element('tr', '', ...cells.map((cell) => element('td', '', cell))));
        while (measured.children.length > 8) measured.children[1].remove(); // the first stays, to compare with
        samples.textContent = written;
      }
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== 'AbortError') told.textContent = message; // it was broken off where training has begun anew
    } finally {
      if (asked === trainer) asked = undefined;
    }
  };

  let step = 0;
  const panel = trainingPanel({
    recipe: 'fine-tune',
    settings: () => ({ words, rank }),
    seed: 42,
    engine: 'simd',
    pace: () => 600,
    onReady(trainer, { facts }) {
      chart.clear();
      measured.replaceChildren();
      asked = undefined;
      step = 0;
      const { trainedCount, parameterCount } = facts;
      const count = (number: number) => number.toLocaleString('en');
      told.textContent =
        `After the names, ${count(trainedCount)} numbers are trained on ${facts.words} words; ` +
        `the model has ${count(parameterCount)}.`;
      void look(trainer, 0);
    },
    onProgress(progress, trainer) {
      chart.add(progress.losses);
      step = progress.step;
      if (performance.now() - lastAsked < 700) return;
      lastAsked = performance.now();
      void look(trainer, step);
    },
    onRest: (trainer) => void look(trainer, step),
  });

  const ranks = [
    { value: '0', label: 'all parameters' },
    { value: '2', label: 'LoRA of rank 2' },
    { value: '8', label: 'LoRA of rank 8' },
  ];
  const which = choice('What your words change', ranks, '0', (value) => {
    rank = Number(value);
    panel.restart();
  });
  const box = textBox({
    label: 'Your words',
    value: rocks,
    rows: 3,
    onInput(value) {
      const typed = wordsOf(value);
      if (typed.length < 3) {
        told.textContent = 'Three words or more of the letters a to z, please.';
        return;
      }
      words = typed;
      panel.restart();
    },
  });
  const heads = ['after step', 'names, nats', 'your words, nats'];
  const head = element('thead', '', element('tr', '', ...heads.map((name) => element('th', '', name))));
  const table = element('table', 'numbers', element('caption', '', 'How surprising a letter is'), head, measured);
  const measurements = scrolling('The two losses', table);
  measurements.classList.add('measurements');
  stage.append(
    controls(box),
    controls(which),
    panel.element,
    told,
    element('div', 'columns', element('div', '', chart.element), measurements),
    element('p', 'heading', 'What it writes'),
    samples,
  );
}
