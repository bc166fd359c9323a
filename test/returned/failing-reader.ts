/** A reader's thread as it must not be: dies of what says "die", hangs on what says "hang". */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FromThread, ToThread } from '../../src/returned/thread-messages.ts';

function answer(said: FromThread): void {
  parentPort?.postMessage(said);
}

parentPort?.on('message', (asked: ToThread) => {
  const { id } = asked;
  if (asked.kind === 'wake') {
    answer({ kind: 'awake', id });
    return;
  }
  const text = readFileSync(asked.path, 'latin1').slice(asked.start);
  if (text.includes('die')) process.exit(1);
  while (text.includes('hang'));
  const returned = {
    kind: 'unknown',
    recipients: [],
    derived: [],
    sizeBytes: text.length,
  } as const;
  answer({ kind: 'read', id, returned });
});
