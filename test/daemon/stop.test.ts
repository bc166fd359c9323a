/** SIGTERM: what was answered is on disk, what is in flight is answered, and the outside can see it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../peers/run.ts';
import { PolicyClient } from './policy-client.ts';
import { Place, PROCESS_TEST_MS } from './program.ts';

const SENDERS = 8;
/** Messages answered before the signal comes. */
const ENOUGH = 400;

let place: Place;

beforeEach(() => {
  place = new Place();
  place.configure();
});

afterEach(() => place.remove());

async function status(url: string): Promise<number | undefined> {
  return fetch(url, { headers: { connection: 'close' } }).then(
    (response) => response.status,
    () => undefined,
  );
}

/** A question whose body is not there yet: the door waits for it, and a stop waits for the door. */
async function unfinishedQuestion(address: string): Promise<Socket> {
  const [host = '', port = ''] = address.split(':');
  const dovecot = createConnection({ host, port: Number(port) });
  dovecot.on('error', () => undefined);
  const head = `POST /?command=allow HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`;
  dovecot.write(`${head}content-length: 100\r\nexpect: 100-continue\r\n\r\n`);
  expect(String(await once(dovecot, 'data'))).toContain('100 Continue');
  return dovecot;
}

describe('SIGTERM', { timeout: PROCESS_TEST_MS }, () => {
  it('under load loses no answered message, in the journal or in what is known', async () => {
    const primum = await place.start();
    const answered = Array.from({ length: SENDERS }, () => new Set<string>());
    const asked = Array.from({ length: SENDERS }, () => 0);
    const senders = answered.map(async (recipients, sender) => {
      const postfix = await PolicyClient.open(primum.address('policy'));
      try {
        for (;;) {
          // Colleagues: strangers in such numbers would have to wait (SND-13).
          const recipient = `r${(asked[sender] = (asked[sender] ?? 0) + 1)}.${sender}@example.org`;
          await postfix.send(`ann${sender}@example.org`, recipient);
          recipients.add(recipient);
        }
      } catch {
        // The door hung up: this is the end of the load.
      }
    });
    const count = (): number => answered.reduce((sum, { size }) => sum + size, 0);
    await until('load', () => count() >= ENOUGH, PROCESS_TEST_MS);
    primum.signal('SIGTERM');
    expect(await primum.ended).toBe(0);
    await Promise.all(senders);
    expect(primum.said('stopped')).toHaveLength(1);

    const journal = await place.journal();
    const judged = new Set(journal.filter((l) => l['kind'] === 'verdict').map((l) => l['for']));
    const written = new Set(
      journal
        .filter((line) => line['kind'] === 'submission' && judged.has(line['id']))
        .flatMap((line) => line['envelopeRecipients'] as string[]),
    );
    const lost = answered.flatMap((all) => [...all].filter((recipient) => !written.has(recipient)));
    expect(lost).toEqual([]);

    const client = await (await place.start()).client();
    for (const [sender, recipients] of answered.entries()) {
      const { report } = await client.account(`ann${sender}@example.org`);
      const messages = report?.identities[0]?.messages ?? 0;
      expect(messages).toBeGreaterThanOrEqual(recipients.size);
      expect(messages).toBeLessThanOrEqual(asked[sender] ?? 0);
    }
  });

  it('is not ready while it finishes what is in flight', async () => {
    const primum = await place.start();
    const readyz = `http://${primum.address('api')}/readyz`;
    expect(await status(readyz)).toBe(200);
    const dovecot = await unfinishedQuestion(primum.address('auth-policy'));
    primum.signal('SIGTERM');
    await until('a load balancer to see it', async () => (await status(readyz)) === 503);
    dovecot.destroy();
    expect(await primum.ended).toBe(0);
    expect(await status(readyz)).toBeUndefined();
  });

  it('in the middle of the start ends in good order too', async () => {
    const primum = place.launch();
    await until('the first door', () => primum.said('door-open').length > 0, PROCESS_TEST_MS);
    primum.signal('SIGHUP');
    primum.signal('SIGTERM');
    expect(await primum.ended).toBe(0);
    expect(primum.said('stopped')).toHaveLength(1);
  });

  it('lets the next start wait for it: a restart finds the folder free', async () => {
    const first = await place.start();
    const dovecot = await unfinishedQuestion(first.address('auth-policy'));
    first.signal('SIGTERM');
    await until('its stop', () => existsSync(join(place.state, 'primum.stopping')));
    // A slow stop: what it answers takes as long as its peers take.
    first.signal('SIGSTOP');
    dovecot.destroy();
    const second = place.launch();
    const waits = 'Another primum that uses the state folder is stopping: waiting for its end.';
    await until(
      'the second to wait',
      () => second.said('note').some(({ msg }) => msg === waits),
      PROCESS_TEST_MS,
    );
    first.signal('SIGCONT');
    expect(await first.ended).toBe(0);
    await until('the second', () => second.said('started').length > 0, PROCESS_TEST_MS);
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
