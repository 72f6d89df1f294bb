// Click a token and see its row; and see the one-hot vector pick the same row out of the table, product by product.
import { announcement, choice, controls, element } from '../controls.ts';
import { scrolling } from '../scrolling.ts';
import { embeddingRows, oneHot, times } from './table.ts';
import './figure.css';

type Example = { readonly names: readonly string[]; readonly sequence: readonly number[]; readonly rows: number[][] };

const words = ['<pad>', '<unk>', 'the', 'to', 'and', 'of', 'a', 'in', 'that', 'is', 'cat', 'hat'];

export default function lookupFigure(stage: HTMLElement): void {
  const numbers = embeddingRows(123, 6, 3);
  const noNames = numbers.map(() => '');
  const examples: Readonly<Record<string, Example>> = {
    first: { names: noNames, sequence: [2, 3, 5, 1], rows: numbers },
    second: { names: noNames, sequence: [3, 5, 2, 1], rows: numbers },
    words: { names: words, sequence: [2, 10, 7, 2, 11], rows: embeddingRows(42, words.length, 4) },
  };
  let example = examples.first;
  let place = 1; // of the token in the sequence
  const body = element('div');
  const told = announcement('result');
  const verdict = element('p', 'result');

  const show = ({ focus = false } = {}) => {
    const id = example.sequence[place];
    body.replaceChildren(
      tokens(example, place, choose),
      element('div', 'columns', table(example, id), product(example, id)),
    );
    tell();
    if (focus) body.querySelectorAll('button')[place].focus();
  };
  /** The row by lookup, and whether the product is the same. */
  const tell = () => {
    const { names, sequence, rows } = example;
    const id = sequence[place];
    const row = rows[id].map((value) => value.toFixed(4)).join('  ');
    told.textContent = `Row ${id}${names[id] && ` of “${names[id]}”`} by lookup: ${row}`;
    const same = times(oneHot(id, rows.length), rows).every((sum, column) => sum === rows[id][column]);
    verdict.textContent = same ? 'One-hot times the table gives the same numbers.' : 'They differ.';
  };
  const choose = (at: number) => {
    place = at;
    show({ focus: true });
  };

  const choices = [
    { value: 'first', label: 'tokens 2 3 5 1, of six' },
    { value: 'second', label: 'tokens 3 5 2 1, of six' },
    { value: 'words', label: 'the cat in the hat, of twelve words' },
  ];
  const which = choice('The ids', choices, 'first', (value) => {
    example = examples[value];
    place = 0;
    show();
  });
  stage.append(controls(which), body, told, verdict);
  show();
}

/** The sequence as buttons, of which one is pressed. */
function tokens({ names, sequence }: Example, chosen: number, choose: (place: number) => void): HTMLElement {
  const row = element('div', 'controls sequence');
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', 'Tokens of the sequence');
  for (const [place, id] of sequence.entries()) {
    const made = element(
      'button',
      '',
      names[id] ? element('span', '', names[id]) : '',
      element('span', 'id', String(id)),
    );
    made.type = 'button';
    made.setAttribute('aria-pressed', String(place === chosen));
    made.addEventListener('click', () => choose(place));
    row.append(made);
  }
  return row;
}

function table({ names, rows }: Example, chosen: number): HTMLElement {
  const hot = oneHot(chosen, rows.length);
  const lines = rows.map((row, id) => {
    const heading = element('th', '', `${id} ${names[id]}`.trim());
    heading.scope = 'row';
    const line = element('tr', id === chosen ? 'chosen' : '', heading, element('td', 'hot', String(hot[id])));
    line.append(...row.map((value) => shaded(value)));
    return line;
  });
  const heads = ['id', 'one-hot', ...rows[0].map((_, column) => String(column))];
  const head = element('tr', '', ...heads.map((name) => element('th', '', name)));
  const caption = element('caption', '', `The table: ${rows.length} rows of ${rows[0].length} numbers`);
  const whole = element('table', 'numbers', caption, element('thead', '', head), element('tbody', '', ...lines));
  return scrolling('The table', whole);
}

/** For every column the sum that the one-hot vector makes of it: zeros, and one number. */
function product({ rows }: Example, id: number): HTMLElement {
  const hot = oneHot(id, rows.length);
  const sums = times(hot, rows);
  const list = element('ol', 'sums');
  list.setAttribute('start', '0');
  for (const [column, sum] of sums.entries()) {
    const terms = rows.flatMap((row, place) => {
      const term = element('span', hot[place] === 1 ? 'term chosen' : 'term', `${hot[place]}·${signed(row[column])}`);
      return place === 0 ? [term] : [' + ', term];
    });
    list.append(element('li', '', element('span', 'terms', ...terms), element('strong', '', ` = ${sum.toFixed(4)}`)));
  }
  return element('section', '', element('p', 'heading', 'One-hot times the table, column by column'), list);
}

function shaded(value: number): HTMLTableCellElement {
  const cell = element('td', value < 0 ? 'shade below' : 'shade', value.toFixed(4));
  cell.style.setProperty('--strength', `${Math.round(Math.min(1, Math.abs(value) / 2.5) * 40)}%`);
  return cell;
}

function signed(value: number): string {
  return value < 0 ? `(${value.toFixed(2)})` : value.toFixed(2);
}
