// Small pictures of all heads, layer by layer, one of which is chosen.
import { element } from '../controls.ts';

export type Heads = {
  /** One for each layer: [heads, time, time]. */
  readonly layers: readonly Float32Array[];
  readonly heads: number;
  readonly tokens: readonly string[];
};

export type Thumbnails = {
  readonly element: HTMLElement;
  show(heads: Heads): void;
  chosen(): { readonly layer: number; readonly head: number };
};

export function thumbnails(onChoose: () => void): Thumbnails {
  const row = element('div', 'heads');
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', 'Heads, layer by layer');
  let chosen = { layer: 0, head: 0 };
  let pictures: { readonly canvas: HTMLCanvasElement; readonly layer: number; readonly head: number }[] = [];

  const make = (layer: number, head: number) => {
    const canvas = element('canvas');
    const name = `Layer ${layer + 1}, head ${head + 1}`;
    const choose = element('button', '', canvas, element('span', '', name));
    choose.type = 'button';
    const mark = () => choose.setAttribute('aria-pressed', String(layer === chosen.layer && head === chosen.head));
    mark();
    choose.addEventListener('click', () => {
      chosen = { layer, head };
      for (const other of row.children) other.setAttribute('aria-pressed', 'false');
      mark();
      onChoose();
    });
    row.append(choose);
    return { canvas, layer, head };
  };

  const show = ({ layers, heads, tokens }: Heads) => {
    if (pictures.length !== layers.length * heads) {
      row.replaceChildren();
      pictures = layers.flatMap((_, layer) => Array.from({ length: heads }, (_, head) => make(layer, head)));
    }
    const colour = getComputedStyle(row).getPropertyValue('--hb-heat').trim().split(' ').map(Number);
    const time = tokens.length;
    for (const { canvas, layer, head } of pictures) {
      draw(canvas, layers[layer].subarray(head * time * time, (head + 1) * time * time), time, colour);
    }
  };
  let shown: Heads | undefined;
  const themeChanged = new MutationObserver(() => shown && show(shown)); // a canvas does not follow a style sheet
  themeChanged.observe(document.documentElement, { attributeFilter: ['data-theme'] });

  return {
    element: row,
    chosen: () => chosen,
    show(heads) {
      shown = heads;
      show(heads);
    },
  };
}

function draw(canvas: HTMLCanvasElement, weights: Float32Array, time: number, [red, green, blue]: number[]): void {
  canvas.width = time;
  canvas.height = time;
  const context = canvas.getContext('2d');
  if (!context) return; // the large picture shows the same
  const image = context.createImageData(time, time);
  for (const [i, weight] of weights.entries()) image.data.set([red, green, blue, 255 * Math.sqrt(weight)], 4 * i);
  context.putImageData(image, 0, 0);
}
