/** FWD-2: the log tells what became of mail from outside that goes on to others, and of no other. */
import { describe, expect, it } from 'vitest';
import type { PrimumEvent } from '../core/event.ts';
import { MailLogReader } from '../protocol/mail-log.ts';
import { MailLogJoin } from './join.ts';

const NOT_AFTER = Date.parse('2026-12-20T08:00:00Z');
const SRS = 'SRS0=aaaaaaaa=jr0123456789=out.example=ann@fwd.example';

const WAITS = 'dsn=4.4.1, status=deferred (timed out)';

interface Said {
  readonly from: string;
  readonly client?: string;
  readonly to: string;
  readonly program?: string;
  readonly status?: string;
  readonly gaveUp?: string;
}

function events({ from, client = 'mx.out.example[192.0.2.7]', ...said }: Said): PrimumEvent[] {
  const {
    to,
    program = 'smtp',
    gaveUp,
    status = 'dsn=5.1.1, status=bounced (said: 550 5.1.1 gone)',
  } = said;
  const stamp = 'Nov 20 08:00:00 mail postfix';
  const lines = [
    `${stamp}/smtpd[1]: 4jWSqn5nsKzJfb0: client=${client}`,
    `${stamp}/cleanup[1]: 4jWSqn5nsKzJfb0: message-id=<m@out.example>`,
    `${stamp}/qmgr[1]: 4jWSqn5nsKzJfb0: from=<${from}>, size=900, nrcpt=1 (queue active)`,
    `${stamp}/${program}[1]: 4jWSqn5nsKzJfb0: ${to}, relay=x[192.0.2.9]:25, delay=1, delays=0/0/0/1, ${status}`,
    ...(gaveUp === undefined ? [] : [`${stamp}/qmgr[1]: 4jWSqn5nsKzJfb0: ${gaveUp}`]),
    `${stamp}/qmgr[1]: 4jWSqn5nsKzJfb0: removed`,
  ];
  const found: PrimumEvent[] = [];
  const options = { waitMs: 60_000, logins: false };
  const join = new MailLogJoin(options, (event) => void found.push(event));
  const reader = new MailLogReader({ notAfterMs: NOT_AFTER });
  for (const line of lines) {
    const read = reader.read(line);
    if (typeof read !== 'string') join.take(read, line);
  }
  join.end();
  return found;
}

describe('mail from outside', () => {
  it.each(['localhost[127.0.0.1]', 'dovecot.example[192.0.2.20]'])(
    'that a redirect sent on from %s is told by the sender of a forward',
    (client) => {
      expect(events({ from: SRS, client, to: 'to=<bob@far.example>' })).toMatchObject([
        { kind: 'delivery', queueId: '4jWSqn5nsKzJfb0', recipient: 'bob@far.example' },
      ]);
    },
  );

  it('that an alias led elsewhere is told with the address before it', () => {
    const to = 'to=<bob@far.example>, orig_to=<sales@own.example>';
    expect(events({ from: 'ann@out.example', to })).toMatchObject([
      { recipient: 'bob@far.example', expandedFrom: 'sales@own.example', result: 'bounced' },
    ]);
  });

  it.each([
    ['that is relayed to another host as it came', { to: 'to=<bob@own.example>' }],
    ['that has to wait', { to: 'to=<a@far.example>, orig_to=<b@own.example>', status: WAITS }],
    ['that is a bounce', { from: '', to: 'to=<a@out.example>, orig_to=<SRS0=x@fwd.example>' }],
    [
      'of a filter on this host',
      { client: 'localhost[127.0.0.1]', to: 'to=<a@x.example>, orig_to=<b@own.example>' },
    ],
  ])('%s is not told', (_, said) => {
    expect(events({ from: 'ann@out.example', ...said })).toEqual([]);
  });

  it('that Postfix gives up on is told when it says so', () => {
    const to = 'to=<bob@far.example>';
    const gaveUp = `from=<${SRS}>, status=expired, returned to sender`;
    expect(events({ from: SRS, to, status: WAITS, gaveUp })).toMatchObject([
      { recipient: 'bob@far.example', result: 'expired' },
    ]);
  });
});
