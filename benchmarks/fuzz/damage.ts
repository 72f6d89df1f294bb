// Damages a sound file as bad disks, cut connections and bad people do.
import type { Generator } from '@hornbook/random';

export const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** What somebody would put there. */
const nasty = [
  ...['-1', '0.5', '1e308', '9007199254740993', '4294967296', 'null', 'true', '"x"', '[]', '{}', '{', '}', '[[[[[[[['],
  ...['__proto__', 'constructor', '../', '/etc/passwd', '\\u0000', '"', ',', ':', ' ', '\n', '\t', 'NaN', '\u{10000}'],
  ...['{"toString": 1}', '999999999', '\ud800', '(a+)+$', '\\p{L}'],
].map(encode);

const oddValues: readonly unknown[] = [
  ...[-1, 0.5, 1e308, 2 ** 53, 2 ** 32, 999_999_999, 0, null, true, '', 'x', '\ud800', '../a', '(a+)+$', 'Ġ', [], {}],
  ...[{ toString: 1 }, { length: 5 }, JSON.parse('{"__proto__": {"a": 1}}'), [[[[[]]]]], 'x'.repeat(300)],
];

/** Sound JSON that says something else: every other time, where the file is JSON, so that its values are looked at too. */
export function misstate(sound: Uint8Array, generator: Generator): Uint8Array<ArrayBuffer> | undefined {
  const text = new TextDecoder().decode(sound).trimEnd();
  const lines = /[}\]]\n[{[]/.test(text) ? text.split('\n') : [text];
  if (!/^\s*[{[]/.test(lines[0]) || generator.random() % 2 === 0) return undefined;
  const at = generator.random() % lines.length;
  lines[at] = JSON.stringify(changed(JSON.parse(lines[at]), generator));
  return encode(`${lines.join('\n')}\n`);
}

/** With one value in it another one, missing, under another name, or there twice. */
function changed(value: unknown, generator: Generator): unknown {
  const below = (most: number) => generator.random() % most;
  if (typeof value !== 'object' || value === null || below(8) === 0) return oddValues[below(oddValues.length)];
  const entries = Object.entries(value);
  if (entries.length === 0) return oddValues[below(oddValues.length)];
  const at = below(entries.length);
  const [name, inner] = entries[at];
  const kind = below(8);
  if (kind === 0) entries.splice(at, 1);
  else if (kind === 1) entries.splice(below(entries.length), 0, ['constructor', inner]);
  else entries[at] = [name, changed(inner, generator)];
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

/** One to three changes: other bytes, bytes less, bytes more, something cut off, something twice. */
export function damage(sound: Uint8Array, generator: Generator): Uint8Array<ArrayBuffer> {
  const below = (most: number) => generator.random() % most;
  let bytes = [...sound];
  for (let changes = 1 + below(3); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    switch (below(6)) {
      case 0:
        bytes[Math.min(at, bytes.length - 1)] = below(256);
        break;
      case 1:
        bytes.splice(at, below(6));
        break;
      case 2:
        bytes.splice(at, below(12), ...nasty[below(nasty.length)]);
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(below(bytes.length + 1)).slice(0, below(60)));
        break;
      case 5:
        bytes.splice(at, 0, ...Array.from({ length: below(40) }, () => below(256)));
    }
    if (bytes.length === 0) bytes = [0];
  }
  return Uint8Array.from(bytes);
}
