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
