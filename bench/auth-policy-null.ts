/**
 * The peer of the auth policy door: an empty node:http server that only checks the password and
 * parses the JSON. Run as a program it prints its port and answers until it is killed.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const BENCH_SECRET = 'bench-secret';

const EXPECTED = `Basic ${Buffer.from(`wforce:${BENCH_SECRET}`).toString('base64')}`;

/** Resolves with the port on 127.0.0.1. */
export function openNullServer(): Promise<number> {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== EXPECTED) {
      response.writeHead(401).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      const body =
        request.url === '/?command=report'
          ? '{"status":"ok"}'
          : '{"msg": "", "r_attrs": {}, "status": 0}';
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': body.length,
      });
      response.end(body);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

if (import.meta.main) console.log(await openNullServer());
