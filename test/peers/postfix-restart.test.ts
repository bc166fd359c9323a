/** Postfix is reloaded, stopped and started while people send: the milter door sees it through. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { journalOf, type JournalLine } from './journal.ts';
import { until } from './run.ts';
import type { SmtpClient } from './smtp-client.ts';

const ANN = 'ann@local.test';
const SESSIONS = 8;
/** At least; whoever is quick sends more. */
const MESSAGES = 300;
/** Messages of one session, so that sessions end all the time. */
const MESSAGES_A_SESSION = 10;
/** Before a client tries again a server that is away. */
const AWAY_MS = 50;

const submittedOf = (lines: readonly JournalLine[]): readonly JournalLine[] =>
  lines.filter(({ kind, abandoned }) => kind === 'submission' && abandoned !== true);

describe.runIf(mailServersAreHere)(
  'Postfix restarted under load',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      { mode: 'enforce', limits: [] },
      { policyDoor: 'tcp', milterDoor: 'tcp' },
    );

    /** Queue ids of the messages that Postfix said it had taken, by subject. */
    const accepted = new Map<string, string>();
    const attempted: string[] = [];
    /** Senders whose session broke or that found nobody to talk to. */
    const turnedAway = new Set<number>();
    /** Messages after which people stop sending; not before Postfix was away and is back. */
    let goal = Infinity;

    async function open(): Promise<SmtpClient> {
      const client = await platform().stack.smtp();
      const { code } = await client.auth(ANN, 'secret-of-ann');
      if (code !== 235) throw new Error(`AUTH was answered ${code}`);
      return client;
    }

    /** One session of a client; it ends early when Postfix does. */
    async function session(): Promise<void> {
      const client = await open();
      try {
        for (let n = 0; n < MESSAGES_A_SESSION; n += 1) {
          const subject = `load ${attempted.length}`;
          attempted.push(subject);
          const { end } = await client.send({ from: ANN, to: ['friend@dest.test'], subject });
          const queueId = /^250 .*queued as (\S+)/.exec(end?.text ?? '')?.[1];
          if (queueId === undefined) throw new Error(`It was not taken: ${end?.text ?? 'refused'}`);
          accepted.set(subject, queueId);
        }
        await client.quit();
      } finally {
        client.close();
      }
    }

    async function keepSending(sender: number): Promise<void> {
      while (accepted.size < goal) {
        await session().catch(() => {
          turnedAway.add(sender);
          return pause(AWAY_MS);
        });
      }
    }

    const taken = (count: number) =>
      until(`${count} messages to be taken`, () => accepted.size >= count, PEER_TEST_MS / 2);

    async function connections(door: string): Promise<number> {
      const answer = await fetch(`http://127.0.0.1:${platform().stack.ports.api}/metrics`);
      const line = new RegExp(`^primum_connections\\{door="${door}"\\} (\\d+)$`, 'm');
      return Number(line.exec(await answer.text())?.[1]);
    }

    it('turns every sender away meanwhile, judges each taken message once, keeps no connection', async () => {
      const { stack, primum } = platform();
      // What an SMTP client is about when it is stopped may arrive twice (RFC 5321 section 6.1);
      // what happens before the queue is what is looked at here.
      await stack.postfix.set('defer_transports', 'smtp');
      const sending = Array.from({ length: SESSIONS }, (_, sender) => keepSending(sender));
      await taken(MESSAGES / 4);
      await stack.postfix.reload();
      await taken(MESSAGES / 2);
      turnedAway.clear();
      await stack.postfix.stop();
      await until('every sender to be turned away', () => turnedAway.size === SESSIONS);
      goal = Math.max(MESSAGES, accepted.size + MESSAGES / 4);
      await stack.postfix.start();
      await Promise.all(sending);

      await until('no connection of the milter', async () => (await connections('milter')) === 0);
      // The journal is written soon after the answer.
      const lines = await until('every accepted message in the journal', async () => {
        const all = await journalOf(primum.stateFolder);
        const known = new Set(submittedOf(all).map(({ queueId }) => queueId));
        return [...accepted.values()].every((queueId) => known.has(queueId)) ? all : undefined;
      });
      const judged = submittedOf(lines);
      for (const [subject, queueId] of accepted) {
        const events = judged.filter((line) => line.queueId === queueId);
        expect(events, subject).toHaveLength(1);
        const verdicts = lines.filter((line) => line.for === events[0]?.id);
        expect(verdicts, subject).toHaveLength(1);
      }
      const ids = judged.map(({ queueId }) => queueId);
      expect(new Set(ids).size).toBe(ids.length);

      await stack.postfix.set('defer_transports');
      await stack.postfix.tool('postqueue', '-f');
      await until('the queue to be empty', async () => (await stack.postfix.queue()).length === 0);
      const delivered = stack.sink.messages
        .filter(({ envelopeSender }) => envelopeSender === ANN)
        .map(({ text }) => /\nSubject: (load \d+)\n/.exec(text)?.[1] ?? '');
      expect(delivered).toHaveLength(new Set(delivered).size);
      expect([...accepted.keys()].filter((subject) => !delivered.includes(subject))).toEqual([]);
    });

    it('when Postfix is gone, neither door has a connection left', async () => {
      await platform().stack.postfix.stop();
      for (const door of ['milter', 'policy']) {
        await until(
          `no connection of the ${door} door`,
          async () => (await connections(door)) === 0,
        );
      }
      expect(await platform().primum.output()).not.toMatch(/could not judge|not understood/);
    });
  },
);
