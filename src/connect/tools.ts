/** Runs the two programs that print a configuration, or reads one; nothing that changes it. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { ReadText, RunTool, ToolAnswer } from './contract.ts';

const TIMEOUT_MS = 10_000;
/** `postconf` prints about 60 KiB. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Of a configuration file; Debian's dovecot.conf has 4 KiB. */
export const MAX_FILE_BYTES = 256 * 1024;
const MAX_MESSAGE = 500;

export const runTool: RunTool = (program, args) =>
  new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'printed', text: stdout });
      else resolve(failure(program, error, stderr));
    });
  });

function failure(
  program: string,
  error: { readonly code?: unknown; readonly killed?: boolean; readonly message: string },
  stderr: string,
): ToolAnswer {
  if (error.code === 'ENOENT') return { kind: 'absent' };
  if (error.killed === true)
    return { kind: 'failed', message: `${program} gave no answer in ${TIMEOUT_MS / 1000} s.` };
  return { kind: 'failed', message: `${program} says: ${lastWord(stderr) || error.message}.` };
}

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
