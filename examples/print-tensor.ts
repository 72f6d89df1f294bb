// Tensors as PyTorch prints them, so that a notebook's page and a run of it here can lie side by side.
import type { Tensor } from '@tensorflow/tfjs-core';

export type Style = {
  /** Digits after the point; 4 as in PyTorch. */
  readonly precision?: number;
};

/** Prints a tensor. Waits for its values, which may still be on a GPU. */
export async function printTensor(tensor: Tensor, style?: Style): Promise<void> {
  console.log(await formatTensor(tensor, style));
}

/**
 * `tensor([ 0.3374, -0.1778])`, by the rules of PyTorch's `_tensor_str.py`:
 * - every number takes the same width; whole ones end in a point (`2.`) if all are whole;
 * - scientific form (`9.0466e-04`) if the largest is over 1000 times the smallest or over 10⁸, or the smallest is under
 *   10⁻⁴, where zeros, infinities and nan do not count;
 * - lines of at most 80 columns; of more than 1000 numbers, the first and the last three along each axis.
 *
 * Does not print dtype, device or grad_fn. int32 stands for PyTorch's int64.
 */
export async function formatTensor(tensor: Tensor, { precision = 4 }: Style = {}): Promise<string> {
  const { shape, dtype } = tensor;
  const values = Array.from(await tensor.data());
  const axes = shape.map((length) => shownPlaces(length, tensor.size > 1000));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const shown = axes.reduce<number[]>(
    (offsets, places, axis) =>
      offsets.flatMap((offset) => places.filter(isPlace).map((i) => offset + i * strides[axis])),
    [0],
  );
  const { width, write } = numberFormat(
    shown.map((offset) => values[offset]),
    { dtype, precision },
  );

  function draw(axis: number, offset: number): string {
    if (axis === shape.length) return write(values[offset]);
    const last = axis === shape.length - 1;
    const parts = axes[axis].map((place) => {
      if (!isPlace(place)) return last ? ' ...' : '...';
      const part = draw(axis + 1, offset + place * strides[axis]);
      return last ? part.padStart(width) : part;
    });
    const column = 'tensor('.length + axis;
    const perLine = last ? Math.max(1, Math.floor((80 - column) / (width + 2))) : 1;
    const lines = Array.from({ length: Math.ceil(parts.length / perLine) }, (_, i) =>
      parts.slice(i * perLine, (i + 1) * perLine).join(', '),
    );
    const breaks = '\n'.repeat(Math.max(1, shape.length - 1 - axis)); // a blank line between matrices
    return `[${lines.join(`,${breaks}${' '.repeat(column + 1)}`)}]`;
  }
  return `tensor(${draw(0, 0)})`;
}

type Gap = '...';

function isPlace(place: number | Gap): place is number {
  return place !== '...';
}

function shownPlaces(length: number, summarize: boolean): (number | Gap)[] {
  const all = Array.from({ length }, (_, i) => i);
  return summarize && length > 6 ? [...all.slice(0, 3), '...', ...all.slice(-3)] : all;
}

type NumberFormat = { readonly width: number; readonly write: (value: number) => string };

function numberFormat(values: number[], { dtype, precision }: { dtype: string; precision: number }): NumberFormat {
  if (dtype === 'bool') return widest(values, (value) => (value ? 'True' : 'False'));
  if (dtype !== 'float32') return widest(values, String);
  const counted = values.filter((value) => Number.isFinite(value) && value !== 0);
  const sizes = counted.map(Math.abs);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const whole = counted.every(Number.isInteger);
  const scientific = counted.length > 0 && (most / least > 1000 || most > 1e8 || (!whole && least < 1e-4));
  return widest(counted, (value) => {
    if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
    if (scientific) return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');
    return whole ? `${value.toFixed(0)}.` : toFixedEven(value, precision);
  });
}

function widest(values: number[], write: (value: number) => string): NumberFormat {
  return { width: Math.max(1, ...values.map((value) => write(value).length)), write };
}

/** toFixed, but a tie goes to the even digit, as in Python: 0.125 → 0.12. Exact for float32 and up to 12 digits. */
function toFixedEven(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  const tie = Math.abs(scaled % 1) === 0.5;
  return ((tie ? 2 * Math.round(scaled / 2) : Math.round(scaled)) / 10 ** digits).toFixed(digits);
}
