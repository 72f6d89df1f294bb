// The lines of a JSONL file to learn from: prompts with responses, preferences, or texts with labels.
import type { Message } from '@hornbook/datasets';
import { UserError } from '../user-error.ts';

/** What a model is asked, in the form that the file has it. */
export type Asked =
  | { readonly form: 'messages'; readonly messages: readonly Message[] }
  | { readonly form: 'instruction'; readonly instruction: string; readonly input: string }
  | { readonly form: 'prompt'; readonly prompt: string };

export type Answer = { readonly line: number; readonly asked: Asked; readonly response: string };
export type Preference = {
  readonly line: number;
  readonly asked: Asked;
  readonly chosen: string;
  readonly rejected: string;
};
export type Labelled = { readonly line: number; readonly text: string; readonly label: string };

/** `{"prompt", "response"}`, `{"instruction", "input", "output"}`, `{"messages"}` that end in an answer, or `{"text"}`. */
export function readAnswers(text: string, name: string): Answer[] {
  return readLines(text, name, (fields) => {
    if (fields.has('text')) return { asked: { form: 'prompt', prompt: '' }, response: fields.string('text') };
    const asked = readAsked(fields);
    if (asked.form !== 'messages') return { asked, response: fields.string('response', 'completion', 'output') };
    const last = asked.messages.at(-1);
    if (last?.role !== 'assistant') throw fields.expected('"messages" that end with one of the assistant');
    return { asked: { ...asked, messages: asked.messages.slice(0, -1) }, response: last.content };
  });
}

/** What is asked as above, with `"chosen"` and `"rejected"` answers. */
export function readPreferences(text: string, name: string): Preference[] {
  return readLines(text, name, (fields) => ({
    asked: readAsked(fields),
    chosen: fields.string('chosen'),
    rejected: fields.string('rejected'),
  }));
}

/** `{"text", "label"}`; labels are strings, numbers or booleans. */
export function readLabelled(text: string, name: string): Labelled[] {
  return readLines(text, name, (fields) => {
    const label = fields.value('label');
    if (!['string', 'number', 'boolean'].includes(typeof label)) throw fields.expected('a "label"');
    return { text: fields.string('text'), label: String(label) };
  });
}

function readAsked(fields: Fields): Asked {
  if (fields.has('messages')) return { form: 'messages', messages: readMessages(fields) };
  if (fields.has('instruction')) {
    const input = fields.has('input') ? fields.string('input') : '';
    return { form: 'instruction', instruction: fields.string('instruction'), input };
  }
  return { form: 'prompt', prompt: fields.string('prompt', 'instruction', 'messages') };
}

function readMessages(fields: Fields): Message[] {
  const messages = fields.value('messages');
  if (!Array.isArray(messages) || messages.length === 0) throw fields.expected('"messages", a list of at least one');
  return messages.map((message, i) => {
    const { role, content } = (message ?? {}) as Partial<Message>;
    const known = role === 'system' || role === 'user' || role === 'assistant';
    if (known && typeof content === 'string') return { role, content };
    throw fields.expected(`a "role" (system, user or assistant) and a "content" in message ${i + 1}`);
  });
}

type Fields = {
  has(name: string): boolean;
  value(name: string): unknown;
  /** The first of these fields that is there. @throws UserError unless it is text */
  string(...names: string[]): string;
  expected(what: string): UserError;
};

function readLines<T>(text: string, name: string, read: (fields: Fields) => T): (T & { readonly line: number })[] {
  const records: (T & { readonly line: number })[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    records.push({ line: i + 1, ...read(fieldsOf(line, `line ${i + 1} of ${name}`)) });
  }
  if (records.length > 0) return records;
  throw new UserError(`Expected at least one JSON object, a line each, in ${name}, got none`);
}

function fieldsOf(line: string, place: string): Fields {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new UserError(`Expected a JSON object in ${place}: ${(cause as Error).message}`, { cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UserError(`Expected a JSON object in ${place}, got ${line.slice(0, 40)}`);
  }
  const has = (name: string) => Object.hasOwn(json, name);
  const value = (name: string): unknown => (has(name) ? (json as Record<string, unknown>)[name] : undefined);
  const expected = (what: string) => {
    const names = Object.keys(json).map((name) => JSON.stringify(name));
    return new UserError(`Expected ${what} in ${place}, got ${names.join(', ') || 'an empty object'}`);
  };
  return {
    has,
    value,
    expected,
    string(...names) {
      const found = names.find(has);
      if (found === undefined) throw expected(names.map((name) => JSON.stringify(name)).join(' or '));
      const text = value(found);
      if (typeof text === 'string') return text;
      throw new UserError(`Expected text as ${JSON.stringify(found)} in ${place}, got ${JSON.stringify(text)}`);
    },
  };
}
