/**
 * LMTP as a server hears it: RFC 2033 on the commands of RFC 5321, with SIZE (RFC 1870), 8BITMIME
 * (RFC 6152), SMTPUTF8 (RFC 6531), PIPELINING and ENHANCEDSTATUSCODES. BDAT is not offered.
 */

/** RFC 5321 section 4.5.3.1.3, with room for what SMTPUTF8 and source routes add. */
export const MAX_PATH = 1_000;

export type LmtpCommand =
  | { readonly kind: 'lhlo'; readonly name: string }
  | { readonly kind: 'mail'; readonly sender: string; readonly sizeBytes: number }
  | { readonly kind: 'rcpt'; readonly recipient: string }
  | { readonly kind: 'data' | 'rset' | 'noop' | 'quit' | 'vrfy' }
  /** Cannot be obeyed; what to say. */
  | { readonly kind: 'fault'; readonly reply: LmtpReply };

export interface LmtpReply {
  readonly code: number;
  /** Enhanced status code (RFC 3463); empty where RFC 2034 wants none. */
  readonly status: string;
  readonly lines: readonly string[];
}

export function lmtpReply(code: number, status: string, ...lines: readonly string[]): LmtpReply {
  return { code, status, lines };
}

export function formatLmtpReply({ code, status, lines }: LmtpReply): string {
  const last = lines.length - 1;
  return lines
    .map((line, index) => {
      const text = status === '' ? line : `${status} ${line}`;
      return `${code}${index === last ? ' ' : '-'}${text}\r\n`;
    })
    .join('');
}

/** One line without its CRLF. Never throws. */
export function parseLmtpCommand(line: string): LmtpCommand {
  // A bare CR or LF ends no line (RFC 5321 section 2.3.8); whoever sends one may mean two commands.
  if (/[\0\r\n]/.test(line)) return fault(500, '5.5.2', 'A line ends with CRLF and nothing else.');
  const [, verb = '', rest = ''] = /^([A-Za-z]+)(?: +(.*?))? *$/.exec(line) ?? [];
  switch (verb.toUpperCase()) {
    case 'LHLO':
      return rest === '' ? fault(501, '5.5.4', 'LHLO wants a name.') : { kind: 'lhlo', name: rest };
    case 'MAIL':
      return parseMail(rest);
    case 'RCPT':
      return parseRcpt(rest);
    case 'DATA':
      return rest === '' ? { kind: 'data' } : fault(501, '5.5.4', 'DATA takes no parameter.');
    case 'RSET':
      return { kind: 'rset' };
    case 'NOOP':
      return { kind: 'noop' };
    case 'QUIT':
      return { kind: 'quit' };
    case 'VRFY':
      return { kind: 'vrfy' };
    case 'HELO':
    case 'EHLO':
      // RFC 2033 section 4.1.
      return fault(500, '5.5.1', 'This is LMTP; say LHLO.');
    default:
      return fault(500, '5.5.2', 'There is no such command.');
  }
}

interface Path {
  readonly address: string;
  readonly parameters: string;
}

function parseMail(rest: string): LmtpCommand {
  const path = parsePath(/^FROM: */i, rest);
  if (path === undefined) return fault(501, '5.1.7', 'Say MAIL FROM:<address>.');
  let sizeBytes = 0;
  for (const word of wordsOf(path.parameters)) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+)(?:=(.+))?$/.exec(word) ?? [];
    switch (name.toUpperCase()) {
      case 'SIZE':
        if (!/^\d{1,20}$/.test(value)) return fault(501, '5.5.4', 'SIZE wants a number.');
        sizeBytes = Number(value);
        break;
      case 'BODY':
        if (!/^(?:7BIT|8BITMIME)$/i.test(value)) {
          return fault(501, '5.5.4', 'BODY is 7BIT or 8BITMIME.');
        }
        break;
      case 'SMTPUTF8':
        break;
      default:
        return fault(555, '5.5.4', 'A parameter is not known.');
    }
  }
  return { kind: 'mail', sender: path.address, sizeBytes };
}

function parseRcpt(rest: string): LmtpCommand {
  const path = parsePath(/^TO: */i, rest);
  if (path === undefined || path.address === '') {
    return fault(501, '5.1.3', 'Say RCPT TO:<address>.');
  }
  if (wordsOf(path.parameters).length > 0) return fault(555, '5.5.4', 'A parameter is not known.');
  return { kind: 'rcpt', recipient: path.address };
}

function parsePath(keyword: RegExp, rest: string): Path | undefined {
  const begin = keyword.exec(rest);
  if (begin === null) return undefined;
  const text = rest.slice(begin[0].length);
  // Up to the first ">" outside of a quoted local part.
  const match = /^<((?:"(?:[^"\\]|\\.)*"|[^<>"])*)>(?: +(.*))?$/.exec(text);
  if (match === null) return undefined;
  // RFC 5321 appendix C: a source route is left out.
  const address = (match[1] ?? '').replace(/^@[^:"]*:/, '');
  const isAddress = address.length <= MAX_PATH && !/\s(?=[^"]*(?:"[^"]*"[^"]*)*$)/.test(address);
  return isAddress ? { address, parameters: match[2] ?? '' } : undefined;
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function fault(code: number, status: string, text: string): LmtpCommand {
  return { kind: 'fault', reply: lmtpReply(code, status, text) };
}
