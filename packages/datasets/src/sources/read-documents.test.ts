// Every format gives its documents, from the start and from any place, and says what is wrong with a source.
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import arrow from '../../../../testing/fixtures/arrow-parquet.json' with { type: 'json' };
import type { Document, Skip } from './document.ts';
import { type DocumentOptions, readDocuments } from './read-documents.ts';
import { blobSource, type Source, SourceError, streamSource } from './source.ts';

const source = (name: string, ...parts: BlobPart[]) => blobSource(new Blob(parts), name);

async function all(sources: Source | readonly Source[], options?: DocumentOptions): Promise<Document[]> {
  const found: Document[] = [];
  for await (const document of readDocuments(sources, options)) found.push(document);
  return found;
}

const texts = async (...parameters: Parameters<typeof all>) => (await all(...parameters)).map(({ text }) => text);

async function gzip(text: string): Promise<ArrayBuffer> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(packed).arrayBuffer();
}

const parquet = (name: string, data: (string | null)[], rowGroupSize = 2) =>
  source(name, parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING' }], rowGroupSize }));

describe('plain text', () => {
  const text = 'one\r\ntwo\n\n\nthree é\n';

  test('the whole source, as it is', async () => {
    expect(await texts(source('a.txt', text))).toEqual([text]);
  });

  test('lines', async () => {
    const skips: Skip[] = [];
    const found = await all(source('a.txt', text), { split: 'lines', onSkip: (skip) => skips.push(skip) });
    expect(found.map(({ text, index }) => [text, index])).toEqual([
      ['one', 0],
      ['two', 1],
      ['three é', 4],
    ]);
    expect(skips).toEqual([2, 3].map((index) => ({ source: 'a.txt', index, reason: 'blank document' })));
  });

  test('paragraphs', async () => {
    expect(await texts(source('a.txt', text), { split: 'paragraphs' })).toEqual(['one\r\ntwo', 'three é']);
  });

  test('what separators end', async () => {
    const split = { separator: '<|endoftext|>' };
    expect(await texts(source('a.txt', 'a <|endoftext|>\nb<|endoftext|><|endoftext|>'), { split })).toEqual([
      'a ',
      '\nb',
    ]);
    await expect(all(source('a.txt', 'a'), { split: { separator: '' } })).rejects.toThrow(RangeError);
  });

  test('without a byte order mark at the start, and only there', async () => {
    const marked = '\ufeffone\n\ufefftwo\n';
    const found = await all(source('a.txt', marked), { split: 'lines' });
    expect(found.map(({ text }) => text)).toEqual(['one', '\ufefftwo']);
    expect(found.map(({ after }) => after.offset)).toEqual([7, 14]);
    expect(await texts(source('a.txt', marked), { split: 'lines', from: found[0].after })).toEqual(['\ufefftwo']);
  });

  test('in parts, of which the last ends the document', async () => {
    const sources = [source('a.txt', 'one\ntwo\nthree\n'), source('b.txt', 'four')];
    const found = await all(sources, { partBytes: 4 });
    expect(found.map(({ text, source, index, continued }) => [text, source, index, continued])).toEqual([
      ['one\n', 'a.txt', 0, true],
      ['two\n', 'a.txt', 0, true],
      ['three\n', 'a.txt', 0, undefined],
      ['four', 'b.txt', 0, undefined],
    ]);
    expect(found.map(({ after }) => after)).toEqual([
      { source: 0, offset: 4, index: 0 },
      { source: 0, offset: 8, index: 0 },
      { source: 0, offset: 14, index: 1 },
      { source: 1, offset: 4, index: 1 },
    ]);
  });

  test('longer than can be held', async () => {
    await expect(all(source('a.txt', 'a\n', 'long'.repeat(9)), { split: 'lines', maxBytes: 20 })).rejects.toThrow(
      "Expected documents of at most 20 bytes, got a longer one at byte 2 of a.txt: split it, as with split: 'lines', " +
        'take it in parts with partBytes, or raise maxBytes',
    );
  });
});

describe('JSON Lines', () => {
  const lines = '{"text":"one\\n","id":1}\n\n{"id":2,"text":""}\r\n{"text":"thrée"}';

  test('a field of each line', async () => {
    const found = await all(source('a.jsonl', lines));
    expect(found.map(({ text, index }) => [text, index])).toEqual([
      ['one\n', 0],
      ['thrée', 3],
    ]);
    expect(await texts(source('a.ndjson', '{"body":"x"}'), { field: 'body' })).toEqual(['x']);
  });

  test.each([
    ['{"text":"a"}\n{"text":', 'Expected JSON on line 2 of a.jsonl'],
    ['{"id":1,"body":"b"}', 'Expected text in the field "text" on line 1 of a.jsonl, got only the fields id, body'],
    ['{"text":[1]}', 'Expected text in the field "text" on line 1 of a.jsonl, got [1]'],
    ['["text"]', 'Expected text in the field "text" on line 1 of a.jsonl, got ["text"], which has no fields'],
  ])('%s', async (text, message) => {
    await expect(all(source('a.jsonl', text))).rejects.toThrow(SourceError);
    await expect(all(source('a.jsonl', text))).rejects.toThrow(message);
  });
});

describe('tables', () => {
  const table = '\ufeff"id",text\r\n1,plain\n2,"with ""quotes"",\nand lines"\n\n3,\n4,"é"';

  test('a column of comma-separated values', async () => {
    const found = await all(source('a.csv', table));
    expect(found.map(({ text, index }) => [text, index])).toEqual([
      ['plain', 0],
      ['with "quotes",\nand lines', 1],
      ['é', 4],
    ]);
    expect(await texts(source('a.csv', table), { field: 'id' })).toEqual(['1', '2', '3', '4']);
  });

  test('with carriage returns that end no line', async () => {
    expect(await texts(source('a.csv', 'text,id\na\rb,1\n"c\rd",2\n'))).toEqual(['a\rb', 'c\rd']);
  });

  test('of tab-separated values', async () => {
    expect(await texts(source('a.tsv', 'text\tid\na,b\t1\n'))).toEqual(['a,b']);
  });

  test.each([
    ['id,body\n1,a', 'Expected a column "text" in a.csv, got id, body: name one of them as field'],
    ['id,text\n1,a\n2\n', 'Expected 2 values on record 2 of a.csv, got 1'],
    ['text\n"a', 'Expected values on record 1 of a.csv, got bad quotes: Quoted field unterminated'],
  ])('%j', async (text, message) => {
    await expect(all(source('a.csv', text))).rejects.toThrow(new SourceError(message, 'a.csv'));
  });
});

describe('Parquet', () => {
  test('a column, group after group', async () => {
    const found = await all(parquet('a.parquet', ['one', null, 'thrée', '', 'five']));
    expect(found.map(({ text, index }) => [text, index])).toEqual([
      ['one', 0],
      ['thrée', 2],
      ['five', 4],
    ]);
  });

  test.each(Object.entries(arrow.files))('as Apache Arrow writes it, compression %s', async (_, base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    expect(await texts(source('a.parquet', bytes))).toEqual(arrow.texts.filter((text) => text !== ''));
    await expect(all(source('a.parquet', bytes), { field: 'id' })).rejects.toThrow(
      'Expected text in the column "id" on row 1 of a.parquet, got bigint',
    );
  });

  test('what is none, has no such column, or cannot be read from any place', async () => {
    await expect(all(source('a.parquet', 'no parquet at all'))).rejects.toThrow('Expected sound Parquet in a.parquet');
    await expect(all(parquet('a.parquet', ['a']), { field: 'body' })).rejects.toThrow(
      'Expected a column "body" in a.parquet, got text',
    );
    const stream = streamSource(new Blob(['PAR1']).stream(), 'a.parquet');
    await expect(all(stream)).rejects.toThrow('Expected a source of known size for Parquet, got the stream a.parquet');
  });

  test('wrong bytes in a row', async () => {
    const data = [Uint8Array.of(0x61), Uint8Array.of(0x62, 0xff)];
    const file = source('a.parquet', parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'BYTE_ARRAY' }] }));
    await expect(all(file)).rejects.toThrow('got the byte 0xff at byte 1 (row 2)');
    expect(await texts(file, { invalid: 'replace' })).toEqual(['a', 'b\ufffd']);
  });
});

