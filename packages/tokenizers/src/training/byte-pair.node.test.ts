// Byte-pair training on real texts: minbpe's merges and ids, published counts, and Hugging Face's merges to the last one.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BPE,
  byteLevelPreTokenizer,
  type PreTokenizer as NativePreTokenizer,
  Tokenizer as NativeTokenizer,
  whitespacePreTokenizer,
} from 'tokenizers';
import { afterAll, describe, expect, test } from 'vitest';
import fixture from '../../../../testing/fixtures/minbpe-verdict.json' with { type: 'json' };
import { pipeline } from '../pipeline/pipeline.ts';
import { byteLevel, whitespace } from '../pipeline/pre-tokenizers.ts';
import { trainBytePair } from './byte-pair.ts';
import { encodeBasic, trainBytePairBasic } from './byte-pair-basic.ts';
import { trainBytePairModel } from './byte-pair-model.ts';
import { lines } from './count-pieces.ts';

const data = process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../../../shared/data');
const files = { shakespeare: join(data, 'tinyshakespeare.txt'), verdict: join(data, 'the-verdict.txt') };
const missing = Object.values(files).filter((file) => !existsSync(file));
if (missing.length > 0)
  console.warn(`SKIPPED: training on real texts. Missing ${missing.join(', ')}; set HORNBOOK_DATA.`);
const read = (file: string) => readFileSync(file, 'utf8');
const whole = /[\s\S]+/u;

const folder = mkdtempSync(join(tmpdir(), 'hornbook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type NativeFile = { model: { vocab: Record<string, number>; merges: [string, string][] } };

/** What the native library learns from a file with its defaults: 30,000 tokens, every pair that occurs. */
function trainNatively(file: string, preTokenizer: NativePreTokenizer) {
  const native = new NativeTokenizer(BPE.empty());
  native.setPreTokenizer(preTokenizer);
  native.train([file]);
  const saved = join(folder, 'native.json');
  native.save(saved);
  const { model }: NativeFile = JSON.parse(read(saved));
  return { native, model };
}

describe.skipIf(missing.length > 0)('minbpe', () => {
  test('basic: 400 merges of the verdict, and its 8286 ids', async () => {
    const text = read(files.verdict);
    const merges = trainBytePairBasic(text, 400);
    expect(merges).toEqual(fixture.basic.merges);
    const ids = encodeBasic(text, merges);
    expect(ids.slice(0, 200)).toEqual(fixture.basic.ids_head);
    expect(ids.length).toBe(fixture.basic.count);

    const { merges: same, tokenizer } = await trainBytePair(text, { vocabSize: 656, pattern: whole });
    expect(same).toEqual(fixture.basic.merges);
    expect([...tokenizer.encode(text)]).toEqual(ids);
  });

  test("with GPT-4's pattern: 400 merges of the verdict, and its 8150 ids", async () => {
    const text = read(files.verdict);
    const { merges, tokenizer } = await trainBytePair(text, { vocabSize: 656, pattern: 'cl100k_base' });
    expect(merges).toEqual(fixture.regex_gpt4.merges);
    const ids = tokenizer.encode(text);
    expect([...ids.slice(0, 200)]).toEqual(fixture.regex_gpt4.ids_head);
    expect(ids.length).toBe(fixture.regex_gpt4.count);
    expect(tokenizer.decode(ids)).toBe(text);
  });

  test("tiny Shakespeare's first merges", async () => {
    const { merges, counts } = await trainBytePair(read(files.shakespeare), { vocabSize: 259, pattern: whole });
    expect(merges).toEqual([
      [101, 32],
      [116, 104],
      [116, 32],
    ]);
    expect(counts).toEqual([27643, 22739, 16508]);
  });
});

const scripts =
  'Hello, wörld! Hello 東京 東京都 👩‍🚀🇫🇷 مرحبا بالعالم مرحبا\n สวัสดีชาวโลก e\u0301 ﬁ ﬁne \r\n\n 1234 12 {{x}}\t\t// caf\u00e9 café\n' +
  'ab ab abab aaa aaaa aaaaaaa  abcabcabc___ __ ,,,;;; "quoted" \'s \u{10400}\u{10400} \uffee\n';

describe('Hugging Face', () => {
  const cases = [
    ['byte-level', byteLevelPreTokenizer, byteLevel],
    [
      'byte-level without a prefix space',
      () => byteLevelPreTokenizer(false),
      () => byteLevel({ addPrefixSpace: false }),
    ],
    ['whitespace', whitespacePreTokenizer, whitespace],
  ] as const;

  test.each(cases)('%s: the same merges and vocabulary of many scripts', async (_, theirs, ours) => {
    const file = join(folder, 'scripts.txt');
    writeFileSync(file, scripts);
    const { model } = trainNatively(file, theirs());
    const trained = await trainBytePairModel(lines([scripts]), { vocabSize: 30_000, preTokenizer: ours() });
    expect(trained.merges).toEqual(model.merges);
    expect(Object.fromEntries(trained.vocab)).toEqual(model.vocab);
  });

  describe.skipIf(missing.length > 0)('1 MB of text', () => {
    test.each([cases[0], cases[2]])('%s: the same merges, vocabulary and ids', async (_, theirs, ours) => {
      const { native, model } = trainNatively(files.shakespeare, theirs());
      const text = read(files.shakespeare);
      const trained = await trainBytePairModel(lines([text]), { vocabSize: 30_000, preTokenizer: ours() });
      expect(trained.merges.length).toBeGreaterThan(10_000);
      expect(trained.merges).toEqual(model.merges);
      expect(Object.fromEntries(trained.vocab)).toEqual(model.vocab);

      const tokenizer = pipeline({ preTokenizer: ours(), model: trained.model });
      const encoding = await native.encode(text);
      expect(tokenizer.encode(text)).toEqual(Int32Array.from(encoding.getIds()));
    });
  });

  test.each(['gpt2', 'cl100k_base', 'o200k_base', /\s+\S|\w+|\d/u] as const)(
    'loads what toJSON gives, %s',
    async (pattern) => {
      const { tokenizer } = await trainBytePair(scripts, { vocabSize: 500, pattern, specials: ['<|end|>'] });
      const native = NativeTokenizer.fromString(JSON.stringify(tokenizer));
      // Whitespace on which JavaScript and Oniguruma disagree, and the rest of what patterns look at.
      const spaces = 'a\x85\x85 a\x85b \ufeffb \ufeff\ufeff x \u2003\u3000  y\x1c\x1d z \u180e q \u200b\t\t';
      const text = `${scripts}${spaces}don't DON'T I'LL\r\n\r\n  foo/bar//\n ÀÉ ǅ x it'ſ <|end|>`;
      const encoding = await native.encode(text);
      expect([...tokenizer.encode(text, { allowedSpecial: 'all' })]).toEqual(encoding.getIds());
    },
  );
});
