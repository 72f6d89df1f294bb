// Chat templates on published examples, on longer conversations, and on what is no conversation.
import { describe, expect, test } from 'vitest';
import { alpaca, alpacaPrompt, chatml, type Message } from './chat-templates.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const system = (content: string): Message => ({ role: 'system', content });

describe('ChatML', () => {
  test("the conversation in Hugging Face's documentation", () => {
    const messages = [user('Hi there!'), assistant('Nice to meet you!'), user('Can I ask a question?')];
    expect(chatml.prompt(messages)).toBe(
      '<|im_start|>user\nHi there!<|im_end|>\n' +
        '<|im_start|>assistant\nNice to meet you!<|im_end|>\n' +
        '<|im_start|>user\nCan I ask a question?<|im_end|>\n' +
        '<|im_start|>assistant\n',
    );
  });

  test('with a system message', () => {
    expect(chatml.prompt([system('Be brief.'), user('2 + 2?')])).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n',
    );
  });
});

describe('Alpaca', () => {
  test('its two published forms', () => {
    expect(alpacaPrompt({ instruction: 'Give three tips for staying healthy.' })).toBe(
      'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' +
        '### Instruction:\nGive three tips for staying healthy.\n\n### Response:',
    );
    expect(alpacaPrompt({ instruction: 'Identify the odd one out.', input: 'Twitter, Instagram, Telegram' })).toBe(
      'Below is an instruction that describes a task, paired with an input that provides further context. ' +
        'Write a response that appropriately completes the request.\n\n' +
        '### Instruction:\nIdentify the odd one out.\n\n### Input:\nTwitter, Instagram, Telegram\n\n### Response:',
    );
  });

  test('a conversation, with the system message in place of the sentence', () => {
    expect(alpaca.prompt([system('Be brief.'), user('2 + 2?'), assistant('4'), user('And 3 + 3?')])).toBe(
      'Be brief.\n\n### Instruction:\n2 + 2?\n\n### Response:4\n\n### Instruction:\nAnd 3 + 3?\n\n### Response:',
    );
  });
});

test.each([
  [[], 'Expected the last message from the user, who is to be answered, got none'],
  [[system('Be brief.')], 'got none'],
  [[user('a'), assistant('b')], 'who is to be answered, got the assistant'],
  [[assistant('b'), user('a')], 'Expected message 1 from the user, got one from the assistant'],
  [[system('s'), user('a'), user('b')], 'Expected message 3 from the assistant, got one from the user'],
  [[user('a'), system('s'), user('b')], 'Expected message 2 from the assistant, got one from the system'],
])('%j is no conversation', (messages, error) => {
  for (const template of [chatml, alpaca]) expect(() => template.prompt(messages)).toThrow(error);
});
