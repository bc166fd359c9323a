/** The author's own words of a plain text: without quotes, forwarded headers and signature. */

export interface OwnText {
  readonly own: string;
  /** What it quotes or passes on. */
  readonly quoted: string;
  readonly hasSignature: boolean;
  /** Below it stands another message with its header, as where one is passed on. */
  readonly hasMessage: boolean;
}

/** RFC 3676 section 4.3 has "-- "; many programs lose the blank. */
const SIGNATURE_MARK = /^-- ?$/;

/** `-----Original Message-----` in any language. */
const FORWARD_MARK = /^-{4,} ?[^-\s][^-]{2,60}-{4,}$/;

/** Outlook's block of headers above what it quotes, in the languages of its larger user bases. */
const QUOTED_FROM =
  /^\*?(?:From|Von|De|Da|Van|Od|Fra|Från|Lähettäjä|Feladó|Kimden|От|发件人|差出人)\s?:/;
const QUOTED_NEXT =
  /^\*?(?:Sent|Date|To|Gesendet|Datum|An|Envoyé|À|Enviado|Para|Inviato|A|Verzonden|Aan|Wysłano|Do|Sendt|Til|Skickat|Till|Lähetetty|Elküldve|Gönderme|Отправлено|发送时间|送信日時)\s?:/;

export function readOwnText(text: string): OwnText {
  // Most texts are all their author's own: these are not cut into lines.
  if (isAllOwn(text)) return { own: text, quoted: '', hasSignature: false, hasMessage: false };
  const lines = text.split(/\r?\n/);
  const kept: string[] = [];
  const quoted: string[] = [];
  let hasSignature = false;
  let hasMessage = false;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] as string;
    const first = line.charCodeAt(0);
    if (first === 0x3e) {
      quoted.push(line);
      continue;
    }
    if (first === 0x2d) {
      if (SIGNATURE_MARK.test(line)) {
        hasSignature = true;
        continue;
      }
      if (line.length < 100 && FORWARD_MARK.test(line.trimEnd())) hasMessage = true;
    }
    if (line.endsWith(':') && isAttribution(lines, i)) continue;
    if (line.includes(':') && isQuotedHeader(lines, i)) hasMessage = true;
    if (hasMessage) {
      for (let n = i; n < lines.length; n += 1) quoted.push(lines[n] as string);
      break;
    }
    // The signature ends the author's words; quotes may follow it.
    if (hasSignature) continue;
    kept.push(line);
  }
  return { own: kept.join('\n'), quoted: quoted.join('\n'), hasSignature, hasMessage };
}

/** Nothing in it begins as what is left out does. Says no where it is not sure. */
function isAllOwn(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === 0x3e || first === 0x2d || text.includes('\n>') || text.includes('\n-'))
    return false;
  let colon = text.indexOf(':');
  while (colon >= 0) {
    const lineStart = text.lastIndexOf('\n', colon) + 1;
    // A colon after a long name ends no name of a header.
    if (colon - lineStart < MAX_INDENTED_NAME) {
      if (QUOTED_FROM.test(text.slice(lineStart, colon + 1).trim())) return false;
    } else if (/^\s/.test(text.slice(lineStart, lineStart + 1))) return false;
    const lineEnd = text.indexOf('\n', colon);
    colon = lineEnd < 0 ? -1 : text.indexOf(':', lineEnd);
  }
  return true;
}

/** Names of header fields have less characters, blanks before them left out. */
const MAX_INDENTED_NAME = 200;

/** "On Monday, Ann wrote:" above the quoted lines, in any language. */
function isAttribution(lines: readonly string[], at: number): boolean {
  const next = lines[at + 1]?.trim() === '' ? lines[at + 2] : lines[at + 1];
  return next?.startsWith('>') === true;
}

function isQuotedHeader(lines: readonly string[], at: number): boolean {
  const line = (lines[at] as string).trim();
  return (
    QUOTED_FROM.test(line) && [1, 2, 3].some((n) => QUOTED_NEXT.test(lines[at + n]?.trim() ?? ''))
  );
}
