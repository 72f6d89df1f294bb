// Texts to measure with: made up, yet with the statistics that matter, a few frequent words and many rare ones.

/** Numbers from 0 to 1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const syllables = 'the an re in on at er ou st le ve ti ra no de al si ma co be lo ka é ño 東 я'.split(' ');
const marks = [', ', '. ', '; ', '? ', '.\n\n', ' - ', " 'tis ", '" "', ' (3.14) ', '\n    '];

/** About 10 MB: 100,000 words, the n-th of them as frequent as 1 / n; punctuation, numbers and lines. */
export function madeUpText(): string {
  const draw = random(1);
  const any = <Item>(items: readonly Item[]) => items[Math.floor(draw() * items.length)];
  const words = Array.from({ length: 100_000 }, () =>
    Array.from({ length: 1 + Math.floor(draw() * 4) }, () => any(syllables)).join(''),
  );
  const parts: string[] = [];
  for (let i = 0; i < 1_400_000; i++) {
    const place = Math.floor(words.length ** draw()) - 1; // its logarithm is uniform: Zipf's law
    parts.push(words[place], draw() < 0.12 ? any(marks) : ' ');
  }
  return parts.join('');
}

/** One word of letters at random. */
export function letters(length: number): string {
  const draw = random(2);
  const codes = Uint8Array.from({ length }, () => 97 + Math.floor(draw() * 26));
  return new TextDecoder().decode(codes);
}

/** As many copies as make this many megabytes (of 10^6 characters), the last one cut. */
export function repeated(text: string, megabytes: number): string {
  return text.repeat(Math.ceil((megabytes * 1e6) / text.length)).slice(0, megabytes * 1e6);
}
