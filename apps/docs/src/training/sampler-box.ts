// Text out of a model that is being trained: a prompt, temperature and top-p as sliders, and what they do to the next token.
import { button, controls, element, slider, textBox } from '../figures/controls.ts';
import { spoken, visible } from '../figures/pieces.ts';
import { latest } from './latest.ts';
import type { Trainer } from './trainer.ts';
import './sampler-box.css';

export type SamplerBox = {
  readonly element: HTMLElement;
  /** A model to ask, from now on. */
  attach(trainer: Trainer<'language-model'>): void;
  /** Asks for the next token's chances again, unless the last question is still open. */
  refresh(): void;
};

const shownTokens = 8;

export function samplerBox({ prompt: first, length: firstLength }: { prompt: string; length: number }): SamplerBox {
  let trainer: Trainer<'language-model'> | undefined;
  let [prompt, temperature, topP, length] = [first, 0.8, 1, firstLength];

  const output = element('pre', 'output', '');
  output.setAttribute('role', 'log');
  output.tabIndex = 0;
  output.setAttribute('aria-label', 'What the model writes');
  const speed = element('p', 'quiet');
  const bars = element('ol', 'bars');
  bars.setAttribute(
    'aria-label',
    'The likeliest next tokens: the chance that the model gives them, and what the sliders make of it',
  );
  const write = button('Write', () => void makeText());
  write.className = 'write';
  write.disabled = true;

  let writing = false;
  /** Not disabled meanwhile: a keyboard would lose its place. */
  const setWriting = (now: boolean) => {
    writing = now;
    write.setAttribute('aria-disabled', String(now));
  };

  const makeText = async () => {
    const asked = trainer;
    if (!asked || writing) return;
    setWriting(true);
    output.replaceChildren(element('b', '', prompt));
    output.setAttribute('aria-busy', 'true'); // read out when all of it is there
    try {
      const request = { prompt, length, temperature, topP };
      const { count, seconds } = await asked.ask('sample', request, (part) => {
        output.append(part);
        output.scrollTop = output.scrollHeight; // its end is what is new
      });
      speed.textContent = `${count} tokens in ${seconds.toFixed(1)} s`;
    } catch (error) {
      speed.textContent = (error as Error).message;
    } finally {
      output.removeAttribute('aria-busy');
      if (asked === trainer) setWriting(false);
    }
  };

  const refresh = latest(
    async () => {
      const next = await trainer?.ask('next', { prompt, temperature, topP, count: shownTokens });
      bars.replaceChildren(...(next ?? []).map(bar));
    },
    ({ message }) => bars.replaceChildren(element('li', 'wrong', message)),
  );

  const box = element(
    'div',
    'sampler',
    controls(
      textBox({
        label: 'Beginning',
        value: first,
        onInput(value) {
          prompt = value;
          refresh();
        },
      }),
      slider({
        ...{ label: 'Temperature', min: 0, max: 2, step: 0.1, value: temperature },
        format: (value) => value.toFixed(1),
        onInput(value) {
          temperature = value;
          refresh();
        },
      }),
      slider({
        ...{ label: 'Top-p', min: 0.05, max: 1, step: 0.05, value: topP },
        format: (value) => value.toFixed(2),
        onInput(value) {
          topP = value;
          refresh();
        },
      }),
      slider({
        ...{ label: 'Length', min: 20, max: 500, step: 20, value: length },
        spoken: (value) => `${value} tokens at most`,
        onInput(value) {
          length = value;
        },
      }),
      write,
    ),
    output,
    speed,
    element(
      'p',
      'heading',
      'What may come next: ',
      element('span', 'own-chances', 'the model’s own chances'),
      ', and ',
      element('span', 'made-chances', 'what the sliders make of them'),
    ),
    bars,
  );
  return {
    element: box,
    attach(given) {
      trainer = given;
      write.disabled = false;
      setWriting(false);
      output.replaceChildren();
      speed.textContent = '';
      refresh();
    },
    refresh,
  };
}

function bar({ token, probability, shaped }: { token: string; probability: number; shaped: number }): HTMLElement {
  const name = element('span', 'token mono', visible(token));
  name.setAttribute('aria-hidden', 'true');
  const own = element('span', 'own');
  own.style.width = `${(100 * probability).toFixed(1)}%`;
  const made = element('span', 'made');
  made.style.width = `${(100 * shaped).toFixed(1)}%`;
  const share = `${(100 * probability).toFixed(1)}% → ${(100 * shaped).toFixed(1)}%`;
  const said = element('span', 'sr-only', `${spoken(token)}: `);
  return element('li', '', name, said, element('span', 'track', own, made), element('span', 'share', share));
}
