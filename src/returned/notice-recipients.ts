/**
 * Recipients that a notice for people names, each with what is said of it. Read by form: an address
 * that begins a line or stands behind a label is one; addresses of senders and helpers are not.
 */
import { findReply, type QuotedReply } from './smtp-reply.ts';
import { findMentions, type Mention } from './notice-mentions.ts';

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

/** A heading stands close above. */
const MAX_HEADING_LINES = 4;

/** Text of one recipient. */
const MAX_SAID_CHARS = 3_000;

/** `>>> RCPT To:`, at the beginning of a line of a transcript. */
const COMMAND = /^[ \t>*-]{0,10}rcpt to:/i;

const HELPERS =
  /^(?:mailer-daemon|postmaster|hostmaster|abuse|support|help|no-?reply|double-bounce)@/i;

/** Recipients found in the words alone. */
export function noticeRecipients(
  lines: readonly string[],
  context: NoticeContext,
): readonly NoticeRecipient[] {
  const mentions = findMentions(lines);
  if (context.failed.length > 0) {
    const named = context.failed.map((address) => [address]);
    const read = readEach(lines, named, mentions);
    return read.map((one, index) => one ?? unsaid(lines, context.failed, index));
  }
  const chosen = choose(mentions, context);
  const kept = mentions.filter((mention) => mention.rank >= 2 || chosen.includes(mention));
  const named = chosen.map(({ address }) => [address]);
  return readEach(lines, named, kept).filter((one) => one !== undefined);
}

/** What is said of recipients that a machine-readable part names, each by any of its addresses. */
export function noticesOf(
  lines: readonly string[],
  named: readonly (readonly string[])[],
): readonly (NoticeRecipient | undefined)[] {
  return readEach(lines, named, findMentions(lines));
}

/** Named in the header only: all the words are about it, if it is the only one. */
function unsaid(lines: readonly string[], failed: readonly string[], index: number) {
  const text = failed.length > 1 ? '' : lines.join('\n').slice(0, MAX_SAID_CHARS);
  return { address: failed[index] ?? '', text, heading: '', reply: findReply(text) };
}

function readEach(
  lines: readonly string[],
  named: readonly (readonly string[])[],
  mentions: readonly Mention[],
): readonly (NoticeRecipient | undefined)[] {
  const places = new Map<string, number>();
  for (const [place, names] of named.entries()) {
    for (const name of names) {
      if (!places.has(name.toLowerCase())) places.set(name.toLowerCase(), place);
    }
  }
  // Where several are named, a stranger that looks like a recipient ends what is said of one.
  const placed = mentions.flatMap((mention) => {
    const place = places.get(mention.address.toLowerCase());
    if (place !== undefined) return [{ ...mention, place }];
    return named.length > 1 && mention.rank === 3 ? [{ ...mention, place: NOBODY }] : [];
  });
  const known = placed.filter(({ place }) => place !== NOBODY);
  const texts = textsOf(lines, placed);
  const firsts = new Map<number, Mention>();
  for (const mention of known) if (!firsts.has(mention.place)) firsts.set(mention.place, mention);
  texts.delete(NOBODY);
  const replies = new Map([...texts].map(([place, text]) => [place, findReply(text)]));
  // Some say why first and whom it is about after that.
  const isShared = [...replies.values()].every(
    ({ replyCode, status }) =>
      replyCode === undefined && (named.length === 1 || status === undefined),
  );
  const shared = isShared && replies.size > 0 ? findReply(lines.join('\n')) : {};
  const [first] = known;
  const above = shared.replyCode === undefined ? '' : lines.slice(0, first?.line).join('\n');
  const headings = headingsOf(lines, firsts);
  return named.map(([address = ''], place) => {
    if (!firsts.has(place)) return undefined;
    const reply = { ...shared, ...replies.get(place) };
    const text = `${above}\n${texts.get(place) ?? ''}`.trim().slice(0, MAX_SAID_CHARS);
    return { address, text, heading: headings.get(place) ?? '', reply };
  });
}

/** Place of an address that is none of the named ones. */
const NOBODY = -1;

interface Placed extends Mention {
  readonly place: number;
}

/**
 * What stands behind each mention of a recipient, up to the next mention of another: many notices
 * list the recipients first and tell of each in details or a transcript below.
 */
function textsOf(lines: readonly string[], mentions: readonly Placed[]): Map<number, string> {
  const texts = new Map<number, string>();
  for (let at = 0; at < mentions.length;) {
    const mention = mentions[at];
    if (mention === undefined) break;
    let next = at + 1;
    while (mentions[next]?.place === mention.place) next += 1;
    const before = texts.get(mention.place) ?? '';
    const said = saidBetween(lines, mention, mentions[next]);
    if (before.trim() === '') texts.set(mention.place, said);
    else if (before.length < MAX_SAID_CHARS && said.trim() !== '') {
      texts.set(mention.place, `${before}\n${said}`.slice(0, MAX_SAID_CHARS));
    }
    at = next;
  }
  return texts;
}

/** Recipients that follow each other with nothing between have the same heading. */
function headingsOf(
  lines: readonly string[],
  firsts: ReadonlyMap<number, Mention>,
): ReadonlyMap<number, string> {
  const headings = new Map<number, string>();
  let heading = '';
  let before = 0;
  for (const [place, mention] of firsts) {
    const above = headingOf(lines, Math.max(before, mention.line - MAX_HEADING_LINES), mention);
    if (before === 0 || above !== '') heading = before === 0 ? above : '';
    before = mention.line + 1;
    headings.set(place, heading);
  }
  return headings;
}

function choose(found: readonly Mention[], context: NoticeContext): readonly Mention[] {
  const strangers = found.filter(({ address }) => !context.parties.has(address.toLowerCase()));
  const named = strangers.filter(({ address }) => !HELPERS.test(address));
  for (const candidates of [named, strangers]) {
    for (const rank of [3, 2, 1]) {
      const fit = unique(candidates.filter((candidate) => candidate.rank === rank));
      if (fit.length > 0) return fit;
    }
  }
  return [];
}

function unique(candidates: readonly Mention[]): readonly Mention[] {
  const seen = new Set<string>();
  return candidates.filter(({ address }) => {
    const key = address.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The last line that says something between `from` and the recipient. */
function headingOf(lines: readonly string[], from: number, { line }: Mention): string {
  const above = lines.slice(from, line).findLast((text) => text.trim() !== '') ?? '';
  return above.includes('@') ? '' : above;
}

function saidBetween(
  lines: readonly string[],
  { line, end }: Mention,
  until: Mention | undefined,
): string {
  const last = until?.line ?? lines.length;
  const own = lines[line] ?? '';
  // Of a transcript the command itself says something: what follows answers it.
  const command = COMMAND.exec(own.slice(0, end))?.[0] ?? '';
  const rest = own.slice(end, last === line ? until?.start : undefined);
  let text = command + rest.replace(/^[>"')\]]+/, '');
  for (let i = line + 1; i < last && text.length < MAX_SAID_CHARS; i += 1) {
    text += `\n${lines[i] ?? ''}`;
  }
  return text.slice(0, MAX_SAID_CHARS);
}
