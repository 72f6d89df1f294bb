// Type a text and see it cut in four ways at once, every piece with its id.
import { loadCorpus } from '@hornbook/datasets';
import { announcement, controls, element, textBox } from '../controls.ts';
import { piecesList } from '../pieces.ts';
import { scrolling } from '../scrolling.ts';
import { cut, type Way } from './cut.ts';
import './figure.css';

const ways: readonly (readonly [Way, string])[] = [
  ['characters', 'Characters'],
  ['words', 'Words'],
  ['bytes', 'Bytes'],
  ['pairs', 'Byte pairs (GPT-2’s)'],
];

const longest = 500; // characters: as many as one likes to look at

export default async function tokensFigure(stage: HTMLElement): Promise<void> {
  const story = await loadCorpus('story');
  let text = 'the cat in the hat';
  let pause: ReturnType<typeof setTimeout> | undefined;
  const told = announcement();
  const rows = ways.map(([way, name]) => {
    const result = element('p', 'result', 'loading …');
    const place = scrolling(`The text as ${name}`);
    place.classList.add('tall');
    const row = element('section', 'way', element('p', 'heading', name), result, place);
    row.dataset.way = way;
    return { way, name, result, place, row };
  });

  /** Results that come late, after the text has changed again, are dropped. */
  const update = () => {
    const asked = text;
    for (const { way, name, result, place } of rows) {
      const show = ({ vocabSize, pieces }: Awaited<ReturnType<typeof cut>>) => {
        if (asked !== text) return;
        result.textContent = tell(pieces.length, vocabSize);
        place.replaceChildren(piecesList(pieces, { label: name }));
      };
      cut(text, way, story).then(show, (error: Error) => {
        result.textContent = `This way did not load: ${error.message}`;
      });
    }
  };

  const box = textBox({
    label: 'Your text',
    value: text,
    rows: 2,
    onInput(value) {
      text = value.slice(0, longest);
      update();
      clearTimeout(pause);
      pause = setTimeout(() => {
        told.textContent = rows.map(({ name, result }) => `${name}: ${result.textContent}`).join('. ');
      }, 1200); // once, when the hands rest
    },
  });
  const field = box.querySelector('textarea');
  if (field) field.maxLength = longest;
  const note = 'Words are those of the story that comes with this site; any other is unknown.';
  stage.append(controls(box), ...rows.map(({ row }) => row), element('p', 'quiet', note), told);
  update();
}

function tell(count: number, vocabSize: number): string {
  if (count === 0) return 'nothing to cut yet';
  return `${count} ${count === 1 ? 'token' : 'tokens'}, out of ${vocabSize.toLocaleString('en')} possible ones`;
}
