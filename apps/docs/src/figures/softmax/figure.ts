// Four scores to move: what softmax makes of them, the loss, what training would do, and the formula with and without care.
import { button, controls, element } from '../controls.ts';
import { scrolling } from '../scrolling.ts';
import { gradient, naiveSoftmax, stableSoftmax } from './softmax.ts';
import './figure.css';

const presets: readonly (readonly number[])[] = [
  [-2, -3, 0, 5],
  [-100, -3, 0, 5],
  [-2, -3, 0, 100],
  [0, 0, 0, 0],
];

export default function softmaxFigure(stage: HTMLElement): void {
  let scores = [...presets[0]];
  let answer = 3;
  const rows = scores.map((_, token) => tokenRow(token, { onScore, onAnswer }));
  const losses = element('p', 'result');
  losses.setAttribute('role', 'status');
  const careful = element('tbody');

  function onScore(token: number, score: number) {
    scores[token] = score;
    show();
  }
  function onAnswer(token: number) {
    answer = token;
    show();
  }
  const set = (next: readonly number[]) => {
    scores = [...next];
    show();
  };
  const show = () => {
    const [naive, stable] = [naiveSoftmax(scores), stableSoftmax(scores)];
    const pull = gradient(stable.probabilities, answer);
    for (const [token, row] of rows.entries()) {
      row.show({ score: scores[token], probability: stable.probabilities[token], pull: pull[token], answer });
    }
    losses.textContent = `Loss: ${tell(stable.losses[answer])} nats. By the formula as it stands: ${tell(naive.losses[answer])}.`;
    careful.replaceChildren(
      ...scores.map((score, token) => {
        const cells = [
          naive.powers[token],
          naive.probabilities[token],
          stable.powers[token],
          stable.probabilities[token],
        ];
        const head = element('th', '', `${token}: ${score}`);
        head.scope = 'row';
        return element('tr', '', head, ...cells.map((value) => numberCell(value)));
      }),
    );
  };

  const examples = presets.map((preset) => button(preset.join('  '), () => set(preset)));
  const raise = button('7 more for each', () => set(scores.map((score) => score + 7)));
  const tokens = element('div', 'scores', ...rows.map(({ row }) => row));
  tokens.setAttribute('role', 'group');
  tokens.setAttribute('aria-label', 'Four tokens: the score of each, and which one came');
  stage.append(
    controls(...examples, raise),
    tokens,
    losses,
    scrolling('The formula as it stands, and with care', comparison(careful)),
  );
  show();
}

type TokenRow = {
  readonly row: HTMLElement;
  show(state: { score: number; probability: number; pull: number; answer: number }): void;
};

/** A token's score as slider and number, its probability as a bar, and the mark that says it came. */
function tokenRow(
  token: number,
  { onScore, onAnswer }: { onScore: (token: number, score: number) => void; onAnswer: (token: number) => void },
): TokenRow {
  const slider = Object.assign(element('input'), { type: 'range', min: '-10', max: '10', step: '0.1' });
  slider.setAttribute('aria-label', `Score of token ${token}`);
  slider.addEventListener('input', () => onScore(token, slider.valueAsNumber));
  const number = Object.assign(element('input'), { type: 'number', min: '-200', max: '200', step: 'any' });
  number.setAttribute('aria-label', `Score of token ${token}, as a number`);
  number.addEventListener('input', () => {
    if (Number.isFinite(number.valueAsNumber)) onScore(token, number.valueAsNumber);
  });
  const mark = Object.assign(element('input'), { type: 'radio', name: 'softmax-answer' });
  mark.addEventListener('change', () => onAnswer(token));
  const bar = element('span', 'fill');
  const share = element('span', 'share');
  const arrow = element('span', 'pull');
  const came = element('label', 'came', mark, element('span', '', `token ${token} came`));
  const row = element('div', 'score', came, number, slider, element('span', 'bar', bar), share, arrow);
  return {
    row,
    show({ score, probability, pull, answer }) {
      slider.value = String(score);
      const percent = `${(100 * probability).toFixed(1)}%`;
      slider.setAttribute('aria-valuetext', `${score}: probability ${percent}`); // the score may be beyond the slider's ends
      if (number.valueAsNumber !== score) number.value = String(score);
      mark.checked = token === answer;
      bar.style.inlineSize = `${100 * probability}%`;
      share.textContent = percent;
      arrow.textContent = `${pull < 0 ? '▲ up' : '▼ down'} ${Math.abs(pull).toFixed(3)}`;
    },
  };
}

function comparison(body: HTMLTableSectionElement): HTMLTableElement {
  const caption = element('caption', '', 'In numbers of 32 bits');
  const group = (name: string) => {
    const head = element('th', '', name);
    head.colSpan = 2;
    head.scope = 'colgroup';
    return head;
  };
  const first = element('tr', '', element('td'), group('the formula as it stands'), group('largest score off first'));
  const names = ['score', 'power of\u00a0e', 'probability', 'power of\u00a0e', 'probability'];
  const second = element('tr', '', ...names.map((name) => element('th', '', name)));
  return element('table', 'numbers', caption, element('thead', '', first, second), body);
}

function numberCell(value: number): HTMLTableCellElement {
  return element('td', Number.isFinite(value) ? '' : 'wrong', tell(value));
}

/** 0.0080, 1.38e-44, infinity, not a number. */
function tell(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}
