/**
 * A small SMTP client for what swaks does not do: several transactions in one session, and forged
 * client addresses (XCLIENT, https://www.postfix.org/XCLIENT_README.html).
 */
import { openLines, type Endpoint } from './line-socket.ts';

export interface SmtpReply {
  readonly code: number;
  /** All lines of the reply, joined with LF, code included. */
  readonly text: string;
}

export interface SmtpClient {
  command(line: string): Promise<SmtpReply>;
  /** Says who the client is; the session starts anew, so EHLO and AUTH come after it. */
  xclient(attributes: Readonly<Record<string, string>>): Promise<SmtpReply>;
  startTls(): Promise<void>;
  auth(user: string, password: string): Promise<SmtpReply>;
  /** MAIL, one RCPT each, DATA with a small message; stops at DATA when no recipient is taken. */
  send(message: Outgoing): Promise<Transaction>;
  quit(): Promise<void>;
  close(): void;
}

export interface Outgoing {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject?: string;
  /** Further header lines, at the top. */
  readonly headers?: readonly string[];
  /** The whole message in place of a letter; no line of it begins with a dot. */
  readonly raw?: string;
}

export interface Transaction {
  readonly mail: SmtpReply;
  readonly recipients: readonly SmtpReply[];
  /** Reply to the end of the message; absent when no recipient was taken. */
  readonly end?: SmtpReply;
}

function letter(message: Outgoing): string {
  if (message.raw !== undefined) return `${message.raw.replace(/\r\n$/, '')}\r\n.`;
  return [
    ...(message.headers ?? []),
    `From: <${message.from}>`,
    `To: <${message.to[0] ?? ''}>`,
    `Subject: ${message.subject ?? 'test'}`,
    `Date: ${new Date().toUTCString()}`,
    '',
    'Good day.',
    '.',
  ].join('\r\n');
}

/** Opens a session, reads the greeting and says EHLO. */
export async function openSmtp(endpoint: Endpoint): Promise<SmtpClient> {
  const lines = await openLines(endpoint);

  async function reply(): Promise<SmtpReply> {
    const all: string[] = [];
    for (;;) {
      const line = await lines.readLine();
      all.push(line);
      if (line[3] !== '-') return { code: Number(line.slice(0, 3)), text: all.join('\n') };
    }
  }
  function command(line: string): Promise<SmtpReply> {
    lines.write(line);
    return reply();
  }
  async function send(message: Outgoing): Promise<Transaction> {
    const mail = await command(`MAIL FROM:<${message.from}>`);
    const recipients: SmtpReply[] = [];
    for (const to of message.to) recipients.push(await command(`RCPT TO:<${to}>`));
    if (!recipients.some(({ code }) => code === 250)) {
      await command('RSET');
      return { mail, recipients };
    }
    const go = await command('DATA');
    if (go.code !== 354) return { mail, recipients, end: go };
    return { mail, recipients, end: await command(letter(message)) };
  }

  await reply();
  await command('EHLO client.test');
  return {
    command,
    send,
    xclient: async (attributes) => {
      const words = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
      const greeting = await command(`XCLIENT ${words.join(' ')}`);
      await command('EHLO client.test');
      return greeting;
    },
    startTls: async () => {
      await command('STARTTLS');
      await lines.startTls();
      await command('EHLO client.test');
    },
    auth: (user, password) => {
      const token = Buffer.from(`\0${user}\0${password}`).toString('base64');
      return command(`AUTH PLAIN ${token}`);
    },
    quit: async () => {
      await command('QUIT');
      lines.close();
    },
    close: () => {
      lines.close();
    },
  };
}