describe('gzip', () => {
  test('is known by its bytes, whatever the name', async () => {
    const packed = await gzip('{"text":"one"}\n{"text":"two"}\n');
    expect(await texts(source('a.jsonl.gz', packed))).toEqual(['one', 'two']);
    expect(await texts(source('a.jsonl', packed))).toEqual(['one', 'two']);
  });

  test('that is cut short or damaged', async () => {
    const packed = new Uint8Array(await gzip('text '.repeat(1000)));
    await expect(all(source('a.gz', packed.subarray(0, -5)))).rejects.toThrow('Expected sound gzip in a.gz');
    packed[20] ^= 0xff;
    await expect(all(source('a.gz', packed))).rejects.toThrow(SourceError);
  });
});

describe('going on', () => {
  const jsonl = ['a', '', 'c'].map((text) => `${JSON.stringify({ text })}\n`).join('');

  test('from every place of every format, as if reading had not stopped', async () => {
    const sources = [
      source('a.txt', 'one\n\ntwo\r\nthree\n'),
      source('empty.txt', ''),
      source('b.jsonl', jsonl),
      source('c.csv', 'text,id\n"a\nb",1\nc,2\n\nd,3\n'),
      parquet('d.parquet', ['one', null, 'three', 'four', 'five']),
      source('e.txt.gz', await gzip('four\nfive\nsix')),
    ];
    const splits: DocumentOptions[] = [
      { split: 'lines' },
      { split: 'paragraphs' },
      { split: 'file' },
      { partBytes: 2 },
    ];
    for (const options of splits) {
      const whole = await all(sources, options);
      for (const [i, { after }] of whole.entries()) {
        const rest = await all(sources, { ...options, from: JSON.parse(JSON.stringify(after)) });
        expect(rest).toEqual(whole.slice(i + 1));
      }
    }
  });

  test('in a stream, by passing over what was read', async () => {
    const stream = () => streamSource(new Blob([jsonl]).stream(), 'b.jsonl');
    const whole = await all(stream());
    expect(await all(stream(), { from: whole[0].after })).toEqual(whole.slice(1));
    const once = stream();
    await all(once);
    await expect(all(once)).rejects.toThrow('Expected to read b.jsonl once, got a second time: it is a stream');
  });

  test('only where there is something', async () => {
    const from = { source: 1, offset: 0, index: 0 };
    await expect(all(source('a.txt', 'a'), { from })).rejects.toThrow(
      new RangeError('Expected from to be a place in 1 sources, got {"source":1,"offset":0,"index":0}'),
    );
  });
});

