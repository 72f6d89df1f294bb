// Lesson 4's figure: which letter follows which, counted on the left, and learned step by step on the right.
import { latest } from '../../training/latest.ts';
import { trainingPanel } from '../../training/panel.ts';
import type { Trainer } from '../../training/trainer.ts';
import { choice, element } from '../controls.ts';
import { type LossChart, lossChart } from '../loss-chart.ts';
import { tokenMap } from '../token-map.ts';

const letters = [...'.abcdefghijklmnopqrstuvwxyz'];
const spoken = (letter: string) => (letter === '.' ? 'the edge of a name' : letter);
const describe = (row: string, column: string, share: number) =>
  `After ${spoken(row)} comes ${spoken(column)}: ${(100 * share).toFixed(1)}%`;

export default function figure(stage: HTMLElement): void {
  let learningRate = 0.3;
  let step = 0;
  let lastLook = 0;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let chart: LossChart | undefined;
  let trainer: Trainer<'bigram-table'> | undefined;
  const chartPlace = element('div');
  const counted = tokenMap({ label: () => 'Shares by counting', describe });
  const learned = tokenMap({
    label: () => `Shares by learning, after ${step} ${step === 1 ? 'step' : 'steps'}`,
    describe,
  });
  const names = element('p', 'samples mono', '…');
  const gap = element('p', 'quiet');
  const countedHeading = element('p', 'heading', 'Counted');
  let countedShares = new Float64Array();

  const look = latest(
    async () => {
      if (!trainer) return;
      const found = await trainer.ask('probabilities', {});
      learned.show(letters, letters, found);
      const largest = countedShares.reduce((most, share, i) => Math.max(most, Math.abs(share - found[i])), 0);
      gap.textContent = `The two tables differ by up to ${(100 * largest).toFixed(1)} percentage points.`;
      names.textContent = (await trainer.ask('names', { count: 12 })).join(' ');
    },
    ({ message }) => panel.say(message),
  );

  const panel = trainingPanel({
    recipe: 'bigram-table',
    settings: () => ({ learningRate, steps: 120 }),
    seed: 42,
    engine: 'simd',
    pace: () => 12,
    onReady(opened, { facts }) {
      trainer = opened;
      step = 0;
      const marks = [{ loss: facts.countedLoss, label: `counted: ${facts.countedLoss.toFixed(4)} nats` }];
      chart ??= lossChart({ label: 'Loss', marks });
      chart.clear();
      chartPlace.replaceChildren(chart.element);
      countedShares = shares(facts.counts);
      counted.show(letters, letters, countedShares);
      countedHeading.textContent = `Counted: every pair in ${facts.names.toLocaleString('en')} names`;
      look();
    },
    onProgress(progress) {
      step = progress.step;
      chart?.add(progress.losses);
      if (calm.matches && performance.now() - lastLook < 1500) return;
      lastLook = performance.now();
      look();
    },
    onRest: look,
  });
  panel.element.querySelector('.controls')?.append(
    choice(
      'Learning rate',
      ['0.03', '0.3', '3'].map((rate) => ({ value: rate, label: rate })),
      String(learningRate),
      (rate) => {
        learningRate = Number(rate);
        panel.restart();
      },
    ),
  );
  stage.append(
    panel.element,
    chartPlace,
    element(
      'div',
      'columns',
      element('div', '', countedHeading, counted.element),
      element('div', '', element('p', 'heading', 'Learned: it never counts anything'), learned.element),
    ),
    gap,
    element('p', 'heading', 'New names from the learned table'),
    names,
  );
}

/** Each row divided by its sum. */
export function shares(counts: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const width = Math.sqrt(counts.length);
  const found = Float64Array.from(counts);
  for (let row = 0; row < width; row++) {
    const line = found.subarray(row * width, (row + 1) * width);
    const total = line.reduce((sum, count) => sum + count, 0);
    for (let i = 0; i < width; i++) line[i] /= total;
  }
  return found;
}
