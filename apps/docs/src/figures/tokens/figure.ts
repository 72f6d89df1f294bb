// Type a text and see it cut in four ways at once, every piece with its id.
import { loadCorpus } from '@hornbook/datasets';
import { controls, element, textBox } from '../controls.ts';
import { piecesList } from '../pieces.ts';
import { cut, type Way } from './cut.ts';
import './figure.css';

const ways: readonly (readonly [Way, string])[] = [
  ['characters', 'Characters'],
  ['words', 'Words'],
  ['bytes', 'Bytes'],
  ['pairs', 'Byte pairs (GPT-2’s)'],
];

export default async function tokensFigure(stage: HTMLElement): Promise<void> {
  const story = await loadCorpus('story');
  let text = 'the cat in the hat';
  const rows = ways.map(([way, name]) => {
    const result = element('p', 'result', 'loading …');
    const place = element('div');
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
        place.replaceChildren(piecesList(pieces, { label: `Tokens of ${name.toLowerCase()}` }));
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
      text = value;
      update();
    },
  });
  const field = box.querySelector('textarea');
  if (field) field.maxLength = 500;
  const note = 'Words are those of the story that comes with this site; any other is unknown.';
  stage.append(controls(box), ...rows.map(({ row }) => row), element('p', 'quiet', note));
  update();
}

function tell(count: number, vocabSize: number): string {
  if (count === 0) return 'nothing to cut yet';
  return `${count} ${count === 1 ? 'token' : 'tokens'}, out of ${vocabSize.toLocaleString('en')} possible ones`;
}
