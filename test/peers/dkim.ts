/** DKIM with real programs: a key, milters that sign with it, and a verifier. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listens, takePorts } from './ports.ts';
import { startRspamdSigner } from './rspamd.ts';
import { mustRun, run, until } from './run.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/trace-headers.md');

/** The block of the guide that begins with this word. */
export async function linesOfGuide(first: string): Promise<string> {
  const guide = await readFile(GUIDE, 'utf8');
  const block = new RegExp(`^\`\`\`\\n(${first} [^\`]*)^\`\`\`$`, 'm').exec(guide)?.[1];
  if (block === undefined) throw new Error(`The guide has no block that begins with ${first}`);
  return block;
}

export interface DkimKey {
  readonly file: string;
  /** What a verifier says of the signature of a message: `succeeded` or `failed`. */
  verify(message: string): Promise<string>;
  remove(): Promise<void>;
}

/** A key of local.test, selector `t`. Its public half is in a file, where a verifier would ask DNS. */
export async function makeDkimKey(): Promise<DkimKey> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-dkim-'));
  const file = join(folder, 't.key');
  await mustRun('openssl', ['genrsa', '-out', file, '2048']);
  const pem = await mustRun('openssl', ['rsa', '-in', file, '-pubout']);
  const base64 = pem.replaceAll(/-----.*?-----|\s/g, '');
  const records = join(folder, 'public-keys');
  await writeFile(records, `t._domainkey.local.test v=DKIM1; k=rsa; p=${base64}\n`);
  const config = join(folder, 'verifier.conf');
  await writeFile(config, `Mode v\nTestPublicKeys ${records}\n`);
  return {
    file,
    async verify(message) {
      const source = join(folder, 'message.eml');
      await writeFile(source, message.replaceAll(/\r?\n/g, '\r\n'));
      const { stdout, stderr } = await run('opendkim', ['-x', config, '-t', source, '-v']);
      const told = stdout + stderr;
      const word = /verification \(.*\) (succeeded|failed)/.exec(told)?.[1];
      if (word === undefined) throw new Error(`opendkim verified nothing: ${told}`);
      return word;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Signer {
  /** As smtpd_milters takes it. */
  readonly milter: string;
  stop(): Promise<void>;
}

/** opendkim with these lines in its configuration besides the key. */
export async function startOpendkim(key: DkimKey, lines: string): Promise<Signer> {
  const block = await takePorts();
  const port = block.ports[0]!;
  const config = `${key.file}.conf`;
  await writeFile(
    config,
    `Mode s\nRequireSafeKeys no\nDomain local.test\nSelector t\nKeyFile ${key.file}\n${lines}\n`,
  );
  const args = ['-f', '-x', config, '-p', `inet:${port}@127.0.0.1`];
  const child = spawn('opendkim', args, { stdio: 'ignore' });
  const endOnExit = () => child.kill('SIGKILL');
  process.once('exit', endOnExit);
  await until('opendkim', () => listens(port));
  return {
    milter: `inet:127.0.0.1:${port}`,
    async stop() {
      process.off('exit', endOnExit);
      const gone = once(child, 'exit');
      // libmilter looks every five seconds whether it was asked to stop.
      child.kill('SIGKILL');
      await gone;
      await block.release();
    },
  };
}

/** rspamd with these lines in its section `dkim_signing`. */
export async function startRspamd(key: DkimKey, lines: string): Promise<Signer> {
  const rspamd = await startRspamdSigner(key.file, lines);
  return { milter: `inet:${rspamd.address}`, stop: () => rspamd.stop() };
}
