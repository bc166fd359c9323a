/** INB-3: what Postfix's settings say of unknown recipients. */
import { describe, expect, it } from 'vitest';
import { planOf, hostAt } from '../../../test/watch/plan.ts';
import { judgeSettings } from '../recipient-settings.ts';
import { MAX_SERVICES, servicesIn } from '../postconf.ts';
import { viewsOf } from './recipient-maps.ts';

const GOOD = {
  smtpd_reject_unlisted_recipient: 'yes',
  mydestination: 'mx1.example.org',
  local_recipient_maps: 'proxy:unix:passwd.byname hash:/etc/aliases',
  virtual_mailbox_domains: 'example.org',
  virtual_mailbox_maps: 'hash:/etc/postfix/mailboxes',
  unknown_local_recipient_reject_code: '550',
};

function judge(changes: Record<string, string> = {}) {
  const settings: Readonly<Record<string, string>> = { ...GOOD, ...changes };
  const { notes, isAsked } = judgeSettings((name) => settings[name] ?? '');
  const [note, ...more] = notes;
  return { state: note?.state, text: note?.text ?? '', more: more.length, isAsked };
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

  it.each([
    ['not at all', {}, 'fail', 'does not check recipients'],
    ['by a restriction at RCPT', { recipient: 'reject_unlisted_recipient' }, 'pass', 'refuses'],
    ['by one before, which waits for RCPT', { client: 'reject_unlisted_recipient' }, 'pass', ''],
    [
      'by one before, which does not wait',
      { client: 'reject_unlisted_recipient', delay: 'no' },
      'fail',
      'smtpd_client_restrictions does nothing there, as smtpd_delay_reject is no',
    ],
    [
      'by one behind a permit',
      { recipient: 'permit_mynetworks, permit, reject_unlisted_recipient' },
      'fail',
      '',
    ],
    ['by one that warns', { recipient: 'warn_if_reject reject_unlisted_recipient' }, 'fail', ''],
  ])(
    'are checked %s where smtpd_reject_unlisted_recipient is no',
    (_, { recipient = '', client = '', delay = 'yes' }: Record<string, string>, state, text) => {
      const found = judge({
        ...{ smtpd_reject_unlisted_recipient: 'no', smtpd_delay_reject: delay },
        ...{ smtpd_recipient_restrictions: recipient, smtpd_client_restrictions: client },
      });
      expect(found.state).toBe(state);
      expect(found.text).toContain(text);
      expect(found.isAsked).toBe(state === 'pass');
    },
  );
});

describe('INB-3: what a service of master.cf has of its own', () => {
  const main = new Map(Object.entries(GOOD));
  const off = 'smtpd_reject_unlisted_recipient = no';
  const LINES = ['smtp inet n - n - - smtpd', 'submission inet n - n - - smtpd'];
  const look = (lines: readonly string[], own: string, port = 25) => {
    const plan = planOf({ hosts: [hostAt(port)] });
    return viewsOf(main, servicesIn(lines.join('\n'), own), plan).map(({ where, value }) => [
      where,
      judgeSettings(value).notes[0]?.state,
    ]);
  };

  it('counts at port 25 and behind postscreen, and not at submission', () => {
    expect(look(LINES, `submission/inet/${off}`)).toEqual([['', 'pass']]);
    expect(look(LINES, `smtp/inet/${off}`)).toEqual([
      ['Service smtp (inet) in master.cf: ', 'fail'],
    ]);
    const behind = ['smtp inet n - n - 1 postscreen', 'smtpd pass - - n - - smtpd'];
    expect(look(behind, `smtpd/pass/${off}`)).toEqual([
      ['Service smtpd (pass) in master.cf: ', 'fail'],
    ]);
  });

  it('counts where the watched host takes mail from others', () => {
    const lines = ['192.0.2.1:2525 inet n - n - - smtpd', ...LINES];
    expect(look(lines, `192.0.2.1:2525/inet/${off}`, 2525)).toEqual([
      ['', 'pass'],
      ['Service 192.0.2.1:2525 (inet) in master.cf: ', 'fail'],
    ]);
  });

  it('is read of so many services', () => {
    const lines = Array.from({ length: MAX_SERVICES + 1 }, (_, at) => `s${at} unix - - n - - smtp`);
    expect(servicesIn(lines.join('\n'), '')).toHaveLength(MAX_SERVICES);
  });

  it('is not asked where no service takes mail from others', () => {
    expect(look([], '')).toEqual([['', 'pass']]);
  });
});
