/** One real way to ask for each engine: a file, a small script, an HTTP server. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { EngineOptions } from '../../src/directory/engines.ts';
import type { DirectoryListener, DirectoryOptions } from '../../src/directory/open-directory.ts';

/** Entries in the form of the documentation. */
export type Entries = readonly Readonly<Record<string, unknown>>[];

export interface Harness {
  readonly engine: EngineOptions;
  /** Replaces what the other side knows. */
  put(entries: Entries): void;
  /** The other side is gone. */
  vanish(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export type OpenHarness = (folder: string) => Promise<Harness>;

function move(from: string, to: string): Promise<void> {
  renameSync(from, to);
  return Promise.resolve();
}

function fileHarness(extension: 'yaml' | 'csv', format: (entries: Entries) => string): OpenHarness {
  return (folder) => {
    const path = join(folder, `accounts.${extension}`);
    const hidden = `${path}.hidden`;
    return Promise.resolve({
      engine: { kind: 'file', path, checkEveryMs: 10 },
      put(entries) {
        writeFileSync(`${path}.new`, format(entries));
        renameSync(`${path}.new`, path);
      },
      vanish: () => move(path, hidden),
      comeBack: () => move(hidden, path),
      close: () => Promise.resolve(),
    });
  };
}

const COLUMNS = [
  'account',
  'tenant',
  'groups',
  'class',
  'addresses',
  'domains',
  'since',
  'time_zone',
  'client_networks',
];

function csv(entries: Entries): string {
  const field = (value: unknown) => {
    const words = Array.isArray(value)
      ? (value as string[]).join(' ')
      : (value as string | undefined);
    return `"${words ?? ''}"`;
  };
  const rows = entries.map((entry) => COLUMNS.map((column) => field(entry[column])).join(','));
  return [COLUMNS.join(','), ...rows, ''].join('\n');
}

export function writeScript(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

const commandHarness: OpenHarness = (folder) => {
  const [program, data] = [join(folder, 'account'), join(folder, 'data')];
  writeScript(program, `if [ -f "${data}/$1" ]; then exec cat "${data}/$1"; else echo null; fi`);
  return Promise.resolve({
    engine: {
      kind: 'command',
      argv: [program, '{account}'],
      maxAnswerBytes: 4_096,
      concurrency: 4,
    },
    put(entries) {
      rmSync(data, { recursive: true, force: true });
      mkdirSync(data);
      for (const entry of entries) {
        writeFileSync(join(data, String(entry['account']).toLowerCase()), JSON.stringify(entry));
      }
    },
    vanish: () => move(program, `${program}.hidden`),
    comeBack: () => move(`${program}.hidden`, program),
    close: () => Promise.resolve(),
  });
};

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function listen(handler: RequestListener, port = 0): Promise<HttpServer> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function accountIn(request: IncomingMessage): string {
  return decodeURIComponent(request.url?.split('/').at(-1) ?? '');
}

const httpHarness: OpenHarness = async () => {
  let known = new Map<string, unknown>();
  const handler: RequestListener = (request, response) => {
    const entry = known.get(accountIn(request));
    response.statusCode = entry === undefined ? 404 : 200;
    response.end(JSON.stringify(entry ?? { error: 'no such account' }));
  };
  let server = await listen(handler);
  const { port } = server;
  return {
    engine: {
      kind: 'http',
      url: `http://127.0.0.1:${port}/accounts/{account}`,
      headers: {},
      maxAnswerBytes: 4_096,
      concurrency: 8,
    },
    put(entries) {
      known = new Map(entries.map((entry) => [String(entry['account']).toLowerCase(), entry]));
    },
    vanish: () => server.close(),
    async comeBack() {
      server = await listen(handler, port);
    },
    close: () => server.close(),
  };
};

export const HARNESSES: readonly (readonly [string, OpenHarness])[] = [
  ['file, YAML', fileHarness('yaml', (accounts) => stringify({ accounts }))],
  ['file, CSV', fileHarness('csv', csv)],
  ['command', commandHarness],
  ['http', httpHarness],
];

export interface Heard extends DirectoryListener {
  readonly failures: string[];
  /** `failed` and `works` in the order they came, equal neighbours once. */
  readonly changes: string[];
}

export function listener(): Heard {
  const [failures, changes]: [string[], string[]] = [[], []];
  const change = (what: string) => {
    if (changes.at(-1) !== what) changes.push(what);
  };
  return {
    failures,
    changes,
    directoryFailed(_engine, error) {
      failures.push((error as Error).message);
      change('failed');
    },
    directoryWorks: () => change('works'),
  };
}

export const CACHE = {
  entries: 1_000,
  ttlMs: 60_000,
  negativeTtlMs: 10_000,
  retryAfterMs: 1_000,
} as const;

export function optionsFor(engine: EngineOptions, timeoutMs = 5_000): DirectoryOptions {
  return { engine, domains: ['example.org'], timeoutMs, cache: CACHE };
}
