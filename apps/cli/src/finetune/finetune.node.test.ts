// Fine-tuning in one process: answers with adapters, preferences, classes; stopped and gone on with; and what is refused.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPeft, readSafetensors } from '@hornbook/formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveSettings } from '../config/resolve.ts';
import { type ExportFormat, exportRun } from '../exchange/export-model.ts';
import { modelOf } from '../exchange/hugging-face-model.ts';
import { importModel } from '../exchange/import-model.ts';
import { sample } from '../generation/sample.ts';
import { hornbook, temporaryFolder } from '../testing/run-hornbook.ts';
import type { Reporter } from '../training/reporter.ts';
import { loadRun } from '../training/run-folder.ts';
import { resumeRun, trainNew } from '../training/train.ts';
import type { Watch } from '../training/training-run.ts';
import { type FinetuneRequest, finetune } from './finetune.ts';

const cwd = await temporaryFolder();
const path = (name: string) => join(cwd, name);
const objects = (count: number, make: (i: number) => object) =>
  Array.from({ length: count }, (_, i) => JSON.stringify(make(i))).join('\n');
const letter = (i: number) => 'abcdefgh'[i % 8];

beforeAll(async () => {
  await writeFile(path('prose.txt'), 'abcdefgh <|im_start|>user\nassistant<|im_end|> yes no, spam ham.\n'.repeat(20));
  await writeFile(
    path('answers.jsonl'),
    objects(24, (i) => ({ prompt: letter(i), response: ` ${letter(i + 1)}${letter(i)}` })),
  );
  await writeFile(
    path('chats.jsonl'),
    objects(16, (i) => ({
      messages: [
        { role: 'user', content: letter(i) },
        { role: 'assistant', content: 'yes' },
      ],
    })),
  );
  await writeFile(
    path('likes.jsonl'),
    objects(16, (i) => ({ prompt: letter(i), chosen: ' yes', rejected: ' no, no' })),
  );
  await writeFile(
    path('mail.jsonl'),
    objects(32, (i) => ({ text: `${letter(i)} ${i % 2 ? 'yes' : 'no'}`, label: i % 2 === 1 })),
  );
  const tiny = {
    contextLength: 64,
    embedDim: 32,
    numHeads: 2,
    numLayers: 2,
    steps: 100,
    learningRate: 0.01,
    batchSize: 4,
    sampleLength: 0,
  };
  const settings = resolveSettings([{ settings: { model: 'gpt', data: path('prose.txt'), ...tiny } }]);
  await trainNew({ settings, out: path('base'), backend: 'simd' }, watching().watch);
});

/** Collects losses; stops after so many steps. */
function watching(stopAfter = Number.POSITIVE_INFINITY) {
  const losses: number[] = [];
  const notes: string[] = [];
  const controller = new AbortController();
  const reporter: Reporter = (start) => {
    notes.push(...start.notes);
    return {
      step({ loss }) {
        losses.push(loss);
        if (losses.length === stopAfter) controller.abort();
      },
      sample() {},
      done() {},
      interrupted() {},
      close() {},
    };
  };
  return { losses, notes, watch: { reporter, signal: controller.signal } satisfies Watch };
}

async function tuned(request: Partial<FinetuneRequest> & { data: string; out: string }, stopAfter?: number) {
  const { losses, notes, watch } = watching(stopAfter);
  await finetune(
    {
      ...{ model: path('base'), task: 'answers', frozenBlocks: 0, beta: 0.1, epochs: 1, merge: false, backend: 'simd' },
      ...request,
      ...{ data: path(request.data), out: path(request.out), settings: { steps: 12, ...request.settings } },
    },
    watch,
  );
  return { losses, notes };
}

async function sampled(folder: string, prompt: string, json = false): Promise<string> {
  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const request = { folder: path(folder), prompt, length: 20, seed: 1, sampling: { temperature: 0 }, stop: [], json };
  await sample({ ...request, backend: 'simd' }, { write, remark: write }, new AbortController().signal);
  return text;
}

