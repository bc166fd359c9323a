/**
 * A message as text that does nothing: shown to people and never rendered. Control characters and
 * those that turn the direction of writing are written out, so that a terminal or a page shows what
 * is there (Unicode UTR #36 §3.6 on bidirectional spoofing).
 */

export interface InertMessage {
  /** Header lines as sent, folded lines included. */
  readonly headers: string;
  /** The body as sent, undecoded. */
  readonly body: string;
  /** There is more than is shown. */
  readonly isCut: boolean;
}

/** Everything of a kind that steers instead of showing, but for line feed and tab. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

export function inertText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(STEERING, (char) => {
    if (char === '\n' || char === '\t') return char;
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
  });
}

/** Headers and body of a message of which at most `maxBytes` are shown, headers first. */
export function inertMessage(bytes: Uint8Array, maxBytes: number): InertMessage {
  const shown = bytes.subarray(0, maxBytes);
  const text = inertText(new TextDecoder('utf-8').decode(shown));
  const end = /\n\n/.exec(text);
  const headers = end === null ? text : text.slice(0, end.index + 1);
  const body = end === null ? '' : text.slice(end.index + 2);
  return { headers, body, isCut: bytes.length > maxBytes };
}
