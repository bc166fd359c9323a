/** What a sender with a reference reads: what became of his message, why in a word, what he can do. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { TOLD_SIGNALS } from '../../src/core/client-text.ts';
import type { Explanation } from '../../src/core/report.ts';
import type { ApiParts } from '../../src/doors/api/contract.ts';
import { mailBody, REASONS } from '../../src/doors/api/public/answers.ts';
import { EXPLANATION } from './api-fixture.ts';
import { openDeskFixture, PAGES } from './desk-fixture.ts';

const REFERENCE = EXPLANATION.verdict.reference;
const LANGUAGES = Object.entries(PAGES.texts);

/** As the page has it for a decision of this kind, and a held message in this state. */
async function told(
  verdict: Explanation['verdict']['verdict'],
  signal: string,
  state?: string,
): Promise<string> {
  const reasons = [{ signal, weight: 0, text: 'with figures: 42' }];
  const found = { verdict: { ...EXPLANATION.verdict, verdict, reasons, enforced: true } };
  const parts = {
    inspector: { explain: () => Promise.resolve(found) },
    desk: { holds: { get: () => Promise.resolve(state === undefined ? undefined : { state }) } },
  } as unknown as ApiParts;
  const place = { texts: PAGES.texts['en'] ?? {}, path: '/mail', language: 'en' };
  const page = await mailBody(parts, place as never, { reference: REFERENCE, typed: REFERENCE });
  return page.text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

test.each(LANGUAGES)('%s: what a client is told of has a reason on the page', (_, texts) => {
  for (const signal of TOLD_SIGNALS)
    expect(texts).toHaveProperty(`reason_${REASONS[signal] ?? ''}`);
});

test.each([
  ['relay-without-auth', 'without logging in', 'Switch on the login'],
  ['account-locked', 'The account is locked', 'Ask us to unlock it'],
  ['cleartext', 'without encryption', 'Switch on TLS'],
  ['conformance', 'does not follow the rules', 'Update the program'],
  ['suppressed', 'does not take mail from you', 'Check the address'],
  ['profile', 'very unlike what this account usually sends', 'write to us and name the reference'],
])('a refusal for %s is explained, with what to do, without figures', async (...row) => {
  const [signal, why, todo] = row;
  const page = await told('reject', signal);
  expect(page).toContain('The message was refused and not sent on.');
  expect(page).toContain(why);
  expect(page).toContain(todo);
  expect(page).not.toContain('42');
});

test.each([
  ['held', 'The message waits.'],
  [
    'released',
    'was looked at, and was sent on. The same text came from several accounts. There is nothing',
  ],
  ['returned', 'It was returned to its sender'],
  ['deleted', 'because it was harmful'],
  ['gone', 'was then taken out of the queue by hand. Ask us what became of it'],
])('a held message that is %s is told as that', async (state, says) => {
  expect(await told('hold', 'campaign', state)).toContain(says);
});

describe('a reporter', () => {
  let api: Awaited<ReturnType<typeof openDeskFixture>>;
  beforeEach(async () => {
    api = await openDeskFixture();
  });
  afterEach(() => api.close());

  it('reads answers, and never a note of the desk, however it begins', async () => {
    const row = await api.desk.cases.open({
      ...{ source: 'web', category: 'spam', subject: 's', text: 't', by: 'public form' },
    });
    const say = (kind: 'note' | 'answer', text: string) =>
      api.desk.cases.step(row.id, 'olga', { kind, text });
    await say('note', 'Answered: by telephone; customer 4711');
    await say('answer', 'The account was locked.');
    const page = await (await fetch(`${api.baseUrl}/case?reference=${row.reference}`)).text();
    expect(page).toContain('<blockquote>The account was locked.</blockquote>');
    expect(page).not.toMatch(/4711|Answered/);
  });
});
