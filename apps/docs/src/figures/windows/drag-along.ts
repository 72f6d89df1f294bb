// A handle that is dragged along a row of places and moves a slider with it. Keyboards take the slider itself.
import { element } from '../controls.ts';

export type Handle = { readonly edge: 'start' | 'end'; readonly title: string };

/** A handle for one edge of its parent. `width` is that of one place, in pixels. */
export function dragAlong(input: HTMLInputElement, width: () => number, { edge, title }: Handle): HTMLElement {
  const handle = element('span', `handle ${edge}`);
  handle.title = title;
  handle.setAttribute('aria-hidden', 'true');
  handle.addEventListener('pointerdown', (down) => {
    down.preventDefault();
    const [from, step] = [input.valueAsNumber, width()];
    const move = (event: PointerEvent) => {
      const value = Math.round(from + (event.clientX - down.clientX) / step);
      if (value === input.valueAsNumber) return;
      input.value = String(value); // the slider keeps it within its bounds
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    // On the document: the row is drawn anew while it is dragged.
    const end = new AbortController();
    document.addEventListener('pointermove', move, { signal: end.signal });
    for (const done of ['pointerup', 'pointercancel']) {
      document.addEventListener(done, () => end.abort(), { signal: end.signal });
    }
  });
  handle.addEventListener('click', (event) => event.stopPropagation());
  return handle;
}