describe('answers', () => {
  test('adapters learn; merged or not they write the same; PEFT can read them', async () => {
    const { losses, notes } = await tuned({
      data: 'answers.jsonl',
      out: 'lora',
      lora: 4,
      merge: true,
      settings: { learningRate: 0.02, steps: 60 },
    });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    expect(notes).toEqual([expect.stringMatching(/^4,608 of 32,\d+ parameters are adapters, which learn$/)]);
    expect(await sampled('lora', 'c')).toBe('c dc\n');
    expect(await sampled('lora/merged', 'c')).toBe('c dc\n');
    const base = await loadRun(path('base'), 'best');
    const { checkpoint } = await loadRun(path('lora'), 'best');
    expect(checkpoint.tensors.get('tokens.table')).toEqual(base.checkpoint.tensors.get('tokens.table'));
    const config = JSON.parse(await readFile(path('lora/adapter/adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'LORA', r: 4, lora_alpha: 4, base_model_name_or_path: path('base') });
    const { tensors } = readSafetensors(await readFile(path('lora/adapter/adapter_model.safetensors')));
    expect(tensors.get('base_model.model.transformer.h.1.mlp.c_proj.lora_A.weight')?.shape).toEqual([4, 128]);
    const read = readPeft(modelOf(base.metadata.settings, base.tokenizer.vocabSize), JSON.stringify(config), tensors);
    const learned = [...checkpoint.tensors].filter(([name]) => name.includes('lora'));
    expect(new Map(learned)).toEqual(read);
  });

  test('adapters of a folder go on: the same model at first, and gone on with after a stop', async () => {
    const request = { data: 'answers.jsonl', loraFrom: path('lora'), settings: { steps: 6 } };
    const { losses, notes } = await tuned({ ...request, out: 'further' });
    expect(losses[0]).toBeLessThan(0.5); // answers that it knows already
    expect(notes).toEqual([expect.stringMatching(/^4,608 of /)]);
    const { metadata } = await loadRun(path('further'), 'best');
    expect(metadata.finetuning).toMatchObject({ lora: { rank: 4, alpha: 4 }, adapter: path('lora') });
    const first = await tuned({ ...request, loraFrom: path('lora/adapter'), out: 'further-halves' }, 2);
    const second = watching();
    await resumeRun({ folder: path('further-halves'), backend: 'simd' }, second.watch);
    expect([...first.losses, ...second.losses]).toEqual(losses);
    await expect(tuned({ ...request, loraFrom: path('base'), out: 'never' })).rejects.toThrow(
      `Expected adapters as PEFT saves them in ${path('base')}, got no adapter_config.json`,
    );
  });

  test('messages become ChatML, and so does the prompt of a sample, which shows the answer alone', async () => {
    await tuned({ data: 'chats.jsonl', out: 'chat', settings: { learningRate: 0.01, steps: 50 } });
    const { metadata } = await loadRun(path('chat'), 'best');
    expect(metadata.finetuning).toEqual({ base: path('base'), task: 'answers', template: 'chatml', frozenBlocks: 0 });
    expect(await sampled('chat', 'd')).toBe('yes\n');
  });

  test('frozen blocks stay as they are', async () => {
    await tuned({ data: 'answers.jsonl', out: 'frozen', frozenBlocks: 1 });
    const [base, frozen] = await Promise.all(['base', 'frozen'].map((folder) => loadRun(path(folder), 'best')));
    const changed = [...frozen.checkpoint.tensors]
      .filter(([name, { data }]) => String(data) !== String(base.checkpoint.tensors.get(name)?.data))
      .map(([name]) => name.replace(/\.(?:weight|table)$/, ''));
    expect(changed).toContain('blocks.1.feedForward.up');
    expect(changed.filter((name) => /^blocks\.0|^tokens|^positions/.test(name))).toEqual([]);
  });

  test('stopped and gone on with, the losses are those of a run that was never stopped', async () => {
    const request = { data: 'answers.jsonl', lora: 2 };
    const { losses } = await tuned({ ...request, out: 'whole' });
    const first = await tuned({ ...request, out: 'halves' }, 5);
    const second = watching();
    await resumeRun({ folder: path('halves'), backend: 'simd' }, second.watch);
    expect([...first.losses, ...second.losses]).toEqual(losses);
  });
});

test('preferences: the first loss is ln 2, and falls', async () => {
  const settings = { learningRate: 0.005, batchSize: 4 };
  const { losses } = await tuned({ data: 'likes.jsonl', out: 'dpo', task: 'preferences', lora: 4, settings });
  expect(losses[0]).toBeCloseTo(Math.LN2, 5);
  expect(losses.at(-1)).toBeLessThan(losses[0] - 0.01);
  const further = await tuned({
    data: 'likes.jsonl',
    out: 'dpo-2',
    task: 'preferences',
    loraFrom: path('dpo'),
    settings,
  });
  expect(further.losses[0]).toBeCloseTo(Math.LN2, 5); // beside the model as it was with these adapters
});

test('classes: a sample tells the label of a text', async () => {
  await tuned({ data: 'mail.jsonl', out: 'mail', task: 'classes', settings: { learningRate: 0.01, steps: 60 } });
  expect(await sampled('mail', 'b yes')).toMatch(/^true \d\.\d\d, false \d\.\d\d\n$/);
  const { classes } = JSON.parse(await sampled('mail', 'b no', true));
  expect(classes[0].label).toBe('false');
  expect(classes[0].probability + classes[1].probability).toBeCloseTo(1, 5);
  await expect(sampled('mail', '')).rejects.toThrow('Expected a text to judge, got none: give one with --prompt');
});

describe('exported', () => {
  const outlet = { write: () => {}, screen: { live: false, columns: () => 80 }, signal: new AbortController().signal };
  const roundTrip = async (run: string, format: ExportFormat) => {
    const [out, back] = [`${run}-${format}`, `${run}-${format}-back`];
    await exportRun({ run: path(run), format, out: path(out) }, () => {});
    await importModel({ source: path(out), out: path(back) }, outlet);
    return back;
  };

  test('adapters are in the weights', async () => {
    expect(await sampled(await roundTrip('lora', 'huggingface'), 'c')).toBe('c dc\n');
    expect((await loadRun(path('lora-huggingface-back'), 'best')).metadata.finetuning?.lora).toBe(undefined);
  });

  test('or alone, as they lie beside the run', async () => {
    await exportRun({ run: path('lora'), format: 'peft', out: path('lora-peft') }, () => {});
    for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
      expect(await readFile(path(`lora-peft/${file}`))).toEqual(await readFile(path(`lora/adapter/${file}`)));
    }
  });

  test('and go with an import of their base', async () => {
    await exportRun({ run: path('base'), format: 'huggingface', out: path('base-out') }, () => {});
    await importModel({ source: path('base-out'), out: path('joined'), loraFrom: path('lora-peft') }, outlet);
    expect(await sampled('joined', 'c')).toBe('c dc\n');
    const [one, other] = await Promise.all(['joined', 'lora'].map((name) => loadRun(path(name), 'best')));
    expect(one.checkpoint.tensors).toEqual(other.checkpoint.tensors);
  });

  test('a chat keeps its template', async () => {
    expect(await sampled(await roundTrip('chat', 'huggingface'), 'd')).toBe('yes\n');
  });

  test.each(['huggingface', 'safetensors', 'tfjs'] as const)('classes as %s', async (format) => {
    const back = await roundTrip('mail', format);
    expect(await sampled(back, 'b yes', true)).toBe(await sampled('mail', 'b yes', true));
    const [before, after] = await Promise.all(['mail', back].map((name) => loadRun(path(name), 'best')));
    expect(after.checkpoint.tensors).toEqual(before.checkpoint.tensors);
  });

  test.each<[string, ExportFormat, string]>([
    ['lora', 'pytorch', 'Expected a run that learned from a text, got one that was fine-tuned on records'],
    ['mail', 'nanogpt', 'Expected a run that learned from a text, got one that was fine-tuned on records'],
    ['mail', 'peft', 'Expected adapters alone, got some beside a head for classes'],
    ['base', 'peft', 'Expected a run with adapters, got one without'],
  ])('%s not as %s', async (run, format, message) => {
    await expect(exportRun({ run: path(run), format, out: path('never') }, () => {})).rejects.toThrow(message);
    expect(existsSync(path('never'))).toBe(false);
  });
});

describe('refused', () => {
  test('what the command line contradicts', async () => {
    const refused = async (args: readonly string[]) => {
      const { code, stderr } = await hornbook(['finetune', 'base', ...args], { cwd });
      return `${code} ${stderr}`;
    };
    expect(await refused([])).toMatch(/^2 hornbook: required option '-d, --data <file>' not specified/);
    expect(await refused(['--data', 'answers.jsonl', '--merge'])).toMatch(
      /^2 hornbook: Expected --lora with --merge: /,
    );
    expect(await refused(['--data', 'answers.jsonl', '--dpo', '--classify'])).toMatch(
      /^2 .*'--dpo' cannot be used with/,
    );
    expect(await refused(['--data', 'answers.jsonl', '--lora', '2', '--lora-from', 'lora'])).toMatch(
      /^2 .*'--lora-from <folder>' cannot be used with option '--lora <rank>'/,
    );
    expect(await refused(['--data', 'no.jsonl'])).toMatch(/^1 hornbook: No such file: no.jsonl/);
  });

  test.each([
    ['answers', '{"prompt": "a"', /^Expected a JSON object in line 2 of .*x\.jsonl: /],
    ['answers', '[1]', /^Expected a JSON object in line 2 of .*x\.jsonl, got \[1\]/],
    ['answers', '{"prompt": "a"}', /^Expected "response" or "completion" or "output" in line 2 of .*, got "prompt"/],
    ['answers', '{"promt": "a"}', /^Expected "prompt" or "instruction" or "messages" in line 2 of .*, got "promt"/],
    ['answers', '{"prompt": "a", "response": 7}', /^Expected text as "response" in line 2 of .*, got 7/],
    [
      'answers',
      '{"messages": [{"role": "user", "content": "a"}]}',
      /"messages" that end with one of the assistant in line 2/,
    ],
    [
      'answers',
      '{"messages": [{"role": "bot", "content": "a"}]}',
      /a "role" \(system, .*\) and a "content" in message 1 in line 2/,
    ],
    ['answers', '{"prompt": "a", "response": "§"}', /^Line 2 has what the model's tokenizer does not know: .*"§"/],
    ['preferences', '{"prompt": "a", "chosen": "b"}', /^Expected "rejected" in line 2 of .*, got "prompt", "chosen"/],
    ['classes', '{"text": "a"}', /^Expected a "label" in line 2 of .*, got "text"/],
  ] as const)('%s: %s', async (task, line, message) => {
    const good = { answers: { prompt: 'a', response: 'b' }, preferences: { prompt: 'a', chosen: 'b', rejected: 'c' } };
    const first = task === 'classes' ? { text: 'a', label: 1 } : good[task];
    await writeFile(path('x.jsonl'), `${JSON.stringify(first)}\n${line}\n`);
    await expect(tuned({ data: 'x.jsonl', out: 'never', task })).rejects.toThrow(message);
    expect(existsSync(path('never'))).toBe(false);
  });

  test('too few examples, or too long for the context', async () => {
    await writeFile(
      path('x.jsonl'),
      objects(4, (i) => ({ prompt: 'a'.repeat(40 * i), response: 'b' })),
    );
    await expect(tuned({ data: 'x.jsonl', out: 'never' })).rejects.toThrow(
      /^Expected at least 10 examples, .*, got 2, of 4, that fit the context of 64 tokens, in /,
    );
    await expect(tuned({ data: 'answers.jsonl', out: 'never', frozenBlocks: 3 })).rejects.toThrow(
      "Expected --freeze of at most the model's 2 blocks, got 3",
    );
  });
});
