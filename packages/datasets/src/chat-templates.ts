// Chat templates: a conversation as the text that a model reads, up to where it is to answer.

export type Message = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string };

export type ChatTemplate = {
  /**
   * The messages, and what comes before the next answer.
   *
   * @throws RangeError if they are not a conversation: perhaps a system message, then user and assistant in turn, the last
   *   from the user
   */
  prompt(messages: readonly Message[]): string;
  /** What closes an answer; where it is empty, the tokenizer's own end token does. */
  readonly end: string;
  /** Strings in the text that are tokens of their own, for tokenizers that have them. */
  readonly specials: readonly string[];
};

/** ChatML: each message between `<|im_start|>role` and `<|im_end|>`. */
export const chatml: ChatTemplate = {
  prompt(messages) {
    expectConversation(messages);
    const said = messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`);
    return `${said.join('')}<|im_start|>assistant\n`;
  },
  end: '<|im_end|>',
  specials: ['<|im_start|>', '<|im_end|>'],
};

/**
 * Alpaca: headings and a sentence that says what they mean, in place of which a system message may stand. Later turns
 * repeat the headings.
 *
 * Source: Taori et al. 2023, Stanford Alpaca, https://github.com/tatsu-lab/stanford_alpaca.
 */
export const alpaca: ChatTemplate = {
  prompt(messages) {
    expectConversation(messages);
    const turns = messages.filter(({ role }) => role !== 'system');
    const preamble = messages[0].role === 'system' ? messages[0].content : plainPreamble;
    const said = turns.map(({ role, content }) =>
      role === 'user' ? `\n\n### Instruction:\n${content}\n\n### Response:` : content,
    );
    return preamble + said.join('');
  },
  end: '',
  specials: [],
};

/** The prompt of one of Alpaca's records: an instruction, and perhaps the input that it is about. */
export function alpacaPrompt({
  instruction,
  input = '',
}: {
  readonly instruction: string;
  readonly input?: string;
}): string {
  if (input === '') return alpaca.prompt([{ role: 'user', content: instruction }]);
  return `${inputPreamble}\n\n### Instruction:\n${instruction}\n\n### Input:\n${input}\n\n### Response:`;
}

const request = 'Write a response that appropriately completes the request.';
const plainPreamble = `Below is an instruction that describes a task. ${request}`;
const inputPreamble = `Below is an instruction that describes a task, paired with an input that provides further context. ${request}`;

function expectConversation(messages: readonly Message[]): void {
  const turns = messages[0]?.role === 'system' ? messages.slice(1) : messages;
  const wrong = turns.findIndex(({ role }, i) => role !== (i % 2 === 0 ? 'user' : 'assistant'));
  const number = messages.length - turns.length + wrong + 1;
  if (wrong >= 0) {
    const expected = wrong % 2 === 0 ? 'user' : 'assistant';
    throw new RangeError(`Expected message ${number} from the ${expected}, got one from the ${turns[wrong].role}`);
  }
  if (turns.length % 2 === 1) return;
  const last = turns.length === 0 ? 'none' : 'the assistant';
  throw new RangeError(`Expected the last message from the user, who is to be answered, got ${last}`);
}
