/** A notice for people: what the reporting system says, and the quoted message behind it. */
import { oneOf } from './one-of.ts';
import { findHeaderFields, type PlainField } from './original.ts';
import { MAX_LINE_CHARS, MAX_NOTICE_LINES } from './limits.ts';

export interface Notice {
  readonly lines: readonly string[];
  /** Fields of the message quoted in the text; empty when there is none. */
  readonly original: readonly PlainField[];
}

/** How programs announce the message that they give back. */
const ANNOUNCED = oneOf(String.raw`
  (?:original|returned|unsent|undelivered|bounced|rejected|headers? of the|below this line) *(?:mail|message|e-?mail|header|text|copy|is a copy)
  |message (?:headers? )?follows?\b|header[s]? follow
  |copy of (?:the|your|my) (?:original )?(?:message|mail)|message contents|原文|元のメール
  |ursprüngliche nachricht|message d'origine|mensaje original`);

const ENDS_WITH_RULE = /[-_=*]{3,}\s*$/;
const FIELD_LINE = /^[A-Za-z][A-Za-z0-9-]{0,60}:(?:\s|$)/;
/** Fields that only a message on its way has. */
const TRACE_LINE =
  /^(?:Received|Return-Path|X-Received|DKIM-Signature|Delivered-To|ARC-Seal|Received-SPF):/i;
const MESSAGE_LINE = oneOf(String.raw`
  ^(?:
  Received|Return-Path|From|To|Cc|Subject|Date|Message-ID|MIME-Version|Content-Type
  |Reply-To|Sender|X-Mailer|User-Agent|DKIM-Signature|X-Received|Delivered-To
  |Received-SPF|X-Primum-Trace
  ):`);

export function splitNotice(text: string): Notice {
  const lines = text
    .split(/\r\n|\n|\r/, MAX_NOTICE_LINES)
    .map((line) => (line.length > MAX_LINE_CHARS ? line.slice(0, MAX_LINE_CHARS) : line));
  const at = originalStart(lines);
  if (at === undefined) return { lines, original: [] };
  const original = findHeaderFields(lines.slice(at.quoted).join('\n'));
  return { lines: lines.slice(0, at.announced), original };
}

interface Start {
  /** First line that belongs to the quoted message, or announces it. */
  readonly announced: number;
  readonly quoted: number;
}

function originalStart(lines: readonly string[]): Start | undefined {
  for (let i = 0; i < lines.length; i += 1) {
    const line = unquoted(lines[i] ?? '');
    if (TRACE_LINE.test(line) && isBlock(lines, i)) return { announced: i, quoted: i };
    if (!isAnnouncement(line)) continue;
    let next = i + 1;
    // Rules, empty lines and a little more stand between.
    while (next < lines.length && next <= i + 4 && !FIELD_LINE.test(unquoted(lines[next] ?? ''))) {
      next += 1;
    }
    if (FIELD_LINE.test(unquoted(lines[next] ?? '')) && isBlock(lines, next)) {
      return { announced: i, quoted: next };
    }
  }
  return undefined;
}

function isAnnouncement(line: string): boolean {
  return line.length < 200 && (ANNOUNCED.test(line) || ENDS_WITH_RULE.test(line));
}

/** Two fields of a message within a few lines; indented summaries (`  To: ...`) do not count. */
function isBlock(lines: readonly string[], at: number): boolean {
  let fields = 0;
  for (let i = at; i < lines.length && i < at + 20; i += 1) {
    const line = unquoted(lines[i] ?? '');
    if (line.trim() === '') break;
    if (MESSAGE_LINE.test(line)) fields += 1;
    else if (!/^[ \t]/.test(line) && !FIELD_LINE.test(line)) break;
    if (fields >= 2) return true;
  }
  return false;
}

/** Some quote with `> ` or `| `. */
function unquoted(line: string): string {
  return line.startsWith('>') || line.startsWith('|') ? line.replace(/^[>|] ?/, '') : line;
}
