/**
 * A careful SMTP client for probes: one command, one reply, every reply bounded in time, lines and
 * bytes. A probe never sends a message to anybody: only checks/smuggling.ts, when asked to, says DATA.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { errorText } from './error-text.ts';

export interface DialogueOptions {
  /** An address, never a name: what is connected to was checked before. */
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
  /** Hangs up at once, whatever is waited for. */
  readonly signal?: AbortSignal;
}

export interface SmtpReply {
  readonly code: number;
  /** Without the codes, at most `MAX_REPLY_LINES`. */
  readonly lines: readonly string[];
  /** As the server wrote it, on one line, for evidence. */
  readonly text: string;
}

export interface TlsFacts {
  readonly protocol: string;
  readonly certificate: PeerCertificate;
  /** Why the chain is not trusted; empty when it is. */
  readonly distrust: string;
}

export interface Dialogue {
  /** The greeting. */
  readonly greeting: SmtpReply;
  readonly localAddress: string;
  command(line: string): Promise<SmtpReply>;
  /**
   * Sends lines at once (RFC 2920), where that is offered. Fewer replies than lines where the host hung
   * up among them. @throws where there is no reply at all.
   */
  commands(lines: readonly string[]): Promise<readonly SmtpReply[]>;
  /** Sends bytes as they are, for what a client must never send. */
  raw(bytes: string): Promise<SmtpReply>;
  /** Sends bytes; `undefined` when the server says nothing to them for a while. */
  rawWithin(bytes: string, ms: number): Promise<SmtpReply | undefined>;
  /** After a 220 to STARTTLS; the certificate is looked at and not judged. `old`: with TLS 1.0 and 1.1 only. */
  startTls(serverName: string, protocols?: 'old'): Promise<TlsFacts>;
  /** Says QUIT if it can, and hangs up. */
  close(): void;
}

export class DialogueError extends Error {}

/** The host said nothing for the whole time-out. */
export class DialogueHung extends DialogueError {}

export const MAX_REPLY_LINES = 100;
/** RFC 5321 section 4.5.3.1.5 allows 512 octets a reply line; some EHLO lines are longer. */
export const MAX_REPLY_BYTES = 16_384;

