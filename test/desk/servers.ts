/** Small real servers for what the desk sends: an SMTP sink and an HTTP server on 127.0.0.1. */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface SmtpSink {
  readonly port: number;
  readonly mails: { readonly recipients: readonly string[]; readonly content: string }[];
  /** Reply to RCPT; `250` takes the message. */
  rcptReply: string;
  /** When true it accepts connections and says nothing. */
  isSilent: boolean;
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Speaks as much of RFC 5321 as a client needs to hand over a message. */
export async function openSmtpSink(): Promise<SmtpSink> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (!sink.isSilent) talk(socket, sink);
  });
  const port = await listenOn(server);
  const sink: SmtpSink = {
    port,
    mails: [],
    rcptReply: '250 2.1.5 Ok',
    isSilent: false,
    connections: () => connections,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
  return sink;
}

function talk(socket: Socket, sink: SmtpSink): void {
  let buffer = '';
  let content: string[] | undefined;
  let recipients: string[] = [];
  const say = (text: string): void => void socket.write(`${text}\r\n`);
  say('220 sink.test ESMTP');
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    buffer += chunk;
    const lines = buffer.split('\r\n');
    buffer = lines.pop() ?? '';
    for (const line of lines) {
      if (content !== undefined) {
        if (line !== '.') content.push(line);
        else {
          sink.mails.push({ recipients, content: content.join('\n') });
          content = undefined;
          recipients = [];
          say('250 2.0.0 queued');
        }
      } else if (/^RCPT /i.test(line)) {
        recipients.push(line.replace(/^RCPT TO:<(.*)>.*/i, '$1'));
        say(sink.rcptReply);
      } else if (/^DATA/i.test(line)) {
        content = [];
        say('354 go on');
      } else if (/^QUIT/i.test(line)) {
        say('221 bye');
        socket.end();
      } else {
        say('250 ok');
      }
    }
  });
}

export interface WebServer {
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
  /** Answers a request; the default is 204. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function openWebServer(): Promise<WebServer> {
  const server: HttpServer = createHttpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      web.requests.push({ method, url, headers, body });
      web.answer(response);
    });
  });
  const port = await listenOn(server);
  const web: WebServer = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    answer: (response) => void response.writeHead(204).end(),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
  return web;
}

function listenOn(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
