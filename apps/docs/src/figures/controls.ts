// Buttons, sliders and choices of figures: native elements with labels, so that keyboards and screen readers know them.

export function button(label: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = label;
  element.addEventListener('click', onClick);
  return element;
}

export type SliderOptions = {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** What stands beside it: the number itself unless this says otherwise. */
  readonly format?: (value: number) => string;
  /** What a screen reader says: the same with its unit, where that does not stand beside it. */
  readonly spoken?: (value: number) => string;
  readonly onInput: (value: number) => void;
};

/** A label with a range input in it and its value beside it. */
export function slider(options: SliderOptions): HTMLLabelElement {
  const { label, min, max, step, value, format = String, spoken = format, onInput } = options;
  const input = document.createElement('input');
  Object.assign(input, { type: 'range', min, max, step });
  input.value = String(value);
  const output = document.createElement('output');
  output.setAttribute('aria-hidden', 'true'); // the slider itself says it: once is enough
  const show = () => {
    output.textContent = format(input.valueAsNumber);
    input.setAttribute('aria-valuetext', spoken(input.valueAsNumber));
  };
  input.addEventListener('input', () => {
    show();
    onInput(input.valueAsNumber);
  });
  show();
  return labelled(label, input, output);
}

export type Choice = { readonly value: string; readonly label: string; readonly disabled?: boolean };

/** A label with a drop-down list in it. */
export function choice(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): HTMLLabelElement {
  const select = document.createElement('select');
  for (const { value, label, disabled = false } of choices) {
    const option = new Option(label, value);
    option.disabled = disabled;
    select.append(option);
  }
  select.value = value;
  select.addEventListener('change', () => onChange(select.value));
  return labelled(label, select);
}

export type TextBoxOptions = {
  readonly label: string;
  readonly value: string;
  /** Above 1: a box of so many lines. */
  readonly rows?: number;
  readonly onInput: (value: string) => void;
};

/** A label with a field for text in it. */
export function textBox({ label, value, rows = 1, onInput }: TextBoxOptions): HTMLLabelElement {
  const field = document.createElement(rows > 1 ? 'textarea' : 'input');
  if (field instanceof HTMLTextAreaElement) field.rows = rows;
  field.value = value;
  field.spellcheck = false;
  field.addEventListener('input', () => onInput(field.value));
  return labelled(label, field);
}

/** A label with a field for a whole number from 0 up in it; `onChange` is called for such numbers only. */
export function numberBox(label: string, value: number, onChange: (value: number) => void): HTMLLabelElement {
  const input = document.createElement('input');
  Object.assign(input, { type: 'number', min: 0, step: 1, inputMode: 'numeric' });
  input.value = String(value);
  input.addEventListener('change', () => {
    if (input.validity.valid && input.value !== '') onChange(input.valueAsNumber);
  });
  return labelled(label, input);
}

/** A row of controls. */
export function controls(...elements: readonly HTMLElement[]): HTMLDivElement {
  const row = document.createElement('div');
  row.className = 'controls';
  row.append(...elements);
  return row;
}

/** An element with a class and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A line that is spoken whenever it changes: seen too, unless it says only what others see elsewhere. */
export function announcement(className = 'sr-only'): HTMLParagraphElement {
  const line = element('p', className);
  line.setAttribute('role', 'status');
  return line;
}

function labelled(label: string, ...parts: readonly HTMLElement[]): HTMLLabelElement {
  return element('label', '', element('span', 'label', label), ...parts);
}
