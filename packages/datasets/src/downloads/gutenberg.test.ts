// Books of Project Gutenberg lose what stands around them, and nothing else.
import { describe, expect, test } from 'vitest';
import { stripGutenberg } from './gutenberg.ts';

const book = `LETTER I.

You will rejoice to hear that no disaster has accompanied it.
  An indented line.

*** a line of stars, and E-text prepared by nobody ***

The end.
`;

const licence = 'This ebook is for the use of anyone anywhere.\n'.repeat(50);

describe('the marks of each time', () => {
  test.each([
    [
      '*** START OF THE PROJECT GUTENBERG EBOOK FRANKENSTEIN ***',
      '*** END OF THE PROJECT GUTENBERG EBOOK FRANKENSTEIN ***',
    ],
    [
      '***START OF THE PROJECT GUTENBERG EBOOK FRANKENSTEIN***',
      '***END OF THE PROJECT GUTENBERG EBOOK FRANKENSTEIN***',
    ],
    [
      '*** START OF THIS PROJECT GUTENBERG EBOOK FRANKENSTEIN ***',
      '*** END OF THIS PROJECT GUTENBERG EBOOK FRANKENSTEIN ***',
    ],
    [
      '*** START OF THE PROJECT GUTENBERG EBOOK A VERY\nLONG TITLE ***',
      '*** END OF THE PROJECT GUTENBERG EBOOK A VERY\nLONG TITLE ***',
    ],
    [
      '*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*',
      'End of The Project Gutenberg Etext of Frankenstein',
    ],
    [
      `***START OF THE PROJECT GUTENBERG EBOOK FRANKENSTEIN***\n\n${licence}\n*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*`,
      'End of the Project Gutenberg EBook of Frankenstein, by Mary Shelley\n\n*** END OF THE PROJECT GUTENBERG EBOOK FRANKENSTEIN ***',
    ],
  ])('%s', (start, end) => {
    const file = `Title: Frankenstein\n\n${licence}\n${start}\n\n\n${book}\n\n${end}\n\n${licence}`;
    expect(stripGutenberg(file)).toBe(book);
    expect(stripGutenberg(`\uFEFF${file.replaceAll('\n', '\r\n')}`)).toBe(book);
  });
});

const start = '*** START OF THE PROJECT GUTENBERG EBOOK X ***';
const end = '*** END OF THE PROJECT GUTENBERG EBOOK X ***';

test('credits go if they come first', () => {
  const credits = 'Produced by Somebody and\nthe Online Distributed Proofreading Team';
  expect(stripGutenberg(`${start}\n\n${credits}\n\n\n\n${book}\n${end}\n`)).toBe(book);
  expect(stripGutenberg(`${start}\n\nTitle\n\n${credits}\n${end}\n`)).toBe(`Title\n\n${credits}\n`);
});

test('the first line keeps its indentation, and paragraphs their distances', () => {
  expect(stripGutenberg(`${start}\n\n\n   Title\n\n\n\nText\n${end}\n`)).toBe('   Title\n\n\n\nText\n');
});

test('a mention far from the end is part of the book', () => {
  const mention = `End of Project Gutenberg, he said.\n\n${'More text.\n'.repeat(100)}`;
  expect(stripGutenberg(`${start}\n${mention}\n${end}\n`)).toBe(`${mention.trimEnd()}\n`);
});

test('without marks it is not known what is the book', () => {
  expect(() => stripGutenberg(book)).toThrow('before its texts');
  expect(() => stripGutenberg(`${start}\n${book}`)).toThrow('after its texts');
  expect(() => stripGutenberg(`${start}\n\n\n${end}`)).toThrow('got nothing');
});
