/** INB-3: what Postfix's settings say of unknown recipients. */
import { describe, expect, it } from 'vitest';
import { judgeSettings } from './recipient-maps.ts';

const GOOD = {
  smtpd_reject_unlisted_recipient: 'yes',
  mydestination: 'mx1.example.org',
  local_recipient_maps: 'proxy:unix:passwd.byname hash:/etc/aliases',
  virtual_mailbox_domains: 'example.org',
  virtual_mailbox_maps: 'hash:/etc/postfix/mailboxes',
  unknown_local_recipient_reject_code: '550',
};

function judge(changes: Record<string, string> = {}) {
  const lines = Object.entries({ ...GOOD, ...changes }).map(
    ([name, value]) => `${name} = ${value}`,
  );
  const [note, ...more] = judgeSettings(lines.join('\n'));
  return { state: note?.state, text: note?.text ?? '', more: more.length };
}

describe('INB-3: unknown recipients', () => {
  it('are refused by a Postfix that knows its recipients', () => {
    expect(judge().state).toBe('pass');
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['no check at all', { smtpd_reject_unlisted_recipient: 'no' }, 'fail', 'does not check'],
    ['no local recipients', { local_recipient_maps: '' }, 'fail', 'its local domains'],
    ['no list for relayed domains', { relay_domains: 'a.test' }, 'fail', 'its relay domains'],
    ['no mailboxes', { virtual_mailbox_maps: '' }, 'fail', 'its virtual mailbox domains'],
    ['a mailbox for all unknown', { luser_relay: 'spam@a.test' }, 'fail', 'luser_relay'],
    ['a 4xx', { unknown_local_recipient_reject_code: '450' }, 'warn', 'answered 450'],
    ['soft bounces', { soft_bounce: 'yes' }, 'warn', 'soft_bounce'],
    ['a filter behind the queue', { content_filter: 'smtp:[127.0.0.1]:10024' }, 'warn', 'after'],
  ])('may be taken: %s', (_, changes, state, text) => {
    const found = judge(changes);
    expect(found).toMatchObject({ state, more: 0 });
    expect(found.text).toContain(text);
  });

  it('are asked for at the next host where Postfix is told so', () => {
    const asks = 'permit_mynetworks, reject_unauth_destination, reject_unverified_recipient';
    expect(judge({ relay_domains: 'a.test', smtpd_recipient_restrictions: asks }).state).toBe(
      'pass',
    );
  });

  it('are not judged without a Postfix', () => {
    expect(judgeSettings('')[0]?.state).toBe('not-applicable');
  });
});
