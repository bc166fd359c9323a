// A reader's thread as it must not be: dies of what says "die", hangs on what says "hang".
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ kind, id, path, start }) => {
  if (kind === 'wake') {
    parentPort.postMessage({ kind: 'awake', id });
    return;
  }
  const text = readFileSync(path, 'latin1').slice(start);
  if (text.includes('die')) process.exit(1);
  while (text.includes('hang'));
  const returned = { kind: 'unknown', recipients: [], derived: [], sizeBytes: text.length };
  parentPort.postMessage({ kind: 'read', id, returned });
});
