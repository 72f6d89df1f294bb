// How a token of raw bytes is written.

/** Bytes that are text, as text; otherwise ASCII as it is and every other byte as hex: 32 226 → ' <0xE2>'. */
export function printable(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : hexadecimal(byte))).join('');
  }
}

const hexadecimal = (byte: number) => `<0x${byte.toString(16).toUpperCase()}>`;
