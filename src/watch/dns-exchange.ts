/** A packet to a name server and the answer to it: over UDP, or over TCP where that was too short. */
import { createSocket } from 'node:dgram';
import { connect, isIP } from 'node:net';

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

/** `ETIMEOUT` and `EBADRESP` as Node's resolver says it, or what the system says of the connection. */
export class ExchangeError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`no answer (${code})`);
    this.code = code;
  }
}

/** Packets on one port that answer something else; whoever sends more than that guesses. */
export const MAX_FOREIGN_PACKETS = 100;
const LENGTH_BYTES = 2;

interface Exchange<T> {
  readonly server: NameServer;
  readonly packet: Buffer;
  /** `undefined` for an answer to something else. */
  readonly read: (bytes: Buffer) => T | undefined;
  readonly waitMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** From a port of its own each time, which nobody can guess, and only this server is heard there. */
export function overUdp<T>({ server, packet, read, waitMs, signal }: Exchange<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4');
  let foreign = 0;
  // Something that answers, only never this, is not silence.
  const end = (): void => fail(foreign > 0 ? 'EBADRESP' : 'ETIMEOUT');
  const timer = setTimeout(end, waitMs);
  signal.addEventListener('abort', end);
  const fail = (code: string): void => reject(new ExchangeError(code));
  socket.on('error', (error) => fail(codeOf(error)));
  socket.on('message', (bytes) => {
    const answer = read(bytes);
    if (answer !== undefined) resolve(answer);
    else if ((foreign += 1) >= MAX_FOREIGN_PACKETS) end();
  });
  socket.connect(server.port, server.address, () => {
    socket.send(packet, (error) => {
      if (error !== null) fail(codeOf(error));
    });
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    socket.close();
  });
}

/** One answer of at most 64 KiB, which is what its length can say; what follows is not read. */
export function overTcp<T>({ server, packet, read, waitMs, signal }: Exchange<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const socket = connect({ host: server.address, port: server.port });
  const fail = (code: string): void => reject(new ExchangeError(code));
  const end = (): void => fail('ETIMEOUT');
  const timer = setTimeout(end, waitMs);
  signal.addEventListener('abort', end);
  const parts: Buffer[] = [];
  let received = 0;
  socket.on('error', (error) => fail(codeOf(error)));
  socket.on('close', () => fail('ECONNRESET'));
  socket.on('data', (bytes) => {
    parts.push(bytes);
    received += bytes.length;
    if (received < LENGTH_BYTES) return;
    if (parts[0] !== undefined && parts[0].length < LENGTH_BYTES)
      parts.splice(0, parts.length, Buffer.concat(parts));
    const whole = LENGTH_BYTES + (parts[0]?.readUInt16BE(0) ?? 0);
    if (received < whole) return;
    const answer = read(Buffer.concat(parts).subarray(LENGTH_BYTES, whole));
    if (answer === undefined) fail('EBADRESP');
    else resolve(answer);
  });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(packet.length);
  socket.write(Buffer.concat([length, packet]));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    socket.destroy();
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`. */
export function nameServerAt(text: string): NameServer {
  const [, address = text, port = '53'] =
    /^\[(.+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+):(\d+)$/.exec(text) ?? [];
  return { address, port: Number(port) };
}
