/** `primum connect --check`: whether the running daemon is asked, and lately. */
import { describe, expect, it } from 'vitest';
import { doorFact } from '../../src/cli/commands/connect.ts';

describe('whether a door was asked lately', () => {
  const now = Date.parse('2026-11-28T12:00:00.000Z');
  const addresses = ['127.0.0.1:10040'];

  it.each<[string | undefined, boolean, string]>([
    ['2026-11-28T11:59:30.000Z', true, 'was asked about submissions 30 s ago.'],
    ['2026-11-28T10:00:00.000Z', false, 'about submissions 2 h ago: send a message'],
    [undefined, false, 'was not asked about submissions since the daemon started: send a message'],
  ])('last asked at %s', (lastAskedAt, isSo, text) => {
    const door = { name: 'policy', addresses, ...(lastAskedAt && { lastAskedAt }) };
    const fact = doorFact({ name: 'policy', isOutside: false }, [door], now);
    expect(fact.isSo).toBe(isSo);
    expect(fact.text).toContain(text);
  });

  it('about submissions is not known by who brings mail from outside, nor the other way round', () => {
    const asked = '2026-11-28T11:59:30.000Z';
    const outside = { name: 'policy', addresses, lastInboundAt: asked };
    const own = { name: 'policy', addresses, lastAskedAt: asked };
    const factOf = (isOutside: boolean, door: typeof outside | typeof own) =>
      doorFact({ name: 'policy', isOutside }, [door], now);
    expect([factOf(true, outside).isSo, factOf(false, outside).isSo]).toEqual([true, false]);
    expect([factOf(true, own).isSo, factOf(false, own).isSo]).toEqual([false, true]);
    expect(factOf(true, own).text).toContain('not asked about mail from outside');
  });

  it.each<[string, string, boolean, string]>([
    ['11:58:43', '11:30:00', true, 'was asked about logins 77 s ago.'],
    [
      '11:58:43',
      '11:59:00',
      false,
      'logins 77 s ago, before the configuration of the one who asks',
    ],
    ['11:40:00', '11:30:00', false, 'was asked about logins 20 min ago: log in'],
  ])('about logins at %s, with a configuration of %s', (asked, changed, isSo, text) => {
    const door = { name: 'auth-policy', addresses, lastAskedAt: `2026-11-28T${asked}.000Z` };
    const changedAt = `2026-11-28T${changed}.000Z`;
    const fact = doorFact({ name: 'auth-policy', isOutside: false, changedAt }, [door], now);
    expect(fact.isSo).toBe(isSo);
    expect(fact.text).toContain(text);
  });

  it.each<['credential' | 'scope' | 'network', string]>([
    ['credential', 'refused the password of the one who asks (HTTP 401)'],
    ['scope', 'may not ask this. Give it the scopes allow and report'],
    ['network', 'doors.auth_policy.acl does not hold it'],
  ])(
    'is told where the door turns the one who asks away for his %s, with what to do',
    (why, text) => {
      const factOf = (at: string, asked?: string) => {
        const lastTurnedAway = { at: `2026-11-28T${at}.000Z`, why };
        const lastAskedAt = asked && `2026-11-28T${asked}.000Z`;
        const door = {
          name: 'auth-policy',
          addresses,
          lastTurnedAway,
          ...(lastAskedAt && { lastAskedAt }),
        };
        return doorFact({ name: 'auth-policy', isOutside: false }, [door], now);
      };
      const fact = factOf('11:59:50');
      expect(fact.isSo).toBe(false);
      expect(fact.text).toMatch(/^The auth-policy door, 10 s ago, refused the /);
      expect(fact.text).toContain(text);
      expect(factOf('11:59:50', '11:59:40').text).toContain(text);
      // Whoever was let in since then has it right.
      expect(factOf('11:59:40', '11:59:50').isSo).toBe(true);
    },
  );

  it('is no question where the door is closed', () => {
    expect(doorFact({ name: 'milter', isOutside: false }, [], now)).toEqual({
      isSo: false,
      text: 'The milter door of the running daemon is closed.',
    });
  });
});
