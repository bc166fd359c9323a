/** Runs the two programs that print a configuration; nothing else, and nothing that changes one. */
import { execFile } from 'node:child_process';
import type { RunTool } from './contract.ts';

const TIMEOUT_MS = 10_000;
/** `postconf` prints about 60 KiB. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

export const runTool: RunTool = (program, args) =>
  new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(program, args, options, (error, stdout) => {
      resolve(error === null && stdout !== '' ? stdout : undefined);
    });
  });
