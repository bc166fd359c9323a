/** UTF-8 into bytes that are there already, for texts that are made for every message. */

const encoder = new TextEncoder();
const ASCII_END = 0x80;

/**
 * Writes a text at a place; how many bytes it took. Nearly all texts are short and ASCII, and the
 * encoder costs more than their letters. What does not fit is left out.
 */
export function writeText(text: string, into: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= ASCII_END) return encoder.encodeInto(text, into.subarray(at)).written;
    into[at + i] = code;
  }
  return text.length;
}
