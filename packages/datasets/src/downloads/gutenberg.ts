// The text of a book alone, out of a file of Project Gutenberg.

// A mark may go on over the line's end: *** START OF THE PROJECT GUTENBERG EBOOK ALICE'S ADVENTURES IN␊WONDERLAND ***
const startMark = /^\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG E-?(?:BOOK|TEXT)[^*]*\*{3}[^\n]*$/im;
const endMark = /^\*{3} ?END OF (?:THE|THIS) PROJECT GUTENBERG E-?(?:BOOK|TEXT)/gim;
// Files from before 2004 end their licence, at the beginning, so; and their text with a line of this kind.
const smallPrint = /^\*END[^\n]*SMALL PRINT[^\n]*\*END\*[^\n]*$/im;
const lastLine = /^ *End of (?:The |This )?Project Gutenberg(?:'s)?\b[^\n]*/gim;

const credits = /^(?:Produced by|E-?text prepared by|This e-?text was (?:prepared|produced) by)\b/i;

const longestLicence = 30_000; // UTF-16 units
const longestFarewell = 500;

/**
 * What stands between the marks, without the credits of whoever typed it; line ends are single newlines.
 *
 * @throws RangeError if the marks are missing: then it is not known where the book begins and ends
 */
export function stripGutenberg(file: string): string {
  const text = file.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const begin = findBegin(text);
  const end = findEnd(text, begin);
  const paragraphs = text
    .slice(begin, end)
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split(/\n{2,}/);
  if (credits.test(paragraphs[0])) paragraphs.shift();
  const [first] = paragraphs;
  if (!first) throw new RangeError('Expected a book between the marks of Project Gutenberg, got nothing');
  const place = text.indexOf(first, begin);
  return `${text.slice(place, end).trimEnd()}\n`;
}

function findBegin(text: string): number {
  const mark = startMark.exec(text);
  const start = mark ? mark.index + mark[0].length : 0;
  const print = smallPrint.exec(text.slice(start, start + longestLicence)); // some files have both
  if (!mark && !print) {
    throw new RangeError(
      'Expected the mark that Project Gutenberg puts before its texts (*** START OF …), got none: ' +
        'cut the text out by hand',
    );
  }
  return print ? start + print.index + print[0].length : start;
}

function findEnd(text: string, begin: number): number {
  const marks = [...text.matchAll(endMark)].filter(({ index }) => index > begin);
  const end = marks.at(-1)?.index;
  const lines = [...text.matchAll(lastLine)].filter(({ index }) => index > begin && index < (end ?? text.length));
  const line = lines.at(-1)?.index;
  if (end === undefined && line === undefined) {
    throw new RangeError(
      'Expected the mark that Project Gutenberg puts after its texts (*** END OF …), got none: is the file whole?',
    );
  }
  if (line === undefined) return end as number;
  return end === undefined || end - line < longestFarewell ? line : end;
}
