/**
 * What looks for viruses in the demonstration: the clamd of this host where there is one, with a
 * signature file that knows the EICAR test string alone, for the real ones take a minute to load.
 * Else a stand-in that speaks INSTREAM and knows as much.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The test string of eicar.org in two halves, so that no scanner takes this file for a virus. */
export const EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAN' + 'DARD-ANTIVIRUS-TEST-FILE!$H+H*';

export interface VirusScanner {
  /** As the configuration names it. */
  readonly address: string;
  /** A sentence for the table. */
  readonly sentence: string;
  stop(): Promise<void>;
}

/** A clamd with one signature answers after some tenths of a second. */
const START_MS = 8000;
const ASK_EVERY_MS = 50;

/** @param folder An empty folder of its own. */
export async function startVirusScanner(folder: string): Promise<VirusScanner> {
  const program = findClamd();
  if (program === undefined) return startStandIn(folder, 'No clamd is installed here');
  return (
    (await startClamd(program, folder)) ??
    startStandIn(folder, 'The clamd of this host does not start')
  );
}

function findClamd(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'clamd')).find((file) => existsSync(file));
}

/** `undefined` when it does not answer in time, whatever the cause: the show goes on. */
async function startClamd(program: string, folder: string): Promise<VirusScanner | undefined> {
  const signatures = join(folder, 'signatures');
  const socket = join(folder, 'clamd.sock');
  await mkdir(signatures);
  const hex = Buffer.from(EICAR).toString('hex');
  await writeFile(join(signatures, 'demo.ndb'), `Eicar.Test.File:0:*:${hex}\n`);
  const settings = [
    `DatabaseDirectory ${signatures}`,
    `LocalSocket ${socket}`,
    `TemporaryDirectory ${folder}`,
    'MaxThreads 2',
    'Foreground yes',
  ];
  const file = join(folder, 'clamd.conf');
  await writeFile(file, `${settings.join('\n')}\n`);
  const child = spawn(program, ['--config-file', file], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await gone;
  };
  const until = performance.now() + START_MS;
  while (child.pid !== undefined && child.exitCode === null && performance.now() < until) {
    if (await answers(socket)) {
      const sentence = `Viruses were looked for by the clamd of this host (${await versionOf(program)}).`;
      return { address: `unix:${socket}`, sentence, stop };
    }
    await sleep(ASK_EVERY_MS);
  }
  await stop();
  return undefined;
}

/** `ClamAV 1.4.6`. */
async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  return /^ClamAV [\w.]+/.exec(stdout)?.[0] ?? 'ClamAV';
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('data', (bytes) => {
      resolve(bytes.toString().startsWith('PONG'));
      socket.destroy();
    });
    socket.write('zPING\0');
  });
}

const COMMAND = 'zINSTREAM\0';
const LENGTH_BYTES = 4;

/** @param why In words, why it is not clamd. */
export async function startStandIn(folder: string, why: string): Promise<VirusScanner> {
  const path = join(folder, 'stand-in.sock');
  const server = createServer(serve);
  server.listen(path);
  await once(server, 'listening');
  return {
    address: `unix:${path}`,
    sentence: `${why}: a stand-in looked for viruses; it knows the EICAR test string and nothing else.`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** One message: the command, blocks after their length, a length of zero. */
function serve(socket: Socket): void {
  let bytes = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const message = blocksOf(bytes.subarray(COMMAND.length));
    if (message === undefined) return;
    socket.end(message.includes(EICAR) ? 'stream: Eicar.Test.File FOUND\0' : 'stream: OK\0');
  });
}

/** `undefined` until all of it is there. */
function blocksOf(bytes: Buffer): Buffer | undefined {
  const blocks: Buffer[] = [];
  for (let at = 0; at + LENGTH_BYTES <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (length === 0) return Buffer.concat(blocks);
    blocks.push(bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
    at += LENGTH_BYTES + length;
  }
  return undefined;
}
