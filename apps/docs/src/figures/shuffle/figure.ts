// A sentence in two orders, and whether an attention layer can tell them apart.
import { useBackend } from '@hornbook/backends';
import { manualSeed } from '@hornbook/random';
import { button, controls, element, textBox } from '../controls.ts';
import { scrolling } from '../scrolling.ts';
import { gather, type Kind, largestDifference } from './gather.ts';
import './figure.css';

const kinds: readonly (readonly [Kind, string])[] = [
  ['none', 'no positions'],
  ['learned', 'learned'],
  ['sinusoidal', 'sinusoidal'],
  ['rotary', 'rotary'],
  ['alibi', 'ALiBi'],
];

export default async function shuffleFigure(stage: HTMLElement): Promise<void> {
  await useBackend('cpu'); // a few hundred numbers: any engine will do, and this one is always there
  const generator = manualSeed(42);
  let sentence = 'the dog bites the old man today'.split(' ');
  let order = [...sentence];
  const second = element('div', 'controls sequence');
  second.setAttribute('role', 'group');
  second.setAttribute('aria-label', 'The second order: a word that is chosen moves to the front');
  const body = element('tbody');
  const status = element('p', 'result');
  status.setAttribute('role', 'status');

  const show = async () => {
    const asked = order;
    second.replaceChildren(...order.map((word, place) => wordButton(word, place)));
    const rows = await Promise.all(
      kinds.map(async ([kind, name]) => {
        const [first, then] = [await gather(sentence, kind), await gather(order, kind)];
        return { name, first, then, difference: largestDifference(first, then) };
      }),
    );
    if (asked !== order) return; // the reader was quicker
    body.replaceChildren(...rows.map(rowOf));
    const changed = order.some((word, place) => word !== sentence[place]);
    const blind = rows.filter(({ difference }) => difference < 1e-6).map(({ name }) => name);
    status.textContent = changed
      ? `The two orders look the same with ${blind.join(', ') || 'none of these'}.`
      : 'Both orders are the same. Shuffle, or choose a word to move it to the front.';
  };
  /** The last word is the one that gathers, and stays. */
  const wordButton = (word: string, place: number) => {
    const made = button(word, () => {
      order = [word, ...order.filter((_, at) => at !== place)];
      show().then(() => second.querySelector('button')?.focus());
    });
    made.disabled = place === order.length - 1;
    return made;
  };
  const shuffle = () => {
    const before = sentence.slice(0, -1);
    order = [...Array.from(generator.permutation(before.length), (place) => before[place]), ...sentence.slice(-1)];
    return show();
  };

  const box = textBox({
    label: 'Your sentence',
    value: sentence.join(' '),
    onInput(value) {
      const typed = value.trim().split(/\s+/).slice(0, 16);
      if (typed.length < 3) {
        status.textContent = 'Three words or more, please: the last one gathers from the others.';
        return;
      }
      sentence = typed;
      order = [...sentence];
      show();
    },
  });
  const back = button('As it was', () => {
    order = [...sentence];
    show();
  });
  const primary = button('Shuffle', shuffle);
  primary.className = 'primary';
  const heads = ['positions', 'largest difference', 'first order', 'second order'];
  const head = element('thead', '', element('tr', '', ...heads.map((name) => element('th', '', name))));
  const caption = element('caption', '', 'What the last word gathers: the first three of its eight numbers');
  const table = scrolling('What the last word gathers', element('table', 'numbers', caption, head, body));
  stage.append(controls(box), controls(primary, back), second, status, table);
  await shuffle();
}

type Row = { readonly name: string; readonly first: number[]; readonly then: number[]; readonly difference: number };

function rowOf({ name, first, then, difference }: Row): HTMLTableRowElement {
  const heading = element('th', '', name);
  heading.scope = 'row';
  const shown = (numbers: number[]) =>
    element(
      'td',
      '',
      numbers
        .slice(0, 3)
        .map((value) => value.toFixed(3))
        .join('  '),
    );
  const told = element('td', difference < 1e-6 ? 'same' : 'differs', difference.toFixed(4));
  return element('tr', '', heading, told, shown(first), shown(then));
}
