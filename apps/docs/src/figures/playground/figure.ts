// The playground: a text, a tokenizer, a model; train, sample, and take the model along. Nothing leaves the page.
import { trainingPanel } from '../../training/panel.ts';
import { readCheckpoint } from '../../training/recipes/checkpoint-file.ts';
import { samplerBox } from '../../training/sampler-box.ts';
import { textSource } from '../../training/text-source.ts';
import type { Trainer } from '../../training/trainer.ts';
import { button, controls, element } from '../controls.ts';
import { heldLegend, type LossChart, lossChart } from '../loss-chart.ts';
import { forgetModel, type Kept, keepModel, keptModel } from './keep.ts';
import { settingsForm } from './settings-form.ts';
import './figure.css';

type Model = Trainer<'language-model'>;

const keptEvery = 30_000; // milliseconds
const mostModelBytes = 100_000_000; // a page holds it several times: the file, its parameters, the optimizer's moments

export default async function figure(stage: HTMLElement): Promise<void> {
  let checkpoint: Uint8Array<ArrayBuffer> | undefined; // loaded, to go on from
  let trainer: Model | undefined;
  let title = 'model';
  let chart: LossChart | undefined;
  let lastLook = 0;
  let lastKept = 0;
  const facts = element('p', 'quiet');
  const chartPlace = element('div');
  const sampler = samplerBox({ prompt: '', length: 200 });

  const changed = () => {
    checkpoint = undefined;
    panel.restart();
  };
  const form = settingsForm(changed);
  const source = textSource(() => panel.restart());

  const download = button('Download the model', () => {
    save().catch((error: Error) => {
      note.textContent = error.message;
    });
  });
  const save = async () => {
    if (!trainer) return;
    const bytes = await trainer.ask('checkpoint', {});
    const link = element('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
    link.download = `${title}.safetensors`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // once the browser has surely begun to save
    const command = element('code', '', `hornbook sample ${title}.safetensors`);
    note.replaceChildren(
      `${title}.safetensors, ${(bytes.length / 1e6).toFixed(1)} MB. The command line reads it: `,
      command,
    );
  };

  const file = element('input', 'file');
  Object.assign(file, { type: 'file', accept: '.safetensors' });
  file.addEventListener('change', async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    if (chosen.size > mostModelBytes) {
      const size = `${chosen.name} has ${(chosen.size / 1e6).toFixed(0)} MB, and a page holds models of up to 100.`;
      note.textContent = `${size} The command line takes it: hornbook sample ${chosen.name}`;
      return;
    }
    load(new Uint8Array(await chosen.arrayBuffer()), chosen.name);
  });
  const load = (bytes: Uint8Array<ArrayBuffer>, name: string) => {
    try {
      const { metadata, step } = readCheckpoint(bytes);
      form.adopt(metadata.settings);
      note.textContent = `${name}: ${metadata.settings.model === 'mlp' ? 'an' : 'a'} ${metadata.settings.model} that has learned for ${step.toLocaleString('en')} steps. Let it write, or train it on.`;
    } catch (error) {
      const reason = (error as Error).message.replace(/[^.!?]$/, '$&.');
      note.textContent = `${name} cannot be loaded: ${reason} The model of this page stays as it is.`;
      return;
    }
    checkpoint = bytes;
    panel.restart();
  };
  const note = element('p', 'note-line');
  note.setAttribute('role', 'status');

  /** Kept now and then, and whenever training rests. A browser that keeps nothing is no reason to stop. */
  const keep = async (model: Model) => {
    lastKept = performance.now();
    try {
      const bytes = await model.ask('checkpoint', {});
      await keepModel({ name: title, bytes, when: Date.now() });
    } catch (error) {
      if ((error as DOMException).name === 'AbortError') return; // training began anew: the next rest is soon
      const full = (error as DOMException).name === 'QuotaExceededError';
      const reason = full ? 'Its storage is full' : 'It does not let pages store anything';
      note.textContent = `This browser could not keep the model. ${reason}: download it before you close the page.`;
    }
  };

  const panel = trainingPanel({
    recipe: 'language-model',
    settings: () => ({ ...form.current(), source: source.current(), checkpoint }),
    seed: 42,
    inBackground: true,
    onReady(opened, { facts: known }) {
      trainer = opened;
      lastKept = performance.now();
      title = `${known.source.replace(/\.[^.]*$/, '')}-${known.settings.model}`;
      const number = (value: number) => value.toLocaleString('en');
      facts.textContent = `${number(known.characters)} characters are ${number(known.tokens)} tokens of ${number(known.vocabSize)} kinds. The model has ${number(known.parameterCount)} numbers.`;
      const marks = [{ loss: Math.log(known.vocabSize), label: `knows nothing: ln ${known.vocabSize}` }];
      chart = lossChart({ label: 'Loss', marks, startStep: known.startStep });
      chartPlace.replaceChildren(chart.element);
      sampler.attach(opened);
    },
    onProgress({ step, losses, validationLoss }, model) {
      chart?.add(losses);
      if (validationLoss !== undefined) chart?.addHeld(step, validationLoss);
      if (performance.now() - lastKept > keptEvery) void keep(model);
      if (performance.now() - lastLook < 1000) return;
      lastLook = performance.now();
      sampler.refresh();
    },
    remedies: () => (checkpoint ? [button('Take a new model', changed)] : []),
    onRest(model) {
      sampler.refresh();
      void keep(model);
    },
  });

  stage.append(
    element('h2', '', '1. A text'),
    source.element,
    element('h2', '', '2. A tokenizer and a model'),
    form.element,
    element('h2', '', '3. Train'),
    panel.element,
    facts,
    chartPlace,
    element('p', 'legend quiet', heldLegend),
    element('h2', '', '4. Write'),
    sampler.element,
    element('h2', '', '5. Take it along, or bring one'),
    controls(download, element('label', '', element('span', 'label', 'Load a model'), file)),
    note,
  );
  offerKept(await keptModel().catch(() => undefined), note, load); // where nothing can be kept, nothing was
}

function offerKept(
  kept: Kept | undefined,
  note: HTMLElement,
  load: (bytes: Kept['bytes'], name: string) => void,
): void {
  if (!kept) return;
  const day = new Date(kept.when).toLocaleString();
  const sentence = element('span', '', `This browser has kept your last model, ${kept.name}, of ${day}. `);
  const take = button('Load it', () => load(kept.bytes, kept.name));
  const drop = button('Forget it', () => {
    void forgetModel();
    note.textContent = 'Forgotten.';
  });
  note.replaceChildren(sentence, controls(take, drop));
}
