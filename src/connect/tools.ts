/** Runs the two programs that print a configuration, or reads one; nothing that changes it. */
import { open } from 'node:fs/promises';
import { runProgram } from '../run-program.ts';
import type { ReadText, RunTool } from './contract.ts';

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
