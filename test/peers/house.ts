/** A well-behaved mail server, wrong in one way at a time. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePostfixFolders, settle, stopPostfix } from './postfix.ts';
import { takePorts } from './ports.ts';
import { mustRun, startDaemon, until } from './run.ts';
import { fillTemplate } from './template.ts';

/** Where it listens: each has a reverse name of its own kind. */
export const HOUSE_ADDRESSES = [
  '127.0.0.1',
  '127.0.0.10',
  '127.0.0.11',
  '127.0.0.12',
  '127.0.0.13',
];

export interface House {
  readonly port: number;
  /** Of its configuration, for MAIL_CONFIG. */
  readonly etc: string;
  /** Its certificate, for whoever shall trust it. */
  readonly certificate: string;
  /** Runs work with parameters set, and puts them back. */
  withSettings<T>(settings: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T>;
  /** Messages in its queue. */
  queued(): Promise<number>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export async function startHouse(domains: readonly string[]): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-house-'));
  await mustRun('chmod', ['755', folder]);
  const block = await takePorts();
  const port = block.ports[0] ?? 0;
  await makePostfixFolders(folder);
  const tls = join(folder, 'tls');
  await mkdir(tls);
  await mustRun('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90'],
    ...['-subj', '/CN=mx1.house.test', '-addext', 'subjectAltName=DNS:mx1.house.test'],
    ...['-out', join(tls, 'cert.pem'), '-keyout', join(tls, 'key.pem')],
  ]);
  const etc = join(folder, 'pf/etc');
  const services = HOUSE_ADDRESSES.map((address) => `${address}:${port} inet n - n - 20 smtpd`);
  await fillTemplate('house-main.cf', join(etc, 'main.cf'), {
    DIR: folder,
    DOMAINS: domains.join(', '),
  });
  await fillTemplate('house-master.cf', join(etc, 'master.cf'), { SERVICES: services.join('\n') });
  await settle(etc);
  await startDaemon('postfix', ['-c', etc, 'start'], join(folder, 'log/postfix-start'));
  const log = () => readFile(join(folder, 'log/maillog'), 'utf8').catch(() => '');

  async function change(args: readonly string[]): Promise<void> {
    const before = (await log()).split(': reload -- version ').length;
    await mustRun('postconf', ['-c', etc, ...args]);
    await settle(etc);
    await mustRun('postfix', ['-c', etc, 'reload']);
    await until(
      'Postfix to reload',
      async () => (await log()).split(': reload -- version ').length > before,
    );
  }

  return {
    ...{ port, etc },
    certificate: await readFile(join(tls, 'cert.pem'), 'utf8'),
    async withSettings(settings, work) {
      const names = Object.keys(settings);
      const old = await Promise.all(
        names.map(
          async (name) => `${name}=${(await mustRun('postconf', ['-c', etc, '-h', name])).trim()}`,
        ),
      );
      await change(['-e', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)]);
      try {
        return await work();
      } finally {
        await change(['-e', ...old]);
      }
    },
    queued: async () =>
      (await mustRun('postqueue', ['-c', etc, '-j'])).split('\n').filter((line) => line !== '')
        .length,
    log,
    async stop() {
      await stopPostfix(folder);
      await block.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
