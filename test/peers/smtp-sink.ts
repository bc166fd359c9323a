/** An SMTP server that takes every message and remembers it: the world outside, for tests. */
import { createServer, type Server, type Socket } from 'node:net';
import { until } from './run.ts';

export interface SunkMessage {
  readonly envelopeSender: string;
  readonly envelopeRecipients: readonly string[];
  /** The message as received, with LF line ends. */
  readonly text: string;
}

export interface SmtpSink {
  readonly port: number;
  readonly messages: readonly SunkMessage[];
  /** Waits for a message that fits, as long as `until` unless told otherwise. */
  waitFor(
    what: string,
    fits: (message: SunkMessage) => boolean,
    withinMs?: number,
  ): Promise<SunkMessage>;
  close(): Promise<void>;
}

interface Session {
  pending: string;
  sender: string;
  recipients: string[];
  data: string[] | undefined;
}

function bareAddress(command: string): string {
  return /<([^>]*)>/.exec(command)?.[1] ?? '';
}

/** `r550-5.1.1@…` and `r450-4.2.2@…` are refused with their own code and status. */
function refusalOf(recipient: string): string | undefined {
  const [, code, status] = /^r([45]\d\d)-([45]\.\d\.\d)@/.exec(recipient) ?? [];
  return code === undefined ? undefined : `${code} ${status ?? ''} <${recipient}>: refused`;
}

function answer(session: Session, line: string, keep: (message: SunkMessage) => void): string {
  if (session.data) {
    if (line !== '.') {
      session.data.push(line.startsWith('..') ? line.slice(1) : line);
      return '';
    }
    keep({
      envelopeSender: session.sender,
      envelopeRecipients: session.recipients,
      text: session.data.join('\n'),
    });
    session.data = undefined;
    session.recipients = [];
    return '250 2.0.0 taken';
  }
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === 'MAIL') {
    session.sender = bareAddress(line);
    session.recipients = [];
  }
  if (verb === 'RCPT') {
    const refused = refusalOf(bareAddress(line));
    if (refused !== undefined) return refused;
    session.recipients.push(bareAddress(line));
  }
  if (verb === 'DATA') {
    session.data = [];
    return '354 go on';
  }
  return verb === 'QUIT' ? '221 2.0.0 bye' : '250 2.0.0 ok';
}

function serve(socket: Socket, keep: (message: SunkMessage) => void): void {
  const session: Session = { pending: '', sender: '', recipients: [], data: undefined };
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.write('220 sink.test ESMTP\r\n');
  socket.on('data', (chunk: string) => {
    const lines = (session.pending + chunk).split('\r\n');
    session.pending = lines.pop() ?? '';
    for (const line of lines) {
      const reply = answer(session, line, keep);
      if (reply !== '') socket.write(`${reply}\r\n`);
      if (reply.startsWith('221')) socket.end();
    }
  });
}

/** Starts a sink on a loopback port. */
export async function startSink(port: number): Promise<SmtpSink> {
  const messages: SunkMessage[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, (message) => messages.push(message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    messages,
    waitFor: (what, fits, withinMs) => until(what, () => messages.find(fits), withinMs),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}
