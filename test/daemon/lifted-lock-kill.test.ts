/** kill -9 as soon as a changed password has lifted a lock: the owner who was answered stays let in. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from './program.ts';

const ROUNDS = 5;

let place: Place;

beforeEach(() => {
  place = new Place();
  place.configure({ policy: { mode: 'enforce' } });
});

afterEach(() => place.remove());

/** As Dovecot asks: before authentication, and after it with its outcome. */
async function ask(
  primum: RunningPrimum,
  command: 'allow' | 'report',
  who: { readonly login: string; readonly pwhash: string },
) {
  const response = await fetch(`http://${primum.address('auth-policy')}/?command=${command}`, {
    method: 'POST',
    body: JSON.stringify({
      ...who,
      remote: '192.0.2.7',
      protocol: 'imap',
      tls: true,
      ...(command === 'report' && { success: true }),
    }),
  });
  return (await response.json()) as { status: unknown; msg?: string };
}

it(
  `ACC-12: a lock that a changed password lifted stays lifted, ${ROUNDS} times`,
  { timeout: PROCESS_TEST_MS * 2 },
  async () => {
    let primum = await place.start();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const login = `ann${round}@example.org`;
      const old = { login, pwhash: 'a000' };
      const changed = { login, pwhash: 'b000' };
      const client = await primum.client();
      await ask(primum, 'report', old);
      await client.lock(login, { by: 'olga', why: 'phished', unlockOn: 'password' });
      expect((await ask(primum, 'allow', old)).status).toBe(-1);
      expect((await ask(primum, 'allow', changed)).status).toBe(0);
      await ask(primum, 'report', changed);
      // The answer has just come: nothing is waited for.
      primum.signal('SIGKILL');
      expect(await primum.ended).toBeNull();
      primum = await place.start();
      expect((await (await primum.client()).locks()).locks).toEqual([]);
      expect((await ask(primum, 'allow', changed)).status).toBe(0);
    }
    primum.signal('SIGTERM');
    await primum.ended;
  },
);
