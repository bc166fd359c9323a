/**
 * The process that the kill test ends: follows a log and writes what is told to a file. Arguments:
 * the log, the position file, the file for events.
 */
import { appendFileSync } from 'node:fs';
import { followLog } from '../../src/agent/log-follower.ts';

const [, , path = '', positionFile = '', told = ''] = process.argv;

followLog({
  path,
  positionFile,
  mta: 'mx1',
  sink: {
    logged: (_mta, events) => {
      // One system call: all of the batch is there, or nothing.
      appendFileSync(told, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      return Promise.resolve();
    },
  },
  telemetry: {
    warn: (message) => void process.stderr.write(`${message}\n`),
    info: () => undefined,
  },
  logins: true,
  offsetMs: () => 0,
  now: () => Date.parse('2026-11-20T08:00:00Z'),
  pollMs: 5,
});
process.stdout.write('following\n');
