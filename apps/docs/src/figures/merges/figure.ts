// Byte pairs learned before one's eyes: each round joins the most frequent pair of the reader's text.
import { announcement, button, controls, element, textBox } from '../controls.ts';
import { piecesList, visible } from '../pieces.ts';
import { scrolling } from '../scrolling.ts';
import { firstTokens, type Round, rounds } from './rounds.ts';

const pause = 900; // milliseconds between rounds
const longest = 600; // characters: as many as one likes to look at

export default function mergesFigure(stage: HTMLElement): void {
  let text = 'the cat sat on the mat. the cat ate the rat. that rat sat on the hat.';
  let coming = rounds(text);
  let made: Round[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;

  const status = announcement('result');
  const pieceBox = scrolling('The text as it is cut now');
  pieceBox.classList.add('tall');
  const learned = element('tbody');
  const head = element(
    'tr',
    '',
    ...['round', 'pair', 'new token', 'id', 'joined'].map((name) => element('th', '', name)),
  );
  const caption = element('caption', '', 'What was learned, the newest first');
  const table = scrolling('The rounds', element('table', 'ruled', caption, element('thead', '', head), learned));
  table.classList.add('tall');
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
    const done = [step, play].some((control) => control === document.activeElement);
    step.disabled = play.disabled = true;
    if (done) again.focus(); // not lost with a button that cannot be pressed any more
    status.textContent =
      made.length > 0
        ? `No pair stands there twice any more. ${tellSize(made)}`
        : 'No pair stands there twice: type a longer text, in which something comes again.';
  };
  const again = button('Start over', () => reset());
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
    pieceBox.replaceChildren(piecesList(pieces, { label: 'The text as tokens', limit: 600 }));
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
      text = value.slice(0, longest);
      reset();
    },
  });
  const field = box.querySelector('textarea');
  if (field) field.maxLength = longest;
  stage.append(controls(box), controls(play, step, again), status, pieceBox, table);
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
