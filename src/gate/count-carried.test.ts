/** How far a campaign reaches, from the journal: what carries it, what left, and only of its accounts. */
import { expect, test } from 'vitest';
import type { JournalLine } from '../store/journal.ts';
import { createMemoryJournal } from '../store/memory/journal.ts';
import { countCarried } from './count-carried.ts';

const NOW = Date.UTC(2026, 5, 10, 12);
const at = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();
const [ANN, BOB] = ['ann@example.org', 'bob@example.org'];

interface Sent {
  readonly account?: string;
  readonly subject?: string;
  readonly minutes?: number;
  readonly verdict?: 'pass' | 'hold' | 'reject';
  readonly enforced?: boolean;
  readonly recipientCount?: number;
}

let ids = 0;

function sent(given: Sent = {}): JournalLine[] {
  const { account = ANN, subject = 'lure', minutes = 5, verdict = 'pass', enforced = true } = given;
  ids += 1;
  const common = { id: `s${ids}`, at: at(minutes), account };
  const recipients = given.recipientCount === undefined ? ['a@x.test', 'b@x.test'] : [];
  return [
    {
      ...{ v: 1, kind: 'submission', ...common, clientAddress: '192.0.2.7' },
      ...{ envelopeSender: account, envelopeRecipients: recipients, message: { subject } },
      ...(given.recipientCount === undefined ? {} : { recipientCount: given.recipientCount }),
    },
    {
      ...{ kind: 'verdict', for: common.id, at: common.at, account, identity: account },
      ...{ context: '', verdict, enforced, rung: 'observe', score: 0, reasons: [] },
      reference: 'R',
    },
  ];
}

async function count(...messages: readonly JournalLine[][]) {
  const journal = createMemoryJournal();
  journal.append(...messages.flat());
  return countCarried(journal, {
    ...{ accounts: [ANN, BOB], since: at(60), until: at(0) },
    isOne: ({ message }) => message?.subject === 'lure',
  });
}

// prettier-ignore
const CASES: readonly (readonly [string, readonly Sent[], string])[] = [
  ['what was let go has left',                  [{}, { account: BOB }],                         '2 to 4, left 2 to 4'],
  ['what was held or refused has not',          [{ verdict: 'hold' }, { verdict: 'reject' }, {}], '3 to 6, left 1 to 2'],
  ['what was only observed has',                [{ verdict: 'hold', enforced: false }],         '1 to 2, left 1 to 2'],
  ['another message of the account is none',    [{ subject: 'Minutes' }, {}],                   '1 to 2, left 1 to 2'],
  ['the same of another account is none of it', [{ account: 'eve@example.org' }],               '0 to 0, left 0 to 0'],
  ['a login in capitals is the same account',   [{ account: 'ANN@example.org' }],               '1 to 2, left 1 to 2'],
  ['recipients that are only counted count',    [{ recipientCount: 180 }],                      '1 to 180, left 1 to 180'],
  ['what was before its time is none',          [{ minutes: 90 }, {}],                          '1 to 2, left 1 to 2'],
];

test.each(CASES)('%s', async (_, messages, expected) => {
  const { messages: all, recipients, left, isCut } = await count(...messages.map(sent));
  const words = `${all} to ${recipients}, left ${left.messages} to ${left.recipients}`;
  expect([words, isCut]).toEqual([expected, false]);
});

test('a line that came late or was dated wrong does not end the count', async () => {
  expect(await count(sent(), sent({ minutes: 900 }), sent())).toMatchObject({ messages: 2 });
});
