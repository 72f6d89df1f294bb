// A text as a row of ids, and the windows that lie over it: move the context length and the stride, open a window, draw batches.
import { loader, windows } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { announcement, button, controls, element, numberBox, slider, textBox } from '../controls.ts';
import { spoken, visible } from '../pieces.ts';
import { scrolling } from '../scrolling.ts';
import { dragAlong, type Handle } from './drag-along.ts';
import './figure.css';

const longest = 40; // characters that are laid out in a row

export default function windowsFigure(stage: HTMLElement): void {
  let text = 'to be or not to be';
  let [contextLength, stride, batchSize, seed] = [4, 4, 2, 42];
  let chosen = 0;
  let tokenizer = characters(text);
  let cut: ReturnType<typeof windows> | undefined; // none where the text is too short
  const place = element('div');
  const status = announcement('result');
  const batches = element('div');
  const drawn = announcement();

  const contextSlider = slider({
    label: 'Context length',
    min: 1,
    max: 12,
    step: 1,
    value: contextLength,
    spoken: inLetters,
    onInput(value) {
      contextLength = value;
      show();
    },
  });
  const strideSlider = slider({
    label: 'Stride',
    min: 1,
    max: 12,
    step: 1,
    value: stride,
    spoken: inLetters,
    onInput(value) {
      stride = value;
      show();
    },
  });

  const show = () => {
    batches.replaceChildren();
    drawn.textContent = '';
    try {
      tokenizer = characters(text);
      cut = windows(tokenizer.encode(text), { contextLength, stride });
      chosen = Math.min(chosen, cut.length - 1);
      place.replaceChildren(strip(), lessons());
      const formula = `⌈(${[...text].length} − ${contextLength}) / ${stride}⌉ = ${cut.length}`;
      status.textContent = `${cut.length} ${cut.length === 1 ? 'window' : 'windows'}: ${formula}`;
    } catch (error) {
      cut = undefined;
      place.replaceChildren();
      status.textContent = `${(error as Error).message}.`; // too little text for such a context: the message advises
    }
    drawButton.disabled = cut === undefined;
  };

  /** The text, and below it each window with its targets, each in the columns of its characters. */
  const strip = () => {
    const letters = [...text];
    const grid = element('div', 'strip');
    grid.style.setProperty('--places', String(letters.length));
    grid.append(...letters.map((letter, at) => cell(letter, at, 'letter')));
    for (let start = 0, index = 0; start + contextLength < letters.length; start += stride, index++) {
      const window = button(visible(letters.slice(start, start + contextLength).join('')), () => choose(index));
      window.className = 'window';
      window.style.gridColumn = `${start + 1} / span ${contextLength}`;
      window.setAttribute('aria-pressed', String(index === chosen));
      window.setAttribute(
        'aria-label',
        `Window ${index + 1}: ${spoken(letters.slice(start, start + contextLength).join(''))}`,
      );
      if (index === 0) window.append(handle(contextSlider, { edge: 'end', title: 'Drag: the context length' }));
      grid.append(window);
    }
    if (letters.length > contextLength + stride) {
      const second = grid.querySelectorAll<HTMLElement>('.window')[1];
      second?.append(handle(strideSlider, { edge: 'start', title: 'Drag: the stride' }));
    }
    const box = scrolling('The text and its windows', grid);
    box.classList.add('tall');
    return box;
  };
  const handle = (control: HTMLLabelElement, edge: Handle) => {
    const input = control.querySelector('input') as HTMLInputElement;
    return dragAlong(input, () => stage.querySelector<HTMLElement>('.letter')?.offsetWidth ?? 1, edge);
  };
  const choose = (index: number) => {
    chosen = index;
    show();
    stage.querySelectorAll<HTMLElement>('.window')[index]?.focus();
  };

  /** What the chosen window asks, and the answers. */
  const lessons = () => {
    const window = [...text].slice(chosen * stride, chosen * stride + contextLength + 1);
    const items = Array.from({ length: contextLength }, (_, i) => {
      const asked = visible(window.slice(0, i + 1).join(''));
      return element('li', '', element('code', '', asked), ' → ', element('code', 'target', visible(window[i + 1])));
    });
    const heading = element(
      'p',
      'heading',
      `Window ${chosen + 1} holds ${contextLength} ${contextLength === 1 ? 'lesson' : 'lessons'}`,
    );
    const list = element('ol', 'lessons', ...items);
    list.setAttribute('aria-label', `The lessons of window ${chosen + 1}`);
    return element('section', '', heading, list);
  };

  const draw = () => {
    if (!cut) return;
    const shuffled = loader(cut, { batchSize, shuffle: true, generator: manualSeed(seed) });
    const lists = [1, 2].map((epoch) => {
      const items = Array.from(shuffled, ({ inputs }) => {
        const [rows, time] = inputs.shape;
        const shown = Array.from({ length: rows }, (_, row) =>
          element('code', '', visible(tokenizer.decode(inputs.data.slice(row * time, (row + 1) * time)))),
        );
        return element('li', '', `[${rows}, ${time}] `, ...shown.flatMap((code) => [code, ' ']));
      });
      return element('section', '', element('p', 'heading', `Epoch ${epoch}`), element('ol', 'batches', ...items));
    });
    batches.replaceChildren(element('div', 'columns', ...lists));
    const count = Math.ceil(cut.length / batchSize);
    drawn.textContent = `Shuffled with seed ${seed}: ${count} ${count === 1 ? 'batch' : 'batches'} in each of two epochs.`;
  };

  const box = textBox({
    label: 'Your text',
    value: text,
    onInput(value) {
      text = [...value].slice(0, longest).join('');
      show();
    },
  });
  const batchSlider = slider({
    label: 'Batch size',
    min: 1,
    max: 6,
    step: 1,
    value: batchSize,
    spoken: (value) => `${value} ${value === 1 ? 'window' : 'windows'} in a batch`,
    onInput(value) {
      batchSize = value;
    },
  });
  const seedBox = numberBox('Seed', seed, (value) => {
    seed = value;
  });
  const drawButton = button('Shuffle into batches', draw);
  stage.append(
    controls(box, contextSlider, strideSlider),
    status,
    place,
    controls(batchSlider, seedBox, drawButton),
    batches,
    drawn,
  );
  show();
}

const inLetters = (count: number) => `${count} ${count === 1 ? 'letter' : 'letters'}`;

function cell(letter: string, at: number, className: string): HTMLElement {
  const made = element('span', className, visible(letter));
  made.style.gridColumn = String(at + 1);
  return made;
}
