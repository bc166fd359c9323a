/** A page that stands in a URL itself (RFC 2397), such as `data:text/html;base64,…`. */
import { decodeText, latin1Bytes } from './charset.ts';

/** What browsers show as a page, and a picture that may hold links. Blanks and breaks are dropped. */
const PAGE =
  /^[\0-\x20]*d\s*a\s*t\s*a\s*:\s*(?:text\s*\/\s*(?:html|xml)|application\s*\/\s*(?:xhtml\+)?xml|image\s*\/\s*svg)/i;

export const isPageInUrl = (url: string): boolean =>
  (url.charCodeAt(0) <= 0x20 || (url.charCodeAt(0) | 0x20) === 0x64) && PAGE.test(url);

/** @param url one of `isPageInUrl`. @returns the page; empty where it cannot be read. */
export function pageInUrl(url: string): string {
  const comma = url.indexOf(',');
  if (comma < 0) return '';
  const head = url.slice(0, comma).replace(/\s/g, '').toLowerCase();
  const plain = url
    .slice(comma + 1)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const isBase64 = head.endsWith(';base64');
  // Letters beyond Latin-1 stand there as they are.
  if (!isBase64 && /[^\0-\xff]/.test(plain)) return plain;
  const charset = /;charset="?([^;"]{1,40})/.exec(head)?.[1] ?? '';
  const bytes = isBase64 ? Buffer.from(plain, 'base64') : latin1Bytes(plain);
  return decodeText(bytes, charset).text;
}
