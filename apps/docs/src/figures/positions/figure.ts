// Four ways to say where a token stands, as pictures.
import { useBackend } from '@hornbook/backends';
import { choice, controls, element, slider } from '../controls.ts';
import { heatMap } from '../heat-map.ts';
import { type Kind, numHeads, picturesOf } from './pictures.ts';

const ways: Readonly<Record<Kind, { readonly label: string; readonly table: string; readonly pairs: string }>> = {
  learned: {
    label: 'Learned',
    table: 'Before training: a random row for every place',
    pairs: 'What two places have in common: nothing yet, but each with itself',
  },
  sinusoidal: {
    label: 'Sinusoidal',
    table: 'Fast waves on the left, slow ones on the right',
    pairs: 'What two places have in common: neighbours much, others less',
  },
  rotary: {
    label: 'Rotary',
    table: '',
    pairs: 'The score of two equal vectors after turning: it depends on their distance alone',
  },
  alibi: {
    label: 'ALiBi',
    table: '',
    pairs: 'What the score of a pair loses: more, the further back the key stands',
  },
};

export default async function positionsFigure(stage: HTMLElement): Promise<void> {
  await useBackend('cpu'); // a few hundred numbers: any engine will do, and this one is always there
  let [kind, head]: [Kind, number] = ['learned', 0];
  const place = element('div', 'columns');
  const show = async () => {
    const asked = `${kind} ${head}`;
    const { table, pairs } = await picturesOf(kind, head);
    if (asked !== `${kind} ${head}`) return; // the reader was quicker
    heads.hidden = kind !== 'alibi';
    const { table: tableTold, pairs: pairsTold } = ways[kind];
    const pictures = [heatMap(pairs, { label: pairsTold, row: 'query at place', column: 'key at place' })];
    if (table) pictures.unshift(heatMap(table, { label: tableTold, row: 'place', column: 'number' }));
    place.replaceChildren(...pictures);
  };
  const heads = slider({
    label: 'Head',
    min: 1,
    max: numHeads,
    step: 1,
    value: 1,
    onInput(value) {
      head = value - 1;
      show();
    },
  });
  const kinds = Object.entries(ways).map(([value, { label }]) => ({ value, label }));
  const which = choice('Positions', kinds, kind, (value) => {
    kind = value as Kind;
    show();
  });
  stage.append(controls(which, heads), place);
  await show();
}
