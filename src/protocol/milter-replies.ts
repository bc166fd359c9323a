/**
 * What a filter says to the MTA, as latin1 text in which one character is one byte. There is no
 * SMFIR_DISCARD and no SMFIR_SHUTDOWN here: both make Postfix say 250 and drop the message.
 */

/** A change of the header of a message. Values are latin1, folded with CRLF and a blank or tab. */
export type HeaderChange =
  | {
      readonly kind: 'insert';
      readonly name: string;
      readonly value: string;
      /** Place in the header, 0 at the very top, 1 below the first field. */
      readonly index: number;
    }
  | {
      readonly kind: 'append';
      readonly name: string;
      readonly value: string;
    }
  | {
      readonly kind: 'change';
      readonly name: string;
      readonly value: string;
      /** Which field of that name, the first is 1. */
      readonly index: number;
    }
  | {
      readonly kind: 'remove';
      readonly name: string;
      /** Which field of that name, the first is 1. */
      readonly index: number;
    };

/** Octets of one line of an SMTP reply, its CRLF included (RFC 5321 section 4.5.3.1.5). */
export const MAX_REPLY_LINE = 512;

/** Lines of one reply; libmilter takes as many (MAXREPLIES). */
export const MAX_REPLY_LINES = 32;

export const CONTINUE = formatPacket('c');
export const ACCEPT = formatPacket('a');
export const TEMPFAIL = formatPacket('t');
export const SKIP = formatPacket('s');
/** Still at work: the MTA begins to wait anew. */
export const PROGRESS = formatPacket('p');

/** One packet: length, command, data. */
export function formatPacket(command: string, data = ''): string {
  const length = data.length + 1;
  const head = String.fromCharCode(
    (length >>> 24) & 255,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
  );
  return head + command + data;
}

export interface SmtpAnswer {
  /** 4xx or 5xx. */
  readonly code: number;
  /** Enhanced status code (RFC 3463), of the same class. */
  readonly status: string;
  readonly text: string;
}

/**
 * SMFIR_REPLYCODE. Long texts become several lines, the code on each: without it the client waits
 * for ever. The MTA reads the text as a format, so `%` is doubled.
 */
export function formatReply({ code, status, text }: SmtpAnswer): string {
  const room = MAX_REPLY_LINE - `${code} ${status} \r\n`.length;
  const lines = wrap(text, room).slice(0, MAX_REPLY_LINES);
  const last = lines.length - 1;
  const said = lines.map((line, i) => `${code}${i < last ? '-' : ' '}${status} ${line}`);
  return formatPacket('y', `${said.join('\r\n')}\0`);
}

/** SMFIR_QUARANTINE: the message goes to the hold queue. Postfix does not log the reason. */
export function formatQuarantine(reason: string): string {
  return formatPacket('q', `${plain(reason).slice(0, MAX_REPLY_LINE)}\0`);
}

/** SMFIR_CHGFROM: the message goes on with this envelope sender; only at its end. */
export function formatSender(address: string): string {
  return formatPacket('e', `<${address.replaceAll(/[^\x21-\x7e]|[<>]/g, '')}>\0`);
}

/**
 * One change of the header; only at the end of a message.
 * @param withLeadingSpace whether it was agreed that values come with the blank after the colon
 */
export function formatChange(change: HeaderChange, withLeadingSpace: boolean): string {
  const name = change.name.replaceAll(/[^\x21-\x39\x3b-\x7e]/g, '');
  const value = change.kind === 'remove' ? '' : headerValue(change.value, withLeadingSpace);
  switch (change.kind) {
    case 'insert':
      return formatPacket('i', `${index(change.index)}${name}\0${value}\0`);
    case 'append':
      return formatPacket('h', `${name}\0${value}\0`);
    case 'change':
    case 'remove':
      return formatPacket('m', `${index(change.index)}${name}\0${value}\0`);
  }
}

function index(value: number): string {
  return String.fromCharCode(
    (value >>> 24) & 255,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  );
}

/** In this protocol lines of a value end in LF alone, and each further one begins with a blank. */
function headerValue(value: string, withLeadingSpace: boolean): string {
  if (!/[\0\r\n]/.test(value)) {
    return withLeadingSpace && !value.startsWith(' ') && !value.startsWith('\t')
      ? ` ${value}`
      : value;
  }
  const lines = value
    .replaceAll('\0', '')
    .split(/\r\n|\r|\n/)
    .filter((line, i) => i === 0 || line.trim() !== '');
  const folded = lines.map((line, i) => (i === 0 || /^[ \t]/.test(line) ? line : `\t${line}`));
  const text = folded.join('\n');
  return withLeadingSpace && !/^[ \t\n]/.test(text) ? ` ${text}` : text;
}

/** Printable ASCII (RFC 5321 section 4.2); anything else would end or bend the line. */
function plain(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').replaceAll(/[^\x20-\x7e]/gu, '?');
}

/** Lines of at most `room` characters with `%` doubled, cut between words where that is possible. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text).trim().replaceAll('%', '%%').split(' ')) {
    if (line !== '' && line.length + 1 + word.length <= room) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (line.length > room) {
      // A doubled % stays whole: an odd run of them before the cut would split a pair.
      const run = /%*$/.exec(line.slice(0, room))?.[0].length ?? 0;
      const cut = run % 2 === 0 ? room : room - 1;
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
    }
  }
  lines.push(line);
  return lines;
}
