/**
 * Crockford's base 32 in lower case: survives header rewriting, the local part of an address and
 * being read out over the telephone (no I, L, O, U).
 */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

const DIGIT_CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));

const VALUES: ReadonlyMap<string, number> = new Map(
  Array.from(DIGITS, (digit, value) => [digit, value]),
);

/** Five bits a character; the last one is padded with zero bits. */
export function toBase32(bytes: Uint8Array): string {
  // Written as bytes: a text that grows by one character each time costs several times as much.
  const text = Buffer.allocUnsafe(Math.ceil((bytes.length * 8) / 5));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    held = (held << 8) | (bytes[i] as number);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text[at++] = DIGIT_CODES[(held >>> bits) & 31] as number;
    }
    held &= 31;
  }
  if (bits > 0) text[at] = DIGIT_CODES[(held << (5 - bits)) & 31] as number;
  return text.toString('latin1');
}

/** `undefined` for a foreign character, a half byte, or padding that is not zero. */
export function fromBase32(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const digit of text) {
    const value = VALUES.get(digit);
    if (value === undefined) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (held >>> bits) & 255;
  }
  const isPadding = bits < 5 && (held & ((1 << bits) - 1)) === 0;
  return isPadding ? bytes : undefined;
}

/** A number below 32 to the power of `digits`. */
export function numberToBase32(value: number, digits: number): string {
  let text = '';
  for (let place = digits - 1; place >= 0; place--) {
    text += DIGITS.charAt(Math.floor(value / 32 ** place) % 32);
  }
  return text;
}

/** `undefined` for a foreign character. */
export function numberFromBase32(text: string): number | undefined {
  let value = 0;
  for (const digit of text) {
    const place = VALUES.get(digit);
    if (place === undefined) return undefined;
    value = value * 32 + place;
  }
  return value;
}

/** What people and programs make of it: any case, O for 0, I or L for 1, white space between. */
export function normaliseBase32(text: string): string {
  return text.replaceAll(/\s+/g, '').toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1');
}
