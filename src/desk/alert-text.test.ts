import { expect, test } from 'vitest';
import type { IncidentRow } from '../store/records/contract.ts';
import { formatAlert, MAX_ITEMS } from './alert-text.ts';
import type { AlertItem } from './alert-text.ts';

function item(changes: Partial<IncidentRow> = {}): AlertItem {
  const at = '2026-03-01T10:00:00.000Z';
  const incident: IncidentRow = {
    id: 'i1',
    account: 'ann@example.org',
    cause: 'limit',
    practice: 'SND-1',
    state: 'open',
    openedAt: at,
    updatedAt: at,
    lastAt: at,
    summary: 'Too many.',
    count: 1,
    references: ['R1'],
    timeline: [],
    checklist: [],
    detail: '',
    alertedCount: 1,
    verdict: '',
    owner: '',
    accounts: [],
    ...changes,
  };
  return { incident, notices: [{ what: 'opened' }] };
}

test('what a client chose cannot add a line to the mail or its header', () => {
  const account = 'ann\r\nBcc: all@example.org\u2028\u202ex';
  const message = formatAlert([item({ account, summary: 'a\nb' })], {});
  expect(message.subject).toBe('[Primum] ann Bcc: all@example.org x: a b');
  expect(message.text.split('\n').filter((text) => text.startsWith('Bcc'))).toEqual([]);
});

test.each([
  [
    'what is long',
    'offers AUTH on port 25, where servers talk to servers: passwords are guessed there.',
  ],
  ['one long word', 'x'.repeat(200)],
])('a subject of %s is cut with a mark, and the mail has all of it', (_, words) => {
  const summary = `mx1.example.org: OWN-5 fails. ${words}`;
  const items = ['', 'ann@example.org'].map((account) => item({ account, summary }));
  for (const group of [[items[0]], [items[1]], [items[0], items[0]]]) {
    const { subject, text } = formatAlert(
      group.filter((one) => one !== undefined),
      {},
    );
    expect(subject.length).toBeLessThanOrEqual(78);
    expect(subject).toContain('...');
    expect(text).toContain(words);
  }
});

test('a subject is cut between words', () => {
  const summary = 'mx1.example.org: OWN-5 fails. It offers AUTH, on port 25 (and) after STARTTLS.';
  const { subject } = formatAlert([item({ account: '', summary })], {});
  expect(subject).toBe(
    '[Primum] mx1.example.org: OWN-5 fails. It offers AUTH, on port 25 (and)...',
  );
});

test('a message with very many accounts shows some and counts the rest', () => {
  const items = Array.from({ length: MAX_ITEMS + 9 }, (_, n) => item({ account: `a${n}` }));
  const message = formatAlert(items, {});
  expect(message.subject).toBe(`[Primum] ${MAX_ITEMS + 9} accounts: Too many.`);
  expect(message.text).toContain('And 9 more accounts');
  expect(message.data['incidents']).toHaveLength(MAX_ITEMS);
});

test('the message names the commands that show the incident and explain the decision', () => {
  expect(formatAlert([item()], {}).text).toContain(
    'Look:       "primum incidents i1" shows it; "primum explain R1" its newest decision.\n',
  );
  const none = formatAlert([item({ references: [] })], {});
  expect(none.text).toContain('Look:       "primum incidents i1" shows it.\n');
});

// prettier-ignore
test.each([
  ['password', true,  'until a login with a changed password is seen'],
  ['password', false, 'until somebody unlocks it or a program reports the changed password'],
  ['person',   true,  'until somebody unlocks it:'],
] as const)('a lock that waits for a %s, password seen %s: %s', (unlockOn, seesPassword, words) => {
  const at = '2026-03-01T10:00:00.000Z';
  const notice = { what: 'locked', at, by: 'ladder', why: 'x', unlockOn, seesPassword } as const;
  const text = formatAlert([{ ...item(), notices: [notice] }], {}).text;
  expect(text).toContain(words);
});

test('what was only observed is said to be so', () => {
  expect(formatAlert([item()], {}).text).toContain('Nothing; it was only observed.');
});
