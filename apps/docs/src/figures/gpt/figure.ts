// Lesson 9's figure: a small GPT on a story or on the reader's own file, with its curve, and text out of it at any time.
import { trainingPanel } from '../../training/panel.ts';
import { suited } from '../../training/recipes/language-settings.ts';
import { samplerBox } from '../../training/sampler-box.ts';
import { textSource } from '../../training/text-source.ts';
import { element } from '../controls.ts';
import { heldLegend, type LossChart, lossChart } from '../loss-chart.ts';

export default function figure(stage: HTMLElement): void {
  const sampler = samplerBox({ prompt: 'The ', length: 200 });
  const facts = element('p', 'quiet');
  const chartPlace = element('div');
  let chart: LossChart | undefined;
  let lastLook = 0;

  const source = textSource(() => panel.restart());
  const panel = trainingPanel({
    recipe: 'language-model',
    settings: () => ({ ...suited.gpt, source: source.current(), tokenizer: 'characters', vocabSize: 0 }),
    seed: 42,
    onReady(trainer, { facts: { characters, vocabSize, parameterCount } }) {
      facts.textContent = `${characters.toLocaleString('en')} characters, ${vocabSize} different ones; a model of ${parameterCount.toLocaleString('en')} numbers.`;
      const marks = [{ loss: Math.log(vocabSize), label: `knows nothing: ln ${vocabSize}` }];
      chart = lossChart({ label: 'Loss', marks });
      chartPlace.replaceChildren(chart.element);
      sampler.attach(trainer);
    },
    onProgress({ step, losses, validationLoss }) {
      chart?.add(losses);
      if (validationLoss !== undefined) chart?.addHeld(step, validationLoss);
      if (performance.now() - lastLook < 1000) return;
      lastLook = performance.now();
      sampler.refresh();
    },
    onRest: () => sampler.refresh(),
  });
  stage.append(
    source.element,
    panel.element,
    facts,
    chartPlace,
    element('p', 'legend quiet', heldLegend),
    sampler.element,
  );
}
