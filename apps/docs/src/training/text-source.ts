// Where a figure's text comes from: one that comes along, or a file of the reader's, which stays in the page.
import { choice, element } from '../figures/controls.ts';
import { readTextFile, type TextFile } from './read-text-file.ts';
import type { LanguageSettings } from './recipes/language-settings.ts';
import './text-source.css';

export type TextSource = {
  readonly element: HTMLElement;
  current(): LanguageSettings['source'];
};

/** @param onChange called with another text, once it has been read */
export function textSource(onChange: () => void, first: 'story' | 'names' = 'story'): TextSource {
  let source: LanguageSettings['source'] = { corpus: first };
  let own: TextFile | undefined;
  const note = element('p', 'file-note');
  note.setAttribute('role', 'status');
  const input = element('input');
  Object.assign(input, { type: 'file', accept: '.txt,.md,.csv,.html,.json,text/*', className: 'file' });
  input.setAttribute('aria-label', 'A text file of yours');
  const list = choice(
    'Text',
    [
      { value: 'story', label: 'a story, "As Far as M"' },
      { value: 'names', label: 'names of many languages' },
      { value: 'own', label: 'a file of yours …' },
    ],
    first,
    (value) => {
      if (value === 'own') {
        if (own) use(own);
        else input.click();
        return;
      }
      source = { corpus: value as 'story' | 'names' };
      note.textContent = '';
      onChange();
    },
  );
  const select = list.querySelector('select') as HTMLSelectElement;

  const use = (file: TextFile) => {
    own = file;
    source = { name: file.name, text: file.text };
    select.value = 'own';
    const size = `${file.name}: ${file.text.length.toLocaleString('en')} characters. It stays in this page.`;
    note.replaceChildren(size);
    if (file.note) {
      const guide = element('a', '', 'How to prepare a large text');
      guide.href = '/guides/large-corpus/';
      note.append(` ${file.note} `, guide);
    }
    onChange();
  };
  const take = async (file: File | undefined) => {
    if (!file) return;
    note.textContent = `Reading ${file.name} …`;
    try {
      use(await readTextFile(file));
    } catch (error) {
      note.textContent = (error as Error).message;
      select.value = 'corpus' in source ? source.corpus : 'own';
    }
  };
  input.addEventListener('change', () => void take(input.files?.[0]));
  input.addEventListener('cancel', () => {
    select.value = 'corpus' in source ? source.corpus : 'own';
  });

  const box = element('div', 'text-source', list, input, note);
  box.addEventListener('dragover', (event) => event.preventDefault());
  box.addEventListener('drop', (event) => {
    event.preventDefault();
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    input.files = files; // so that its name stands beside the button
    void take(files[0]);
  });
  return { element: box, current: () => source };
}
