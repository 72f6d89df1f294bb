// The angles of rotary positions, and which numbers turn together.
import type { RotaryAttributes } from './kernel-names.ts';

/** [time, headDim] each: cos of the angle of every number, and sin with the sign that its place in the pair asks for. */
export function rotaryAngles(time: number, headDim: number, { layout, base, offset }: RotaryAttributes) {
  const cosine = new Float32Array(time * headDim);
  const sine = new Float32Array(time * headDim);
  for (let pair = 0; pair < headDim / 2; pair++) {
    const frequency = base ** ((-2 * pair) / headDim);
    const [first, second] = rotaryPlaces(pair, headDim, layout);
    for (let t = 0; t < time; t++) {
      const angle = (offset + t) * frequency;
      const row = t * headDim;
      cosine[row + first] = cosine[row + second] = Math.cos(angle);
      sine[row + second] = Math.sin(angle);
      sine[row + first] = -sine[row + second];
    }
  }
  return { cosine, sine };
}

/** Where the two numbers of a pair stand. */
export function rotaryPlaces(pair: number, headDim: number, layout: 'half' | 'interleaved'): [number, number] {
  return layout === 'half' ? [pair, pair + headDim / 2] : [2 * pair, 2 * pair + 1];
}
