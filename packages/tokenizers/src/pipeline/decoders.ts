// Decoders: tokens, as the vocabulary writes them, to the text they stand for.
import { byteGlyphs, glyphBytes } from './byte-glyphs.ts';
import type { Decoder, PartJSON } from './components.ts';
import { compilePattern, type Pattern } from './patterns.ts';
import type { ByteLevelOptions, MetaspaceOptions } from './pre-tokenizers.ts';

/** One after another. */
export function sequence(decoders: readonly Decoder[]): Decoder {
  return {
    decode: (tokens) => decoders.reduce((changed, decoder) => decoder.decode(changed), tokens),
    glyphs: decoders[0]?.glyphs ?? false,
    toJSON: () => ({ type: 'Sequence', decoders: decoders.map((decoder) => decoder.toJSON()) }),
  };
}

/** Glyphs to bytes to text: 'ĠÃ©' → ' é'. Bytes that are not UTF-8 become U+FFFD; the options are kept for the file. */
export function byteLevel(options: ByteLevelOptions = {}): Decoder {
  const { addPrefixSpace = true, trimOffsets = true, useRegex = true } = options;
  const bytesOf = glyphBytes(byteGlyphs());
  return {
    decode(tokens) {
      const seen = new Map<string, readonly number[]>();
      const bytes: number[] = [];
      for (const token of tokens) {
        let own = seen.get(token);
        if (!own) {
          const known = Array.from(token, (glyph) => bytesOf.get(glyph));
          own = known.includes(undefined) ? [...new TextEncoder().encode(token)] : (known as number[]);
          seen.set(token, own);
        }
        for (const byte of own) bytes.push(byte);
      }
      return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytes))];
    },
    glyphs: true,
    toJSON: () => ({
      type: 'ByteLevel',
      add_prefix_space: addPrefixSpace,
      trim_offsets: trimOffsets,
      use_regex: useRegex,
    }),
  };
}

/** Words apart, their parts joined: play ##ing → 'playing'; with `cleanup`, 'tea .' → 'tea.' and the like. */
export function wordPiece({ prefix = '##', cleanup = true } = {}): Decoder {
  const decode = (token: string, i: number) => {
    const joined = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
    return cleanup ? cleaned(joined) : joined;
  };
  return part((tokens) => tokens.map(decode), { type: 'WordPiece', prefix, cleanup });
}

function cleaned(text: string): string {
  const marks = text.replaceAll(' .', '.').replaceAll(' ?', '?').replaceAll(' !', '!').replaceAll(' ,', ',');
  const short = marks.replaceAll(" ' ", "'").replaceAll(" n't", "n't").replaceAll(" 'm", "'m");
  return short
    .replaceAll(' do not', " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}

/** ▁ to spaces; unless `prependScheme` is 'never', those of the first token were not in the text and go. */
export function metaspace(options: MetaspaceOptions = {}): Decoder {
  const { replacement = '▁', prependScheme = 'always', split = true } = options;
  const decode = (token: string, i: number) =>
    token.replaceAll(replacement, i === 0 && prependScheme !== 'never' ? '' : ' ');
  return part((tokens) => tokens.map(decode), {
    type: 'Metaspace',
    replacement,
    prepend_scheme: prependScheme,
    split,
  });
}

/** For byte pairs whose words end in a mark: the mark becomes a space, but not at the end. */
export function bytePair({ suffix = '</w>' } = {}): Decoder {
  const decode = (token: string, i: number, { length }: readonly string[]) =>
    suffix === '' ? token : token.replaceAll(suffix, i === length - 1 ? '' : ' ');
  return part((tokens) => tokens.map(decode), { type: 'BPEDecoder', suffix });
}

/** Tokens such as <0xE2>, side by side, to the text of their bytes; if that is no UTF-8, each to U+FFFD. */
export function byteFallback(): Decoder {
  const decode = (tokens: readonly string[]) => {
    const decoded: string[] = [];
    let bytes: number[] = [];
    const flush = () => {
      if (bytes.length > 0) decoded.push(...textOrReplacements(bytes));
      bytes = [];
    };
    for (const token of tokens) {
      const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
      if (hex) bytes.push(Number.parseInt(hex[1], 16));
      else {
        flush();
        decoded.push(token);
      }
    }
    flush();
    return decoded;
  };
  return part(decode, { type: 'ByteFallback' });
}

function textOrReplacements(bytes: readonly number[]): string[] {
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  } catch {
    return [bytes.map(() => '\ufffd').join('')];
  }
}

/** All tokens as one, for the decoders that come after. */
export function fuse(): Decoder {
  return part((tokens) => [tokens.join('')], { type: 'Fuse' });
}

/** Removes up to `start` characters `content` from the start of each token, and up to `stop` from its end. */
export function strip(content: string, start: number, stop: number): Decoder {
  if ([...content].length !== 1)
    throw new RangeError(`Expected one character to strip, got ${JSON.stringify(content)}`);
  const decode = (token: string) => {
    const size = content.length;
    let from = 0;
    let to = token.length;
    while (from < start * size && token.startsWith(content, from)) from += size;
    while (token.length - to < stop * size && to - size >= from && token.endsWith(content, to)) to -= size;
    return token.slice(from, to);
  };
  return part((tokens) => tokens.map(decode), { type: 'Strip', content, start, stop });
}

/** @throws RangeError if the pattern cannot be translated (see translateRegex) */
export function replace(pattern: Pattern, content: string): Decoder {
  const regex = compilePattern(pattern);
  const decode = (token: string) => token.replace(regex, () => content);
  return part((tokens) => tokens.map(decode), { type: 'Replace', pattern, content });
}

function part(decode: Decoder['decode'], json: PartJSON): Decoder {
  return { decode, glyphs: false, toJSON: () => json };
}
