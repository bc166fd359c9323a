/**
 * Recipients that a notice for people names, each with what is said of it. Read by form: an address
 * that begins a line or stands behind a label is one; addresses of senders and helpers are not.
 */
import { oneOf } from './one-of.ts';
import { findReply, type QuotedReply } from './smtp-reply.ts';
import { MAX_RECIPIENTS } from './limits.ts';

export interface NoticeRecipient {
  readonly address: string;
  /** What follows it, up to the next recipient. */
  readonly text: string;
  /** The line above it, where that names nobody; empty else. */
  readonly heading: string;
  readonly reply: QuotedReply;
}

export interface NoticeContext {
  /** Addresses of who got and who wrote the notice, lower case. */
  readonly parties: ReadonlySet<string>;
  /** X-Failed-Recipients. */
  readonly failed: readonly string[];
}

interface Candidate {
  readonly address: string;
  readonly line: number;
  readonly end: number;
  readonly rank: number;
}

/** A heading stands close above. */
const MAX_HEADING_LINES = 4;

/** Text of one recipient. */
const MAX_SAID_CHARS = 3_000;
const MAX_CANDIDATES = 5_000;

/** Characters before an address that tell what it is. */
const MAX_BEFORE = 120;

const ADDRESS_CHAR = /[^\s<>()[\]"',;:|]/;

/** Nothing or marks before it: `<ann@x>:`, `>>> ann@x`, `* ann@x`, `'ann@x'`, `1. ann@x`. */
const AT_START = /^[\s>*•·\-–"'<([|=]*(?:\d{1,3}[.)]\s*)?(?:rfc822;|smtp:|mailto:)?[\s<"']*$/i;

/** A label or a clause that ends in who did not get it. */
const LABELLED = oneOf(String.raw`
  (?:
  recipients?|recipient address|addressee|address(?:es)?|rcpt to
  |delivered? (?:it |your (?:e-?)?mail |your message |the message |message |mail )?to
  |delivery (?:to|for)|your (?:e-?)?mail to|(?:e-?mail|message|letter) (?:to|for)
  |deliver|undeliverable to|unable to deliver to|sent to|send to|user|account|mailbox
  |empfänger|adresse|destinataires?|destinatarios?|destinatari|宛先|あて先|получател[юья]
  )\s*(?:address|addresses|is|are|was|were)?\s*[:=]?\s*[<("'[„«]*\s*$`);

/** Behind these stands somebody else. */
const SOMEBODY_ELSE = oneOf(String.raw`
  (?:
  from|sender|reply-to|return-path|message-id|\bid|contact|write to
  |please (?:send|e-?mail)(?: mail)? to|by|cc|bcc|administrator|postmaster|subject|helo
  |ehlo|for assistance|help|support|abuse
  )\s*(?:at|to|is)?\s*[:=]?\s*[<("']*\s*$`);

const HELPERS =
  /^(?:mailer-daemon|postmaster|hostmaster|abuse|support|help|no-?reply|double-bounce)@/i;

export function noticeRecipients(
  lines: readonly string[],
  context: NoticeContext,
): readonly NoticeRecipient[] {
  const found: Candidate[] = [];
  for (const [index, line] of lines.entries()) {
    if (found.length < MAX_CANDIDATES) found.push(...candidatesOf(line, index));
  }
  const chosen = choose(found, context);
  let heading = '';
  let before = 0;
  return chosen.map((candidate, index) => {
    const next = chosen.slice(index + 1).find(({ line }) => line > candidate.line);
    const text = saidOf(lines, candidate, next?.line ?? lines.length);
    const reply = findReply(text);
    // Recipients that follow each other with nothing between have the same heading.
    const above = headingOf(lines, Math.max(before, candidate.line - MAX_HEADING_LINES), candidate);
    if (before === 0 || above !== '') heading = before === 0 ? above : '';
    before = candidate.line + 1;
    const isSole = chosen.length === 1 && reply.replyCode === undefined;
    return {
      address: candidate.address,
      text,
      heading,
      // Some say why first and whom it is about after that.
      reply: isSole ? { ...findReply(lines.join('\n')), ...reply } : reply,
    };
  });
}

function choose(found: readonly Candidate[], context: NoticeContext): readonly Candidate[] {
  const failed = context.failed.map((address) => address.toLowerCase());
  if (failed.length > 0) {
    return context.failed.map((address, index) => {
      const at = found.find((one) => one.address.toLowerCase() === failed[index]);
      return { address, line: at?.line ?? 0, end: at?.end ?? 0, rank: 3 };
    });
  }
  const strangers = found.filter(({ address }) => !context.parties.has(address.toLowerCase()));
  const named = strangers.filter(({ address }) => !HELPERS.test(address));
  for (const candidates of [named, strangers]) {
    for (const rank of [3, 2, 1]) {
      const fit = unique(candidates.filter((candidate) => candidate.rank === rank));
      if (fit.length > 0) return fit.slice(0, MAX_RECIPIENTS);
    }
  }
  return [];
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ address }) => {
    const key = address.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function candidatesOf(line: string, index: number): readonly Candidate[] {
  const found: Candidate[] = [];
  let from = 0;
  for (let at = line.indexOf('@'); at >= 0; at = line.indexOf('@', from)) {
    let start = at;
    while (start > from && ADDRESS_CHAR.test(line.charAt(start - 1))) start -= 1;
    let end = at + 1;
    while (end < line.length && ADDRESS_CHAR.test(line.charAt(end))) end += 1;
    from = end;
    const address = line.slice(start, end).replace(/[.…!?]{1,5}$/, '');
    if (!/^[^@]{1,128}@[^@\s]{1,255}$/.test(address)) continue;
    const before = line.slice(Math.max(0, start - MAX_BEFORE), start).replace(/\s+/g, ' ');
    const rank = rankOf(before, start <= MAX_BEFORE, line);
    if (rank > 0) found.push({ address, line: index, end, rank });
  }
  return found;
}

/** 3 for a recipient by its form, 2 for a probable one, 1 for an address, 0 for somebody else's. */
function rankOf(before: string, isWhole: boolean, line: string): number {
  if (isWhole && AT_START.test(before)) return 3;
  if (SOMEBODY_ELSE.test(before)) return 0;
  if (LABELLED.test(before)) return 3;
  if (/^\s*(?:to|for|an|à|para|a):?\s*[<"']*$/i.test(before)) return 2;
  // A reply that repeats the address: "550 5.1.1 <ann@x>... User unknown".
  if (/\b[45]\d\d\b/.test(before)) return 2;
  return /message-id|received|\bfrom\b/i.test(line) ? 0 : 1;
}

/** The last line that says something between `from` and the recipient. */
function headingOf(lines: readonly string[], from: number, { line }: Candidate): string {
  const above = lines.slice(from, line).findLast((text) => text.trim() !== '') ?? '';
  return above.includes('@') ? '' : above;
}

function saidOf(lines: readonly string[], { line, end }: Candidate, until: number): string {
  let text = (lines[line] ?? '').slice(end).replace(/^[>"')\]]+/, '');
  for (let i = line + 1; i < until && text.length < MAX_SAID_CHARS; i += 1) {
    text += `\n${lines[i] ?? ''}`;
  }
  return text.slice(0, MAX_SAID_CHARS);
}