/** Bytes that come a few at a time. */
async function* inChunks(bytes: ArrayBuffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) {
    yield new Uint8Array(bytes.slice(at, at + size));
  }
}

test('the same however the bytes come', async () => {
  const texts: Record<string, string> = {
    'a.txt': '\ufeffone é\r\n\r\ntwo 🙂\n\n\nthree',
    'b.jsonl': '{"text":"é"}\n\n{"text":"two"}',
    'c.csv': '\ufeff"text",id\r\n"a ""b""\r\n🙂",1\r\n,2\r\nc,3',
  };
  const splits: DocumentOptions[] = [{ split: 'lines' }, { split: 'paragraphs' }, { split: { separator: '\r\n' } }, {}];
  for (const [name, text] of Object.entries(texts)) {
    for (const content of [await new Blob([text]).arrayBuffer(), await gzip(text)]) {
      for (const options of splits) {
        const whole = await all(source(name, content), options);
        for (const size of [1, 2, 3, 7]) {
          expect(await all(streamSource(inChunks(content, size), name), options)).toEqual(whole);
        }
      }
    }
  }
});

test('tables that PapaParse writes come back as they were', async () => {
  const value = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\t', '\n', '\r\n', ' ', 'é'), maxLength: 8 });
  const rows = fc.array(fc.record({ text: value.filter((text) => text.trim() !== ''), id: value }), { minLength: 1 });
  const kind = fc.constantFrom<{ name: string; delimiter: string; newline: string }>(
    { name: 'a.csv', delimiter: ',', newline: '\n' },
    { name: 'a.csv', delimiter: ',', newline: '\r\n' },
    { name: 'a.tsv', delimiter: '\t', newline: '\n' },
  );
  await fc.assert(
    fc.asyncProperty(rows, kind, async (rows, { name, ...options }) => {
      expect(await texts(source(name, papa.unparse(rows, options)))).toEqual(rows.map(({ text }) => text));
    }),
  );
});

describe('nothing to read', () => {
  test('an empty source among others is told of, and passed over', async () => {
    const skips: Skip[] = [];
    const sources = [source('empty.txt', ''), source('a.txt', 'a')];
    expect(await texts(sources, { onSkip: (skip) => skips.push(skip) })).toEqual(['a']);
    expect(skips).toEqual([{ source: 'empty.txt', reason: 'empty source' }]);
  });

  test.each([
    [[source('empty.txt', ''), source('blank.txt', ' \n')], 'got none in empty.txt, blank.txt'],
    [[], 'got none in no sources'],
  ])('at all', async (sources, message) => {
    await expect(all(sources)).rejects.toThrow(SourceError);
    await expect(all(sources)).rejects.toThrow(message);
  });
});

test('bad options', async () => {
  await expect(all(source('a.txt', 'a'), { partBytes: 0 })).rejects.toThrow(
    'Expected partBytes to be a whole number of 1 or more, got 0',
  );
  await expect(all(source('a.txt', 'a'), { maxBytes: 0.5 })).rejects.toThrow('Expected maxBytes to be a whole number');

  // @ts-expect-error: not a format
  await expect(all(source('a.txt', 'a'), { format: 'xml' })).rejects.toThrow('Expected a format of text, jsonl');
});
