/** Addresses in a notice for people, each with a rank: how much its place says that it is a recipient. */
import { oneOf } from './one-of.ts';

export interface Mention {
  readonly address: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** 3 for a recipient by its form, 2 for a probable one, 1 for an address. */
  readonly rank: number;
}

const MAX_MENTIONS = 5_000;

/** Characters before an address that tell what it is. */
const MAX_BEFORE = 120;

/** A line shorter than that ends by itself. */
const MIN_BROKEN = 40;

/** RFC 5321 section 4.5.3.1: a local part has at most 64 octets; half as much again for bad ones. */
const MAX_QUOTED = 100;

/** The full-width marks of Chinese and Japanese end an address too. */
const ADDRESS_CHAR = /[^\s<>()[\]"',;:|（）［］〈〉《》「」『』【】，、；：。]/u;

/** Nothing or marks before it: `<ann@x>:`, `>>> ann@x`, `* ann@x`, `'ann@x'`, `1. ann@x`. */
const AT_START = /^[\s>*•·\-–"'<([|=]*(?:\d{1,3}[.)]\s*)?(?:rfc822;|smtp:|mailto:)?[\s<"']*$/i;

/** A label or a clause that ends in who did not get it. */
const LABELLED = oneOf(String.raw`
  (?:
  recipients?|recipient address|addressee|address(?:es)?|rcpt to
  |deliver(?:ed)? (?:it |your (?:e-?)?mail |your message |the message |message |mail )?to
  |delivery (?:to|for)|your (?:e-?)?mail to|(?:e-?mail|message|letter) (?:to|for)
  |deliver|undeliverable to|unable to deliver to|sent to|send to|user|account|mailbox
  |empfänger|adresse|destinataires?|destinatarios?|destinatari|宛先|あて先|получател[юья]|адрес[ау]?|收件人(?:邮件地址)?|发送(?:到|至)|到达|无法送达|寄给|geadresseerden?|ontvanger|odbiorc[ay]|mottagare|modtager|alıcı
  )\s*(?:address|addresses|is|are|was|were)?\s*[:=：]?\s*[<("'[„«（「【〈]*\s*$`);

/** Behind these stands somebody else. */
const SOMEBODY_ELSE = oneOf(String.raw`
  (?:
  from|sender|reply-to|return-path|message-id|\bid|contact|write(?: to)?|e-?mail|kontakt|contactez|contacte
  |please (?:send|e-?mail)(?: mail)? to|by|cc|bcc|administrator|postmaster|subject|helo
  |ehlo|for assistance|help|support|abuse
  )\s*(?:at|to|is)?\s*[:=]?\s*[<("']*\s*$`);

const ALONE =
  /^[\s>*•·-]{0,20}[<"'(]?([^\s<>@"'()]{1,64}@[^\s<>@"'()]{1,255}\.[a-z0-9-]{2,63})[>"'):;,]{0,3}\s*$/i;

/** Whether a line has an address of somebody else and nothing besides. */
export function namesAlone(lines: readonly string[], parties: ReadonlySet<string>): boolean {
  return lines.some((line) => {
    const address = line.length > 400 ? undefined : ALONE.exec(line)?.[1];
    return address !== undefined && !parties.has(address.toLowerCase());
  });
}

export function findMentions(lines: readonly string[]): readonly Mention[] {
  const found: Mention[] = [];
  for (const [index, line] of lines.entries()) {
    if (found.length >= MAX_MENTIONS) break;
    const above = lines[index - 1] ?? '';
    // A sentence that was broken: "... write\npostmaster@example.net".
    const isBroken = above.length >= MIN_BROKEN && SOMEBODY_ELSE.test(above.slice(-MAX_BEFORE));
    const mentions = mentionsIn(line, index);
    found.push(...(isBroken ? mentions.filter(({ start }) => start > 1) : mentions));
  }
  return found;
}

function mentionsIn(line: string, index: number): readonly Mention[] {
  const found: Mention[] = [];
  let from = 0;
  for (let at = line.indexOf('@'); at >= 0; at = line.indexOf('@', from)) {
    let start = localStart(line, at, from);
    const end = domainEnd(line, at);
    from = end;
    while (/['`*_=‘’“”«»„]/.test(line.charAt(start)) && start < at) start += 1;
    const address = line.slice(start, end).replace(/['`’”»*.…!?]{1,5}$/, '');
    if (!/^[^@]{1,128}@[^@\s]{1,255}$/.test(address)) continue;
    const before = line.slice(Math.max(0, start - MAX_BEFORE), start).replace(/\s+/g, ' ');
    const rank = rankOf(before, start <= MAX_BEFORE, line);
    if (rank > 0) found.push({ address, line: index, start, end, rank });
  }
  return found;
}

/** RFC 5321 section 4.1.2: a quoted local part holds what else would end it. */
function localStart(line: string, at: number, from: number): number {
  if (line.charAt(at - 1) === '"') {
    const open = line.lastIndexOf('"', at - 2);
    if (open >= from && at - open <= MAX_QUOTED) return open;
  }
  let start = at;
  while (start > from && ADDRESS_CHAR.test(line.charAt(start - 1))) start -= 1;
  return start;
}

function domainEnd(line: string, at: number): number {
  const literal = /^\[[\w.:]{3,60}\]/.exec(line.slice(at + 1, at + 70))?.[0];
  let end = at + 1 + (literal?.length ?? 0);
  while (end < line.length && ADDRESS_CHAR.test(line.charAt(end))) end += 1;
  return end;
}

/** As in `Mention`; 0 for somebody else's. */
function rankOf(before: string, isWhole: boolean, line: string): number {
  if (isWhole && AT_START.test(before)) return 3;
  if (SOMEBODY_ELSE.test(before)) return 0;
  if (LABELLED.test(before)) return 3;
  if (/^\s*(?:to|for|an|à|para|a):?\s*[<"']*$/i.test(before)) return 2;
  // A reply that repeats the address: "550 5.1.1 <ann@x>... User unknown".
  if (/\b[45]\d\d\b[^\d]{0,30}(?:[45]\.\d{1,3}\.\d{1,3}[^\d]{0,30})?$/.test(before)) return 2;
  if (/\b(?:to|for|an|für|à|para|aan|do|til|till)\s*[<"'([]*$/i.test(before)) return 2;
  return /message-id|received|\bfrom\b/i.test(line) ? 0 : 1;
}
