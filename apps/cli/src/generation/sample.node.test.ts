// `hornbook sample`: every option, what goes wrong, and a conversation. Most of it without a process of its own.
import { spawn } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import type { ChoiceOptions } from '@hornbook/generation';
import { beforeAll, describe, expect, test } from 'vitest';
import { hornbook, jsonLines, main, temporaryFolder, tiny } from '../testing/run-hornbook.ts';
import { type SampleRequest, sample } from './sample.ts';
import { conversation } from './sample-interactive.ts';
import { openSampler } from './sampler.ts';

const cwd = await temporaryFolder();

beforeAll(async () => {
  const names = documents(await loadCorpus('names')).slice(0, 300);
  await writeFile(join(cwd, 'people.txt'), `${names.join('\n')}\n`);
  await writeFile(join(cwd, 'prose.txt'), 'the quick brown fox jumps over the lazy dog.\nand on it runs '.repeat(20));
  const trained = await Promise.all([
    hornbook(['train', '--data', 'people.txt', ...tiny.mlp, '--out', 'names'], { cwd }),
    hornbook(['train', '--data', 'prose.txt', ...tiny.gpt, '--out', 'prose'], { cwd }),
  ]);
  expect(trained.map(({ code }) => code)).toEqual([0, 0]);
});

type Options = Partial<Omit<SampleRequest, 'sampling'>> & ChoiceOptions;

function requestOf({
  folder = 'prose',
  prompt,
  count,
  length,
  seed,
  stop,
  json,
  beams,
  backend,
  quantize,
  ...sampling
}: Options) {
  return {
    folder: join(cwd, folder),
    prompt: prompt ?? '',
    count,
    length: length ?? 30,
    seed: seed ?? 42,
    stop: stop ?? [],
    json: json ?? false,
    beams,
    backend: backend ?? 'wasm',
    quantize,
    sampling,
  };
}

/** What would stand on standard output and on standard error. */
async function sampled(options: Options): Promise<{ text: string; remarks: string }> {
  let text = '';
  let remarks = '';
  const outlets = {
    write: (piece: string) => {
      text += piece;
    },
    remark: (remark: string) => {
      remarks += `${remark}\n`;
    },
  };
  await sample(requestOf(options), outlets, new AbortController().signal);
  return { text, remarks };
}

const textOf = async (options: Options) => (await sampled(options)).text;

