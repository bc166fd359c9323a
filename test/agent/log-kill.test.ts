/**
 * `kill -9` at random while lines are written and the log is rotated: every event is told, and what
 * is told again has the same id, so that it counts once. PRIMUM_KILL_ROUNDS sets how often.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LoggedEvent } from '../../src/agent/contract.ts';
import { FollowedLog, messageLines } from './follow.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? '10');
const MESSAGES_A_ROUND = 40;
/** The child dies at a random moment within this time after it began. */
const LONGEST_MS = 400;

let log: FollowedLog;
let child: ChildProcess | undefined;
beforeEach(() => {
  log = new FollowedLog();
});
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    // It writes into the folder until it is gone.
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await log.remove();
});

const toldFile = (): string => join(log.folder, 'told.ndjson');

async function startChild(): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'log-kill-child.ts');
  const args = [script, log.path, log.positionFile, toldFile()];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(started.stdout, 'data');
  return started;
}

function told(): LoggedEvent[] {
  if (!existsSync(toldFile())) return [];
  const lines = readFileSync(toldFile(), 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as LoggedEvent);
}

test(
  `nothing is lost and nothing counts twice by kill -9, ${ROUNDS} times`,
  async () => {
    await log.begin();
    await log.stop();
    let sent = 0;
    for (let round = 0; round < ROUNDS; round++) {
      child = await startChild();
      const dead = once(child, 'exit');
      const killer = setTimeout(() => child?.kill('SIGKILL'), Math.random() * LONGEST_MS);
      for (let n = 0; n < MESSAGES_A_ROUND; n++, sent++) {
        // In two pieces, so that it may die between the lines of a message.
        const text = messageLines(sent).map((line) => `${line}\n`);
        log.write(text.slice(0, 3).join(''));
        if (n % 5 === 0) await pause(Math.random() * 20);
        log.write(text.slice(3).join(''));
      }
      if (round % 3 === 1) renameSync(log.path, `${log.path}.${round}`);
      await dead;
      clearTimeout(killer);
      // Dead when it is cut: whatever it had not read is in the copy.
      if (round % 3 === 2) {
        copyFileSync(log.path, `${log.path}.${round}`);
        truncateSync(log.path);
      }
    }
    log.append(sent);
    child = await startChild();
    const everyone = (): Set<string> =>
      new Set(told().flatMap((event) => (event.kind === 'delivery' ? [event.recipient] : [])));
    await expect.poll(() => everyone().size, { timeout: 60_000 }).toBe(sent + 1);

    const byId = Map.groupBy(told(), ({ id }) => id);
    const kinds = [...byId.values()].map(([first]) => first?.kind);
    for (const kind of ['submission', 'delivery', 'login']) {
      expect(kinds.filter((one) => one === kind)).toHaveLength(sent + 1);
    }
  },
  60_000 + ROUNDS * 20_000,
);
