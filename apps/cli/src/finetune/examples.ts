// From records to examples: prompts and answers as ids, in rows that fit the model's context.
import {
  alpacaPrompt,
  type Batch,
  type ChatTemplate,
  classified,
  type Dataset,
  type Example,
  instructions,
  padded,
} from '@hornbook/datasets';
import type { Tokenizer } from '@hornbook/tokenizers';
import { boundaryOf, encodeText, inside } from '../data/corpus.ts';
import { UserError } from '../user-error.ts';
import type { Answer, Asked, Labelled } from './records.ts';

/** A model's tokens, and how many of them it reads. */
export type Reader = {
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly template?: ChatTemplate;
};

/** What a model reads when it is asked. */
export function promptOf(asked: Asked, template: ChatTemplate | undefined): string {
  switch (asked.form) {
    case 'messages':
      if (!template) throw new UserError('Expected a --template for messages: chatml or alpaca', { exitCode: 2 });
      return template.prompt(asked.messages);
    case 'instruction': {
      const { instruction, input } = asked;
      if (!template || template.specials.length === 0) return alpacaPrompt({ instruction, input });
      return template.prompt([{ role: 'user', content: input === '' ? instruction : `${instruction}\n\n${input}` }]);
    }
    case 'prompt':
      return template ? template.prompt([{ role: 'user', content: asked.prompt }]) : asked.prompt;
  }
}

/** The token that ends an answer: a special one where the tokenizer has one, otherwise that between documents. */
export function endOf(tokenizer: Tokenizer): number {
  const { specials } = tokenizer;
  const ending = ['<|endoftext|>', '<eos>', '</s>'].find((name) => Object.hasOwn(specials, name));
  return ending === undefined ? boundaryOf(tokenizer) : specials[ending];
}

/** @throws UserError naming the line, if the tokenizer does not know a character of it */
export function encodeLine({ tokenizer, template }: Reader, text: string, line: number): Int32Array {
  try {
    return encodeText(tokenizer, text, { ...inside, allowedSpecial: template?.specials ?? [] });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`Line ${line} has what the model's tokenizer does not know: ${error.message}`, {
      cause: error,
    });
  }
}

/** The ids of a prompt and an answer to it, with what closes it. */
export function encodePair(reader: Reader, asked: Asked, response: string, line: number) {
  const { template } = reader;
  let text: string;
  try {
    text = promptOf(asked, template);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${error.message}, in line ${line}`, { cause: error });
    throw error;
  }
  const prompt = encodeLine(reader, text, line);
  // Without a prompt the text begins as documents do.
  return {
    prompt: prompt.length === 0 ? Int32Array.of(endOf(reader.tokenizer)) : prompt,
    response: encodeLine(reader, response + (template?.end ?? ''), line),
  };
}

/** Only answers count. @returns those that fit the context */
export function answerExamples(answers: readonly Answer[], reader: Reader): Example[] {
  const pairs = answers.map(({ asked, response, line }) => encodePair(reader, asked, response, line));
  const rows = instructions(pairs, { end: endOf(reader.tokenizer) });
  return fitting(
    pairs.map((_, i) => rows.at(i)),
    reader,
  );
}

/** Only the last token of each text counts, with the number of its label. */
export function labelledExamples(texts: readonly Labelled[], labels: readonly string[], reader: Reader): Example[] {
  const rows = texts.map(({ text, label, line }) => ({
    ids: encodeLine(reader, text, line),
    label: labels.indexOf(label),
  }));
  const empty = rows.findIndex(({ ids }) => ids.length === 0);
  if (empty >= 0) throw new UserError(`Expected a text of at least one token in line ${texts[empty].line}, got none`);
  const examples = classified(rows);
  return fitting(
    rows.map((_, i) => examples.at(i)),
    reader,
  );
}

function fitting(examples: readonly Example[], { contextLength }: Reader): Example[] {
  return examples.filter(({ input }) => input.length <= contextLength);
}

/**
 * Rows of different lengths as a dataset whose batches are filled up, to a quarter, a half, three quarters or all of the
 * longest: few enough shapes for an engine to record a step for each.
 */
export function rowsOf(examples: readonly Example[], padId: number): Dataset {
  const longest = examples.reduce((most, { input }) => Math.max(most, input.length), 1);
  return {
    length: examples.length,
    at: (index) => examples[index],
    batch(indices): Batch {
      const rows = Array.from(indices, (index) => examples[index]);
      return padded({ padId, length: quarterOf(longest, rows) })(rows);
    },
  };
}

export function quarterOf(longest: number, rows: readonly Example[]): number {
  const needed = rows.reduce((most, { input }) => Math.max(most, input.length), 1);
  const quarter = Math.ceil(longest / 4);
  return Math.min(longest, quarter * Math.ceil(needed / quarter));
}
