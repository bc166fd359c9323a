/**
 * Milter protocol, version 6, as Postfix and Sendmail speak it (sendmail: include/libmilter/mfdef.h,
 * postfix: src/milter/milter8.c): what the bytes of a packet mean. A packet is four bytes of length,
 * most significant first, a command byte that the length counts too, and its data.
 */

/** Commands of the MTA, as character codes. */
export const COMMAND = {
  abort: 0x41,
  body: 0x42,
  connect: 0x43,
  macro: 0x44,
  endOfMessage: 0x45,
  helo: 0x48,
  /** Quit, and the next connection comes on the same socket (SMFIC_QUIT_NC). */
  quitNewConnection: 0x4b,
  header: 0x4c,
  mail: 0x4d,
  endOfHeaders: 0x4e,
  negotiate: 0x4f,
  quit: 0x51,
  rcpt: 0x52,
  data: 0x54,
  unknown: 0x55,
} as const;

/** Modifications a filter may ask for (SMFIF_*). */
export const ACTION = {
  addHeaders: 0x01,
  changeHeaders: 0x10,
  quarantine: 0x20,
  changeSender: 0x40,
  setSymbols: 0x100,
} as const;

/** Protocol steps: which commands are not sent, which are not answered (SMFIP_*). */
export const STEP = {
  noHeaderReply: 0x80,
  noUnknown: 0x100,
  /** The MTA understands SMFIR_SKIP. */
  skip: 0x400,
  noConnectReply: 0x1000,
  noHeloReply: 0x2000,
  noMailReply: 0x4000,
  noRcptReply: 0x8000,
  noDataReply: 0x10000,
  noUnknownReply: 0x20000,
  noEndOfHeadersReply: 0x40000,
  noBodyReply: 0x80000,
  /** Header values come with the blank after the colon. */
  headerLeadingSpace: 0x100000,
} as const;

const NUL = 0;

export interface ConnectData {
  readonly clientName: string;
  /** Empty for a client without an address (a unix socket, or unknown). */
  readonly clientAddress: string;
  /** 0 when not known, as for mail of the sendmail command. */
  readonly clientPort: number;
}

/** `hostname NUL family [port address NUL]`; `undefined` when it is cut short. */
export function parseConnect(data: Buffer): ConnectData | undefined {
  const end = data.indexOf(NUL);
  if (end < 0 || end + 1 >= data.length) return undefined;
  const clientName = data.toString('utf8', 0, end);
  const family = data[end + 1];
  // 'U' unknown and 'L' local: nothing, or a path, follows.
  if (family !== 0x34 && family !== 0x36) return { clientName, clientAddress: '', clientPort: 0 };
  if (data.length < end + 4) return undefined;
  const clientPort = data.readUInt16BE(end + 2);
  const addressEnd = data.indexOf(NUL, end + 4);
  if (addressEnd < 0) return undefined;
  const address = data.toString('latin1', end + 4, addressEnd);
  // Sendmail writes IPv6:2001:db8::1, as RFC 5321 does in literals.
  return { clientName, clientAddress: address.replace(/^IPv6:/i, ''), clientPort };
}

/** The texts of a packet, each ended by NUL; `undefined` when the last is not. */
export function parseTexts(data: Buffer, start = 0): string[] | undefined {
  if (data.length > start && data[data.length - 1] !== NUL) return undefined;
  const texts: string[] = [];
  for (let from = start; from < data.length;) {
    const end = data.indexOf(NUL, from);
    texts.push(data.toString('utf8', from, end));
    from = end + 1;
  }
  return texts;
}

/** The first text of MAIL and RCPT, the address; `undefined` when there is none. */
export function parseAddress(data: Buffer): string | undefined {
  if (data.length === 0 || data[data.length - 1] !== NUL) return undefined;
  const text = data.toString('utf8', 0, data.indexOf(NUL));
  // The sendmail command's mail comes without the angle brackets.
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}

export interface HeaderData {
  readonly name: string;
  /** As sent, folds kept, latin1 so that every byte survives. */
  readonly value: string;
}

/** `name NUL value NUL`; `undefined` when it is not that. */
export function parseHeader(data: Buffer): HeaderData | undefined {
  const end = data.indexOf(NUL);
  const last = data.length - 1;
  // A NUL inside the value is the sender's own; it stays.
  if (end <= 0 || end >= last || data[last] !== NUL) return undefined;
  return { name: data.toString('latin1', 0, end), value: data.toString('latin1', end + 1, last) };
}

/** Command a macro packet belongs to; 0 when it is empty. */
export function macroStage(data: Buffer): number {
  return data[0] ?? 0;
}

/** Name and value in turn, after the byte of the stage; `undefined` when malformed. */
export function parseMacros(data: Buffer): readonly (readonly [string, string])[] | undefined {
  if (data.length === 0) return undefined;
  const texts = parseTexts(data, 1);
  if (texts === undefined || texts.length % 2 !== 0) return undefined;
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < texts.length; i += 2) pairs.push([texts[i] ?? '', texts[i + 1] ?? '']);
  return pairs;
}
