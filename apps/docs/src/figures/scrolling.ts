// What may be wider than a phone: it scrolls by itself, by keyboard too.
import { element } from './controls.ts';

export function scrolling(...children: readonly Node[]): HTMLDivElement {
  const made = element('div', 'scroll', ...children);
  made.tabIndex = 0;
  return made;
}
