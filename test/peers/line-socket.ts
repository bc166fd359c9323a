/** A socket read line by line: what the small SMTP and IMAP clients of the tests stand on. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface LineSocket {
  write(line: string): void;
  /** The next line without CRLF. @throws when the peer closes or stays silent too long. */
  readLine(): Promise<string>;
  /** Resolves when the peer has closed. */
  closed(): Promise<void>;
  /** Turns TLS on; certificates are not checked, tests sign their own. */
  startTls(): Promise<void>;
  close(): void;
}

export interface Endpoint {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** Source address of the connection; any 127.0.0.x. */
  readonly localAddress?: string;
}

const SILENCE_MS = 60_000;

class Lines {
  private pending = '';
  private readonly ready: string[] = [];
  private readonly waiting: (() => void)[] = [];
  private ended = false;

  attach(socket: Socket): void {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (this.pending + chunk).split('\r\n');
      this.pending = lines.pop() ?? '';
      this.ready.push(...lines);
      this.wake();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }

  async next(deadline = Date.now() + SILENCE_MS): Promise<string> {
    for (;;) {
      const line = this.ready.shift();
      if (line !== undefined) return line;
      if (this.ended) throw new Error('The server closed the connection');
      if (Date.now() >= deadline) throw new Error(`The server said nothing for ${SILENCE_MS} ms`);
      await this.change(deadline);
    }
  }

  async end(deadline = Date.now() + SILENCE_MS): Promise<void> {
    while (!this.ended) {
      if (Date.now() >= deadline) throw new Error('The server did not close the connection');
      await this.change(deadline);
    }
  }

  private change(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(deadline - Date.now(), 0));
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Connects to a loopback port. */
export async function openLines(endpoint: Endpoint): Promise<LineSocket> {
  const lines = new Lines();
  let socket = connectTcp({
    host: endpoint.host ?? '127.0.0.1',
    port: endpoint.port,
    ...(endpoint.localAddress === undefined ? {} : { localAddress: endpoint.localAddress }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', resolve);
  });
  lines.attach(socket);
  return {
    write: (line) => socket.write(`${line}\r\n`),
    readLine: () => lines.next(),
    closed: () => lines.end(),
    startTls: async () => {
      socket.removeAllListeners('data');
      const secure = connectTls({ socket, rejectUnauthorized: false });
      await new Promise<void>((resolve, reject) => {
        secure.once('error', reject);
        secure.once('secureConnect', resolve);
      });
      socket = secure;
      lines.attach(secure);
    },
    close: () => socket.destroy(),
  };
}
