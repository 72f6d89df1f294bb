// What may be wider than a phone, or longer than its place: it scrolls by itself, by keyboard too.
import { element } from './controls.ts';

/** @param label what it holds, for those who come to it by keyboard */
export function scrolling(label: string, ...children: readonly Node[]): HTMLDivElement {
  const made = element('div', 'scroll', ...children);
  made.tabIndex = 0;
  made.setAttribute('role', 'group');
  made.setAttribute('aria-label', label);
  return made;
}
