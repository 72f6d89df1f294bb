// The shell that all live figures share: a figure's code loads when the figure comes into view, and a failure is said.
import { button } from './controls.ts';

/**
 * What figure.ts of each folder exports by default: it fills the stage, and may first load what it needs. The options of
 * the page are in `stage.dataset`. What it throws is shown to the reader, so it is a sentence for people.
 */
export type Figure = (stage: HTMLElement) => void | Promise<void>;

const modules = import.meta.glob<{ readonly default: Figure }>('./*/figure.ts');

class FigureElement extends HTMLElement {
  #observer: IntersectionObserver | undefined;

  connectedCallback(): void {
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#start();
      },
      { rootMargin: '100px' },
    );
    this.#observer.observe(this);
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect();
  }

  async #start(): Promise<void> {
    this.#observer?.disconnect();
    const stage = this.querySelector<HTMLElement>('.stage');
    if (!stage) return;
    const waiting = [...stage.childNodes];
    try {
      const { default: figure } = await load(this.getAttribute('name') ?? '');
      stage.replaceChildren();
      await figure(stage);
      this.dataset.state = 'live';
    } catch (error) {
      console.error(error);
      stage.replaceChildren(
        ...waiting,
        failure(error, () => this.#start()),
      );
      this.dataset.state = 'failed';
    }
  }
}

async function load(name: string): Promise<{ readonly default: Figure }> {
  const found = modules[`./${name}/figure.ts`];
  if (!found) throw new Error(`There is no figure named ${name}.`);
  return found();
}

/** A sentence and a way on. */
function failure(error: unknown, again: () => void): HTMLElement {
  const note = document.createElement('div');
  note.className = 'note';
  note.setAttribute('role', 'alert');
  const text = document.createElement('p');
  const reason = (error as Error).message.replace(/[^.!?]$/, '$&.');
  text.textContent = `This figure did not start. ${reason} The text around it says the same in words.`;
  note.append(text, button('Try again', again));
  return note;
}

if (!customElements.get('hb-figure')) customElements.define('hb-figure', FigureElement);
