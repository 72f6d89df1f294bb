// Bytes to text as they come, with what is wrong with them said plainly.
import { UserError } from '../user-error.ts';

export type TextDecoding = {
  /** The text so far decided by these bytes and those before. */
  push(bytes: Uint8Array): string;
  /** What was still waiting. */
  end(): string;
};

/**
 * UTF-8 in parts of any length; line ends become single newlines, and the byte order mark that some editors put first
 * goes.
 *
 * @param name what the bytes are of, for the errors
 * @throws UserError, from both, if they are not text, or if there was none in the end
 */
export function decodeText(name: string): TextDecoding {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let count = 0; // bytes
  let empty = true;
  let carriageReturn = ''; // the last character, if it may be half a line end

  const look = (bytes: Uint8Array) => {
    const [first, second] = bytes;
    if (count === 0 && ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))) {
      throw new UserError(`Expected UTF-8 text, got UTF-16: ${name}. Save it as UTF-8`);
    }
    const zero = bytes.indexOf(0);
    if (zero >= 0) throw new UserError(`Expected text, got binary data: ${name} has a zero byte at ${count + zero}`);
    count += bytes.length;
  };

  const decode = (bytes?: Uint8Array) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      throw new UserError(`Expected UTF-8 text: ${name} holds bytes that are not. Convert it, for example with iconv`, {
        cause,
      });
    }
  };

  return {
    push(bytes) {
      look(bytes);
      let text = carriageReturn + decode(bytes);
      carriageReturn = text.endsWith('\r') ? '\r' : '';
      if (carriageReturn) text = text.slice(0, -1);
      if (text !== '') empty = false;
      return text.replaceAll(/\r\n?/g, '\n');
    },
    end() {
      const text = (carriageReturn + decode()).replaceAll('\r', '\n');
      if (empty && text === '') throw new UserError(`Expected text, got none: ${name} is empty`);
      return text;
    },
  };
}
