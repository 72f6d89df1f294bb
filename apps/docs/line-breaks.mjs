// Where code may break at the end of a line: options and paths stay whole, and long names break where their parts meet.

const fitsOnPhone = 30; // letters of code in a row
const fitsInCell = 12;
const wholeInCell = 24; // a package's name, but not a path within it
const longName = 20; // such as AutoModelForSequenceClassification, which fills a cell

/** A plugin for rehype. */
export function lineBreaks() {
  return (tree) => visit(tree, {});
}

/** @param place whether a node is in code, and in a table's cell */
function visit(node, place) {
  if (node.tagName === 'pre' || !node.children) return;
  const inCode = place.inCode || node.tagName === 'code';
  const inCell = place.inCell || node.tagName === 'td';
  for (const child of node.children) visit(child, { inCode, inCell });
  if (inCode) setBreaks(node, inCell ? fitsInCell : fitsOnPhone);
}

/** Sets the breaks in an element's own text. Words that are longer than what fits may break between their parts. */
export function setBreaks(element, fits) {
  element.children = element.children.flatMap((child) => (child.type === 'text' ? pieces(child.value, fits) : [child]));
}

/** 'train --model gpt' → 'train ', an element with '--model', ' gpt' */
function pieces(text, fits) {
  return text.split(/(\s+)/).flatMap((word) => {
    const whole = fits === fitsInCell ? wholeInCell : fitsOnPhone;
    if (/[-/]/.test(word) && word.length <= whole) return [unbroken(word)];
    return word.length > fits
      ? parted(word, fits === fitsInCell && word.length > longName)
      : [{ type: 'text', value: word }];
  });
}

// Browsers would break it after its dashes.
function unbroken(word) {
  const children = [{ type: 'text', value: word }];
  return { type: 'element', tagName: 'span', properties: { className: ['unbroken'] }, children };
}

/** 'nn.Linear(30' → 'nn.', a place to break, 'Linear(', a place to break, '30' */
function parted(word, atCapitals) {
  const marks = '(?<=[._,=([{/])(?=[a-zA-Z_\'"])';
  const parts = word.split(new RegExp(atCapitals ? `${marks}|(?<=[a-z])(?=[A-Z])` : marks));
  const place = { type: 'element', tagName: 'wbr', properties: {}, children: [] };
  return parts.flatMap((value, i) => [...(i > 0 ? [place] : []), { type: 'text', value }]);
}
