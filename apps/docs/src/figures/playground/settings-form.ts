// The playground's choices: a tokenizer, a model, its sizes, how it is trained. What a model does not have is not shown.
import {
  type LanguageSettings,
  type ModelKind,
  suited,
  type TokenizerKind,
} from '../../training/recipes/language-settings.ts';
import { choice, controls, element } from '../controls.ts';

export type SettingsForm = {
  readonly element: HTMLElement;
  current(): Omit<LanguageSettings, 'source' | 'checkpoint'>;
  /** Shows the sizes of a model that was loaded. */
  adopt(settings: Partial<LanguageSettings>): void;
};

type Size = Exclude<keyof LanguageSettings, 'source' | 'checkpoint' | 'model' | 'tokenizer'>;

const sizes: readonly {
  readonly name: Size;
  readonly label: string;
  readonly of: readonly ModelKind[];
  readonly choices: readonly number[];
}[] = [
  { name: 'contextLength', label: 'Context', of: ['mlp', 'gru', 'gpt'], choices: [3, 8, 16, 32, 64, 128] },
  { name: 'embedDim', label: 'Width', of: ['mlp', 'gru', 'gpt'], choices: [10, 16, 32, 64, 128, 256] },
  { name: 'hiddenDim', label: 'Hidden', of: ['mlp', 'gru'], choices: [32, 64, 128, 256] },
  { name: 'numLayers', label: 'Layers', of: ['gru', 'gpt'], choices: [1, 2, 3, 4, 6] },
  { name: 'numHeads', label: 'Heads', of: ['gpt'], choices: [1, 2, 4, 8] },
  { name: 'batchSize', label: 'Batch', of: ['bigram', 'mlp', 'gru', 'gpt'], choices: [4, 8, 16, 32, 64, 128] },
  {
    ...{ name: 'learningRate', label: 'Learning rate', of: ['bigram', 'mlp', 'gru', 'gpt'] },
    choices: [0.0003, 0.001, 0.003, 0.005, 0.01, 0.05, 0.1],
  },
  { name: 'steps', label: 'Steps', of: ['bigram', 'mlp', 'gru', 'gpt'], choices: [200, 1000, 2000, 3000, 10_000] },
];

const models: Readonly<Record<ModelKind, string>> = {
  bigram: 'bigram: one token back',
  mlp: 'MLP: a few tokens together',
  gru: 'GRU: a memory, token by token',
  gpt: 'GPT: attention',
};

const tokenizers: Readonly<Record<TokenizerKind, string>> = {
  characters: 'characters',
  bytes: 'bytes',
  'byte pairs': 'byte pairs, 512 learned from the text',
};

export function settingsForm(onChange: () => void): SettingsForm {
  let settings: Omit<LanguageSettings, 'source' | 'checkpoint'> = {
    ...suited.gpt,
    tokenizer: 'characters',
    vocabSize: 512,
  };
  const place = element('div');

  const show = () => {
    const change = (changed: Partial<typeof settings>) => {
      settings = { ...settings, ...changed };
      onChange();
    };
    const model = choice('Model', listOf(models), settings.model, (kind) => {
      change(suited[kind as ModelKind]);
      show();
      place.querySelector<HTMLSelectElement>('.model select')?.focus();
    });
    model.classList.add('model');
    const tokenizer = choice('Tokenizer', listOf(tokenizers), settings.tokenizer, (kind) =>
      change({ tokenizer: kind as TokenizerKind }),
    );
    const numbers = sizes
      .filter(({ of }) => of.includes(settings.model))
      .map(({ name, label, choices }) => {
        const all = [...new Set([...choices, settings[name]])].sort((a, b) => a - b);
        const options = all.map((value) => ({ value: String(value), label: value.toLocaleString('en') }));
        return choice(label, options, String(settings[name]), (value) => change({ [name]: Number(value) }));
      });
    place.replaceChildren(controls(tokenizer, model), controls(...numbers));
  };
  show();

  return {
    element: place,
    current: () => settings,
    adopt(given) {
      settings = { ...settings, ...given };
      show();
    },
  };
}

function listOf(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}