describe('texts', () => {
  test('the same with every option left at what changes nothing', async () => {
    const plain = await textOf({});
    expect(plain).toHaveLength(31);
    const same = { topK: 1000, topP: 1, minP: 0, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 };
    expect(await textOf(same)).toBe(plain);
    expect(await textOf({ seed: 43 })).not.toBe(plain);
  });

  test('with weights of one byte, nearly the same model writes', async () => {
    const text = await textOf({ quantize: 'int8', length: 30 });
    expect(text).toHaveLength(31);
    expect(text.slice(0, 2)).toBe((await textOf({ length: 30 })).slice(0, 2));
  });

  test('on every CPU engine', async () => {
    const wasm = await textOf({ length: 40, temperature: 0.5 });
    expect(await textOf({ length: 40, temperature: 0.5, backend: 'cpu' })).toBe(wasm);
  });

  test('one beam is certain, more find what is likelier; lines end by themselves', async () => {
    const prompt = 'the';
    expect(await textOf({ beams: 1, prompt, length: 5 })).toBe(await textOf({ temperature: 0, prompt, length: 5 }));
    const found = jsonLines(await textOf({ beams: 6, count: 3, prompt, length: 5, json: true }));
    const scores = found.map(({ score }) => score as number);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    const [certain] = jsonLines(await textOf({ beams: 1, prompt, length: 5, json: true }));
    expect(scores[0]).toBeGreaterThanOrEqual(certain.score as number);
    expect(new Set(found.map(({ text }) => text)).size).toBe(3);
    expect((await textOf({ folder: 'names', beams: 4, count: 4 })).trimEnd().split('\n')).toHaveLength(4);
    const drawn = await hornbook(['sample', 'names', '--beams', '2', '--temperature', '0.5'], { cwd });
    expect(drawn).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('cannot be used with option') });
  });

  test('temperature 0 needs no seed; min-p 1 is as certain; penalties forbid what was there', async () => {
    const certain = await textOf({ temperature: 0, prompt: 'th' });
    expect(certain).toMatch(/^th/);
    expect(await textOf({ temperature: 0, prompt: 'th', seed: 9 })).toBe(certain);
    expect(await textOf({ minP: 1, prompt: 'th' })).toBe(certain);
    const different = (await textOf({ temperature: 0, presencePenalty: 100, length: 8 })).slice(0, 8);
    expect(new Set(different).size).toBe(8);
  });

  test('JSON: each text with its tokens', async () => {
    type Sampled = {
      prompt: string;
      text: string;
      finish: string;
      tokens: { token: string; logProbability: number }[];
    };
    const options = { folder: 'names', count: 3, prompt: 'an', length: 4 };
    const texts = jsonLines(await textOf({ ...options, json: true })) as unknown as Sampled[];
    expect(texts).toHaveLength(3);
    for (const { prompt, text, finish, tokens } of texts) {
      expect(prompt).toBe('an');
      expect(text).toBe(`an${tokens.map(({ token }) => token).join('')}`);
      expect(finish).toBe(tokens.length === 4 ? 'length' : 'stop');
      expect(tokens.every(({ logProbability }) => logProbability < 0)).toBe(true);
    }
    expect(await textOf(options)).toBe(texts.map(({ text }) => `${text}\n`).join(''));
  });

  test('they end before a stop string that straddles tokens, and never show a part of it', async () => {
    const options = { length: 60, temperature: 0.3 };
    const whole = await textOf(options);
    const stop = whole.slice(20, 23);
    const expected = whole.slice(0, whole.indexOf(stop));
    expect(await textOf({ ...options, stop: [stop, '§'] })).toBe(`${expected}\n`);
    const [text] = jsonLines(await textOf({ ...options, stop: [stop], json: true }));
    expect(text).toMatchObject({ text: expected, finish: 'stop' });
  });

  test('an empty prompt is none; one longer than the context is read from its end, and says so', async () => {
    const { text, remarks } = await sampled({ prompt: 'over the lazy dog', length: 5 });
    expect(text.slice(0, 17)).toBe('over the lazy dog');
    expect(remarks).toBe('The prompt has 17 tokens, of which the model reads the last 8\n');
    const short = await sampled({ prompt: 'lazy dog', length: 5 });
    expect(short).toEqual({ text: `lazy dog${text.slice(17)}`, remarks: '' });
  });

  test('what cannot be is refused before a word is written', async () => {
    await expect(textOf({ prompt: 'zoë' })).rejects.toThrow(/got "ë" \(U\+00EB\) at index 2/);
    await cp(join(cwd, 'names'), join(cwd, 'newer'), { recursive: true });
    const path = join(cwd, 'newer', 'best', 'checkpoint.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"version": 1', '"version": 2'));
    await expect(textOf({ folder: 'newer' })).rejects.toThrow(/Expected version 1 in .*, got 2: update hornbook/);
    expect(await readFile(path, 'utf8')).toContain('"version": 2');
  });
});

