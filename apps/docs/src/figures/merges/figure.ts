// Byte pairs learned before one's eyes: each round joins the most frequent pair of the reader's text.
import { button, controls, element, textBox } from '../controls.ts';
import { piecesList, visible } from '../pieces.ts';
import { firstTokens, type Round, rounds } from './rounds.ts';

const pause = 900; // milliseconds between rounds

export default function mergesFigure(stage: HTMLElement): void {
  let text = 'the cat sat on the mat. the cat ate the rat. that rat sat on the hat.';
  let coming = rounds(text);
  let made: Round[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;

  const status = element('p', 'result');
  status.setAttribute('role', 'status');
  const place = element('div');
  const learned = element('tbody');
  const head = element(
    'tr',
    '',
    ...['round', 'pair', 'new token', 'id', 'joined'].map((name) => element('th', '', name)),
  );
  const table = element('table', 'ruled', element('thead', '', head), learned);
  const step = button('Join one pair', () => {
    stop();
    join();
  });
  const play = button('Play', () => (timer === undefined ? start() : stop()));
  play.className = 'primary';

  const join = () => {
    const { value: round, done } = coming.next();
    if (done) finish();
    else {
      made.push(round);
      show();
    }
  };
  const start = () => {
    timer = setInterval(() => (stage.isConnected ? join() : stop()), pause);
    play.textContent = 'Pause';
    status.setAttribute('aria-live', 'off'); // a voice is slower than the rounds
    join();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Play';
    status.setAttribute('aria-live', 'polite');
  };
  const finish = () => {
    stop();
    step.disabled = play.disabled = true;
    status.textContent = `No pair stands there twice any more. ${tellSize(made)}`;
  };
  const reset = () => {
    stop();
    coming = rounds(text);
    made = [];
    step.disabled = play.disabled = false;
    show();
  };
  const show = () => {
    const last = made.at(-1);
    const tokens = last ? last.tokens : firstTokens(text);
    const pieces = tokens.map((token) => ({ token, isNew: token === last?.token }));
    place.replaceChildren(piecesList(pieces, { label: 'The text as tokens' }));
    learned.replaceChildren(...made.map((round, i) => rowOf(round, i + 1)).reverse());
    table.hidden = made.length === 0;
    status.textContent = last
      ? `Round ${made.length}: ${pairOf(last)} became one token, ${last.count} times. ${tellSize(made)}`
      : `${tokens.length} bytes. Nothing is learned yet.`;
  };

  const box = textBox({
    label: 'The text to learn from',
    value: text,
    rows: 3,
    onInput(value) {
      text = value;
      reset();
    },
  });
  const field = box.querySelector('textarea');
  if (field) field.maxLength = 600;
  stage.append(controls(box), controls(play, step, button('Start over', reset)), status, place, table);
  reset();
}

function pairOf({ pair: [left, right] }: Round): string {
  return `“${visible(left)}” and “${visible(right)}”`;
}

function tellSize(made: readonly Round[]): string {
  const last = made.at(-1);
  return last ? `The text is ${last.tokens.length} tokens now; the list has ${256 + made.length}.` : '';
}

function rowOf(round: Round, number: number): HTMLTableRowElement {
  const [left, right] = round.pair;
  const cells = [String(number), `${visible(left)} + ${visible(right)}`, visible(round.token), String(round.id)];
  return element('tr', '', ...[...cells, `${round.count} times`].map((cell) => element('td', '', cell)));
}