export async function openDialogue(
  options: DialogueOptions & { readonly timeoutMs: number },
): Promise<Dialogue> {
  const { address, port, localAddress, timeoutMs, signal } = options;
  if (signal?.aborted === true) throw new DialogueError('the time of the check is over');
  const tcp = connectTcp({
    host: address,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  let reader = readReplies(tcp, timeoutMs, `${address} port ${port}`);
  let socket: Socket = tcp;
  // What is waited for ends with the socket below it; TLS, too.
  const hangUp = (): unknown => tcp.destroy();
  signal?.addEventListener('abort', hangUp, { once: true });
  tcp.once('close', () => signal?.removeEventListener('abort', hangUp));
  const greeting = await reader.next('its greeting').catch((error: unknown) => {
    tcp.destroy();
    throw error;
  });
  const raw = (bytes: string): Promise<SmtpReply> => {
    socket.write(bytes, 'latin1');
    return reader.next(`an answer to ${bytes.slice(0, 40).trim()}`);
  };
  return {
    greeting,
    localAddress: tcp.localAddress ?? '',
    command: (line) => raw(`${line}\r\n`),
    async commands(lines) {
      socket.write(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
      const replies: SmtpReply[] = [];
      try {
        for (const line of lines)
          replies.push(await reader.next(`an answer to ${line.slice(0, 40)}`));
      } catch (error) {
        if (replies.length === 0) throw error;
      }
      return replies;
    },
    raw,
    async rawWithin(bytes, ms) {
      socket.write(bytes, 'latin1');
      return reader.within(ms);
    },
    async startTls(serverName, protocols) {
      reader.stop();
      const secure = await secured(tcp, { serverName, timeoutMs, isOld: protocols === 'old' });
      socket = secure;
      reader = readReplies(secure, timeoutMs, `${address} port ${port}`);
      return {
        protocol: secure.getProtocol() ?? 'none',
        certificate: secure.getPeerCertificate(true),
        distrust: secure.authorized ? '' : String(secure.authorizationError),
      };
    },
    close() {
      socket.end('QUIT\r\n', () => socket.destroy());
      setTimeout(() => socket.destroy(), 1_000).unref();
    },
  };
}

/** OpenSSL speaks them at its lowest level of security only. */
const OLD_TLS = {
  ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
} as const;

function secured(
  socket: Socket,
  options: {
    readonly serverName: string;
    readonly timeoutMs: number;
    readonly isOld: boolean;
  },
): Promise<TLSSocket> {
  const { serverName, timeoutMs, isOld } = options;
  return new Promise((resolve, reject) => {
    // The certificate is what is looked at: one that is not trusted is a finding, no reason to stop.
    const base = { socket, servername: serverName, rejectUnauthorized: false };
    const secure = connectTls(isOld ? { ...base, ...OLD_TLS } : base);
    const timer = setTimeout(() => {
      fail(new DialogueError(`no TLS within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      secure.destroy();
      reject(
        error instanceof DialogueError
          ? error
          : new DialogueError(`TLS failed: ${errorText(error)}`),
      );
    };
    secure.once('error', fail);
    socket.once('close', () => fail(new DialogueError('the host hung up before TLS')));
    secure.once('secureConnect', () => {
      clearTimeout(timer);
      secure.off('error', fail);
      secure.on('error', () => undefined);
      resolve(secure);
    });
  });
}

interface ReplyReader {
  next(what: string): Promise<SmtpReply>;
  within(ms: number): Promise<SmtpReply | undefined>;
  stop(): void;
}

interface Waiting {
  resolve(reply: SmtpReply): void;
  reject(error: Error): void;
  readonly what: string;
  readonly timer: NodeJS.Timeout;
}

function readReplies(socket: Socket, timeoutMs: number, where: string): ReplyReader {
  let text = '';
  let waiting: Waiting | undefined;
  let broken: DialogueError | undefined;

  const fail = (why: string): void => {
    broken ??= new DialogueError(why);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.reject(broken);
    waiting = undefined;
  };
  const settle = (): void => {
    if (waiting === undefined) return;
    const reply = takeReply(text);
    if (reply === 'too long') {
      socket.destroy();
      fail(`${where} does not stop talking: more than ${MAX_REPLY_BYTES} bytes in one reply`);
    } else if (reply === 'nonsense') {
      socket.destroy();
      fail(`${where} answers what is no SMTP: "${shown(text)}"`);
    } else if (reply !== undefined) {
      text = text.slice(reply.length);
      clearTimeout(waiting.timer);
      waiting.resolve(reply.reply);
      waiting = undefined;
    }
  };
  const onData = (bytes: Buffer): void => {
    // One reply more than the bound is enough to see that it is too long.
    if (text.length <= MAX_REPLY_BYTES) text += bytes.toString('latin1');
    settle();
  };
  const onError = (error: Error): void => fail(`${where} cannot be reached: ${errorText(error)}`);
  const onClose = (): void => fail(`${where} hung up`);
  socket.on('data', onData).on('error', onError).on('close', onClose);

  return {
    next: (what) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined && text === '') {
          reject(broken);
          return;
        }
        const timer = setTimeout(() => {
          socket.destroy();
          broken ??= new DialogueHung(`${where} did not send ${what} within ${timeoutMs / 1000} s`);
          fail(broken.message);
        }, timeoutMs);
        waiting = { resolve, reject, what, timer };
        settle();
      }),
    within: (ms) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined && text === '') {
          reject(broken);
          return;
        }
        const timer = setTimeout(() => {
          waiting = undefined;
          resolve(undefined);
        }, ms);
        waiting = { resolve, reject, what: 'anything', timer };
        settle();
      }),
    stop() {
      socket.off('data', onData).off('close', onClose);
    },
  };
}

type Taken = { readonly reply: SmtpReply; readonly length: number };

function takeReply(text: string): Taken | 'too long' | 'nonsense' | undefined {
  const lines: string[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length > MAX_REPLY_BYTES ? 'too long' : undefined;
    const line = text.slice(at, end).replace(/\r$/, '');
    at = end + 1;
    const match = /^(\d{3})([ -]?)(.*)$/.exec(line);
    if (match === null) return 'nonsense';
    lines.push(match[3] ?? '');
    if (lines.length > MAX_REPLY_LINES || at > MAX_REPLY_BYTES) return 'too long';
    if (match[2] === '-') continue;
    const shownText = `${match[1] ?? ''} ${lines.map(shown).join(' / ')}`;
    return { reply: { code: Number(match[1]), lines, text: shownText }, length: at };
  }
}

/** Longest piece of a server's words in a report. */
const MAX_SHOWN = 200;

function shown(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_SHOWN);
}
