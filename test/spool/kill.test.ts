/**
 * `kill -9` at random moments while mail comes in: what was acknowledged is handled, and once,
 * although the mail server sends what was not acknowledged again. PRIMUM_KILL_ROUNDS sets how often.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LmtpClient } from '../doors/lmtp-client.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? '5');
const SENDERS = 4;
/** A round ends at a random moment within this time after its first message. */
const LONGEST_ROUND_MS = 400;

let folder = '';
let records = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-spool-kill-'));
  records = join(folder, 'records');
  mkdirSync(records);
});
afterEach(() => rmSync(folder, { recursive: true }));

function start() {
  const script = join(import.meta.dirname, 'kill-child.ts');
  const child = spawn(process.execPath, [script, join(folder, 'spool'), records], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const said = async (): Promise<string> => (await lines.next()).value ?? '';
  return { child, said, ended: once(child, 'exit') };
}

/** Sends until the door is gone; what was acknowledged, and the message that was not. */
async function send(
  address: string,
  names: Iterator<string>,
  { again, begun }: { readonly again: string[]; readonly begun: () => void },
) {
  const acknowledged: string[] = [];
  const client = new LmtpClient(address);
  await client.greet();
  for (;;) {
    const name = again.pop() ?? String(names.next().value);
    const size = 1 + Math.floor(Math.random() ** 8 * 400_000);
    const body = name.padEnd(size, `${name}\r\n`);
    const [answer] = await client.send({
      text: `Subject: ${name}\r\n\r\n${BODIES.of(name, body)}`,
    });
    if (answer?.startsWith('250') === true) {
      acknowledged.push(name);
      begun();
    } else {
      client.socket.destroy();
      return { acknowledged, open: name };
    }
  }
}

/** A mail server sends the same bytes again. */
const BODIES = {
  all: new Map<string, string>(),
  of(name: string, fresh: string): string {
    const text = this.all.get(name) ?? fresh;
    this.all.set(name, text);
    return text;
  },
};

test(
  `FBK-2: nothing acknowledged is lost or handled twice by kill -9, ${ROUNDS} times`,
  async () => {
    let count = 0;
    const names = (function* () {
      for (;;) yield `m${count++}`;
    })();
    const acknowledged: string[] = [];
    const again: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { child, said, ended } = start();
      const address = await said();
      const first = Promise.withResolvers<undefined>();
      const manner = { again, begun: () => first.resolve(undefined) };
      const senders = Array.from({ length: SENDERS }, () => send(address, names, manner));
      void first.promise.then(() =>
        setTimeout(() => child.kill('SIGKILL'), Math.random() * LONGEST_ROUND_MS),
      );
      for (const result of await Promise.all(senders)) {
        acknowledged.push(...result.acknowledged);
        again.push(result.open);
      }
      await ended;
    }
    const last = start();
    await last.said();
    while ((await last.said()) !== 'idle');
    last.child.kill('SIGKILL');
    await last.ended;

    const handled = readdirSync(records).filter((name) => name !== 'again');
    const subjects = handled.map((name) => name.split(' ')[0] ?? '');
    expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS);
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(acknowledged.filter((name) => !subjects.includes(name))).toEqual([]);
    // Asked again for an id it had noted: only what a kill caught between its note and ours.
    const path = join(records, 'again');
    const repeated = existsSync(path) ? readFileSync(path, 'latin1').trim().split('\n') : [];
    expect(repeated.length).toBeLessThanOrEqual(ROUNDS * SENDERS);
    expect(readdirSync(join(folder, 'spool/queue'))).toEqual([]);
    expect(readdirSync(join(folder, 'spool/kept'))).toEqual([]);
  },
  ROUNDS * 10_000 + 30_000,
);
