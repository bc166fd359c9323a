/** Runs the two programs that print a configuration, or reads one; nothing that changes it. */
import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from '../run-program.ts';
import type { ChangedAt, ReadText, RunTool } from './contract.ts';

const BOUNDS = {
  timeoutMs: 10_000,
  /** `postconf` prints about 60 KiB. */
  maxOutputBytes: 1024 * 1024,
  // Another instance than that of /etc/postfix.
  variables: ['MAIL_CONFIG'],
} as const;
/** Of a configuration file; Debian's dovecot.conf has 4 KiB. */
export const MAX_FILE_BYTES = 256 * 1024;
const MAX_MESSAGE = 500;

export const runTool: RunTool = async (program, args) => {
  const answer = await runProgram([program, ...args], BOUNDS);
  if (answer.ok) return { kind: 'printed', text: answer.text };
  if (answer.isAbsent === true) return { kind: 'absent' };
  const word = lastWord(answer.said);
  return {
    kind: 'failed',
    message: word === '' ? `${program} fails: ${answer.why}.` : `${program} says: ${word}.`,
  };
};

/** What ended a program stands in its last line; warnings come before. */
function lastWord(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replaceAll(/\p{C}/gu, ' ').trim());
  const last = lines.findLast((line) => line !== '') ?? '';
  return last.slice(0, MAX_MESSAGE).replace(/\.$/, '');
}

export const readText: ReadText = async (file) => {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_FILE_BYTES), 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  }
};

/** Of a configuration that is spread over a folder and its conf.d; Debian's Dovecot has 30. */
export const MAX_CONFIG_FILES = 500;

export const changedAt: ChangedAt = async (mainFile) => {
  const folder = dirname(mainFile);
  const parts = [folder, join(folder, 'conf.d')].map(configFilesIn);
  const files = [mainFile, ...(await Promise.all(parts)).flat()].slice(0, MAX_CONFIG_FILES);
  const times = await Promise.all(files.map(modifiedAt));
  const newest = Math.max(...times);
  return newest > 0 ? new Date(newest).toISOString() : undefined;
};

async function configFilesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.conf')).map((name) => join(folder, name));
}

const modifiedAt = (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
