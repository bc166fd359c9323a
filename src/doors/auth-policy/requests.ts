/** Bytes of HTTP on their way in and out: bodies with a bound, replies, and broken requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { failure } from './command.ts';
import type { Reply } from './command.ts';

const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** The value of a request header; rawHeaders spares building the whole header object. */
export function headerOf(request: IncomingMessage, lowerCaseName: string): string | undefined {
  const { rawHeaders } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) {
      return rawHeaders[i + 1];
    }
  }
  return undefined;
}

/** Room for bodies that come in several pieces, shared by all connections. */
export interface BodyRoom {
  readonly bytesMax: number;
  bytesLeft: number;
}

/**
 * Gives the whole body, or says once why not; what follows is not kept. Nothing is given of a
 * client that goes away or is too slow.
 */
export function readBody(
  request: IncomingMessage,
  room: BodyRoom,
  done: { readonly read: (body: string) => void; readonly refuse: (reply: Reply) => void },
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let bytes = 0;
  let taken = 0;
  let refused = false;
  const giveBack = (): void => {
    room.bytesLeft += taken;
    taken = 0;
  };
  const refuse = (reply: Reply): void => {
    refused = true;
    first = more = undefined;
    giveBack();
    done.refuse(reply);
  };
  request.on('data', (chunk: Buffer) => {
    if (refused) return;
    bytes += chunk.length;
    if (bytes > room.bytesMax)
      refuse(failure(413, `The body is longer than ${room.bytesMax} bytes.`));
    else if (first === undefined) first = chunk;
    else if (chunk.length > room.bytesLeft)
      refuse(failure(503, 'Too many long bodies. Try again later.'));
    else {
      if (!more) request.once('close', giveBack);
      (more ??= [first]).push(chunk);
      room.bytesLeft -= chunk.length;
      taken += chunk.length;
    }
  });
  request.on('end', () => {
    if (!refused) done.read(more ? Buffer.concat(more).toString() : (first?.toString() ?? ''));
  });
}

export function send(response: ServerResponse, reply: Reply, close: boolean): void {
  const headers = [
    'content-type',
    reply.contentType,
    'content-length',
    String(Buffer.byteLength(reply.body)),
  ];
  if (reply.headers) headers.push(...reply.headers);
  if (close || reply.close === true) headers.push('connection', 'close');
  response.writeHead(reply.status, headers);
  response.end(reply.body);
}

let dateSecond = -1;
let dateText = '';

/** RFC 9110 section 6.6.1; the same for every answer of a second. */
function dateNow(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1_000).toUTCString();
  }
  return dateText;
}

/**
 * The bytes of an answer, the same as node:http prints.
 * @param keepAliveMs what the client is told; 0 ends the connection with this answer
 */
export function formatReply(reply: Reply, keepAliveMs: number): string {
  let head =
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n` +
    `content-type: ${reply.contentType}\r\ncontent-length: ${Buffer.byteLength(reply.body)}\r\n`;
  const { headers = [] } = reply;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  const date = `Date: ${dateNow()}\r\n`;
  return keepAliveMs > 0
    ? `${head}${date}Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n\r\n${reply.body}`
    : `${head}connection: close\r\n${date}\r\n${reply.body}`;
}

/** How much of a refused body is read away, and how long, so that the client sees the answer. */
const DRAIN_BYTES_MAX = 16 * 1024 * 1024;
const DRAIN_MS = 1_000;

/**
 * Answers at once and ends the connection when the client has stopped sending: closing with
 * unread bytes would reset the connection and the answer with it.
 */
export function refuseBody(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, [
    'content-type',
    reply.contentType,
    'content-length',
    String(Buffer.byteLength(reply.body)),
    'connection',
    'close',
  ]);
  response.write(reply.body);
  let left = DRAIN_BYTES_MAX;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', drain);
    response.end();
  };
  const drain = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) end();
  };
  const timer = setTimeout(end, DRAIN_MS);
  request.on('data', drain);
  request.once('end', end);
  request.once('close', end);
}

/** Answers what node:http could not read as a request. Returns the reason for the log. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): string {
  const [status, title, reason] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout', 'The request took too long to arrive.']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large', 'The request header is too long.']
        : [400, 'Bad Request', 'This is not an HTTP request.'];
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return 'connection lost';
  }
  const { body, contentType } = failure(status, reason);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${contentType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
  return title.toLowerCase();
}
