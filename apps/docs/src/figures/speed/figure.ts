// Lesson 11's figure: the same model trained on every engine that this browser has, one after the other.
import type { BackendReport } from '@hornbook/backends';
import { engineTitle } from '../../training/engines.ts';
import { type LanguageSettings, suited } from '../../training/recipes/language-settings.ts';
import { announcement, button, choice, controls, element } from '../controls.ts';
import { type Measured, measureEngine } from './measure.ts';
import './figure.css';

const common = { source: { corpus: 'story' }, tokenizer: 'characters', vocabSize: 0, steps: 100_000 } as const;
const workloads: Readonly<Record<string, { readonly label: string; readonly settings: LanguageSettings }>> = {
  mlp: { label: 'an MLP of three letters', settings: { ...suited.mlp, ...common } },
  small: { label: 'a small GPT: 2 layers, 64 wide', settings: { ...suited.gpt, ...common } },
  larger: {
    label: 'a larger GPT: 4 layers, 128 wide',
    settings: { ...suited.gpt, ...common, numLayers: 4, embedDim: 128, contextLength: 64, batchSize: 12 },
  },
};

type Row = { readonly name: BackendReport['name']; readonly result: Measured | string };

export default function figure(stage: HTMLElement): void {
  let workload = 'small';
  const status = announcement('quiet');
  const body = element('tbody');
  const heads = ['Engine', 'Steps a second'].map((name) => element('th', '', name));
  const head = element('tr', '', ...heads, element('td'));
  const table = element('table', 'race', element('thead', '', head), body);

  let comparing = false;
  /** Not disabled meanwhile: a keyboard would lose its place. */
  const setComparing = (now: boolean) => {
    comparing = now;
    go.setAttribute('aria-disabled', String(now));
  };

  const compare = async () => {
    if (comparing) return;
    setComparing(true);
    body.replaceChildren();
    const rows: Row[] = [];
    let names: readonly BackendReport['name'][] = ['simd'];
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      status.textContent = `${engineTitle(name)} is training …`;
      try {
        const result = await measureEngine(workloads[workload].settings, name);
        if (i === 0) names = ['simd', ...result.engines.filter(isOther).map((engine) => engine.name)];
        rows.push({ name, result });
      } catch (error) {
        rows.push({ name, result: (error as Error).message });
        if (i === 0) names = ['simd', 'wasm', 'cpu'];
      }
      show(rows);
    }
    status.textContent = conclusion(rows);
    setComparing(false);
  };

  const show = (rows: readonly Row[]) => {
    const best = Math.max(...rows.map(({ result }) => (typeof result === 'string' ? 0 : result.stepsPerSecond)));
    body.replaceChildren(
      ...rows.map(({ name, result }) => {
        const heading = element('th', '', engineTitle(name));
        heading.scope = 'row';
        if (typeof result === 'string')
          return element('tr', '', heading, element('td', '', '–'), element('td', '', result));
        const bar = element('span', 'bar');
        bar.style.width = `${(100 * result.stepsPerSecond) / best}%`;
        const rate = result.stepsPerSecond.toFixed(result.stepsPerSecond < 10 ? 1 : 0);
        return element('tr', '', heading, element('td', '', rate), element('td', 'track', bar));
      }),
    );
  };

  const go = button('Compare', () => void compare());
  go.className = 'primary compare';
  const list = Object.entries(workloads).map(([value, { label }]) => ({ value, label }));
  const model = choice('Model', list, workload, (value) => {
    workload = value;
  });
  stage.append(controls(model, go), table, status);
}

/** A processor posing as a GPU is left out: it is slower than all others, and says nothing about GPUs. */
const isOther = ({ name, available, adapter }: BackendReport) => available && name !== 'simd' && !adapter?.software;

function conclusion(rows: readonly Row[]): string {
  const measured = rows.flatMap(({ name, result }) => (typeof result === 'string' ? [] : [{ name, ...result }]));
  const sorted = measured.sort((a, b) => b.stepsPerSecond - a.stepsPerSecond);
  const [best, worst] = [sorted.at(0), sorted.at(-1)];
  if (!best || !worst || best === worst) return 'There is nothing to compare it with here.';
  const factor = best.stepsPerSecond / worst.stepsPerSecond;
  const times = factor < 10 ? factor.toFixed(1) : factor.toFixed(0);
  return `Here ${engineTitle(best.name)} is ${times} times as fast as ${engineTitle(worst.name)}, for this model.`;
}