describe('a conversation', () => {
  /** Every answer to every line. */
  async function talk(lines: readonly string[], options: Options = {}) {
    const request = requestOf({ length: 12, ...options });
    const answers: string[] = [];
    const remarks: string[] = [];
    const answer = conversation(request, await openSampler(request.folder, 'wasm'), {
      write: (text) => answers.push((answers.pop() ?? '') + text),
      remark: (text) => remarks.push(text),
    });
    for (const line of lines) {
      answers.push('');
      if (await answer(line, new AbortController().signal)) break;
    }
    return { answers, remarks };
  }

  test('goes on with Enter alone, and begins again with /again', async () => {
    const certain = { temperature: 0 };
    const { answers, remarks } = await talk(['the q', '', 'an', '/again', '/quit', 'never'], certain);
    const [first, further, other, again, end] = answers;
    expect(first).toMatch(/^the q.{12}\n$/s);
    const whole = await textOf({ ...certain, prompt: 'the q', length: 12 });
    expect(first).toBe(whole);
    // As if the text so far had been the prompt, which is not written again.
    expect(further).toBe((await textOf({ ...certain, prompt: first.slice(0, -1), length: 12 })).slice(17));
    expect(other).toMatch(/^an.{12}\n$/s);
    expect([again, end, answers.length]).toEqual([other, '', 5]);
    expect(remarks).toEqual([]);
  });

  test('turns numbers on the way', async () => {
    const { answers } = await talk(['/seed 5', 'the', '/seed 5', '/length 3', 'the', '/temperature 0', 'the', 'the']);
    expect(answers[4]).toBe(`${answers[1].slice(0, 6)}\n`);
    expect(answers[6]).toBe(answers[7]);
  });

  test('says what goes wrong, and goes on', async () => {
    const { answers, remarks } = await talk(['/louder 3', '/top-p 2', '/length', 'zoë', '/help', 'an']);
    expect(remarks).toEqual([
      expect.stringMatching(/^Expected \/help, .*, got \/louder$/),
      'Expected a number above 0 and at most 1.',
      'Expected a number: /length 300',
      expect.stringMatching(/got "ë"/),
    ]);
    expect(answers[4]).toMatch(/^Type a beginning and press Enter/);
    expect(answers[5]).toMatch(/^an.{12}\n$/s);
  });
});

describe('the command', () => {
  test.each([
    [['--top-p', '1.1'], /Expected a number above 0 and at most 1/],
    [['--repetition-penalty', '0'], /Expected a number above 0/],
    [['--presence-penalty', 'much'], /'much' is invalid. Expected a number/],
    [['--stop', ''], /Expected a text of at least 1 character/],
    [['--json', '--interactive'], /'--json' cannot be used with option '-i, --interactive'/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await hornbook(['sample', 'names', ...args], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('hands on what it is given; \\n is a line end', async () => {
    const given = ['--length', '60', '--temperature', '0.5', '--min-p', '0.1', '--stop', '\\n', '--backend', 'wasm'];
    const { stdout, stderr } = await hornbook(['sample', 'prose', ...given], { cwd });
    const expected = await textOf({ length: 60, temperature: 0.5, minP: 0.1, stop: ['\n'] });
    expect({ stdout, stderr }).toEqual({ stdout: expected, stderr: '' });
  });

  test('talks without a terminal, answers only, whatever the line ends', async () => {
    const input = 'the q\r\n/quit\nnever';
    const result = await hornbook(['sample', 'prose', '-i', '--length', '12', '--backend', 'wasm'], { cwd, input });
    expect(result).toEqual({ code: 0, stderr: '', stdout: await textOf({ prompt: 'the q', length: 12 }) });
  });

  test.each([[[]], [['--interactive']]])('%j ends quietly when its reader has gone', async (args) => {
    const child = spawn(process.execPath, [main, 'sample', 'prose', '--length', '1000000', ...args], { cwd });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdin.write('the\n'); // and nothing more, but no end either
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    expect(await ended).toBe(0);
    expect(stderr).toBe('');
    child.stdin.destroy();
  });

  test('Ctrl-C ends the text', async () => {
    const result = await hornbook(['sample', 'prose', '--length', '1000000'], { cwd, signal: 'SIGINT' });
    expect(result).toEqual({ code: 130, stderr: '', stdout: expect.stringMatching(/\n$/) });
  });
});
