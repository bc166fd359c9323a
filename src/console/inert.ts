/**
 * Nothing that is shown steers the page: characters that turn the direction of text, or that nobody sees,
 * are written out (Unicode UTR #36 §3.6). Every text passes here, whoever wrote it.
 */
import { options } from 'preact';

const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

export function inert(text: string): string {
  return text.replace(STEERING, (char) => {
    if (char === '\n' || char === '\t') return char;
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
  });
}

/** From now on; called once, before the first page is shown. */
export function showInert(): void {
  const before = options.vnode?.bind(options);
  options.vnode = (vnode) => {
    before?.(vnode);
    // A text has no type, and is itself what an element has for properties.
    const text = vnode as unknown as { type: unknown; props: unknown };
    if (text.type === null && typeof text.props === 'string') text.props = inert(text.props);
  };
}
