/** What a sender with a reference reads: what became of his message, why in a word, what he can do. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { TOLD_SIGNALS } from '../../src/core/client-text.ts';
import type { Explanation } from '../../src/core/report.ts';
import type { ApiParts } from '../../src/doors/api/contract.ts';
import { findDecision } from '../../src/doors/api/find-decision.ts';
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
    desk: { holds: { get: () => Promise.resolve(state && { state, reference: REFERENCE }) } },
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

const words = (page: { readonly text: string }): string =>
  page.text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const placeOf = (texts: Readonly<Record<string, string>>) =>
  ({ texts, path: '/mail', language: 'en' }) as never;
const ASKED = { reference: REFERENCE, typed: REFERENCE };

describe.each(LANGUAGES)('%s: a login', (language, texts) => {
  const SAYS: Readonly<Record<string, readonly [string, string, string]>> = {
    en: ['It was refused.', 'It failed:', 'It was let in.'],
    de: ['Sie wurde abgewiesen.', 'Sie schlug fehl:', 'Sie wurde zugelassen.'],
  };

  it.each([
    ['reject', false, 0],
    ['reject', true, 0],
    ['pass', false, 1],
    ['pass', true, 2],
  ] as const)('answered %s, right %s, is told as a login and no message', async (...row) => {
    const [verdict, ok, says] = row;
    const login = {
      ...{ v: 1, kind: 'login', id: 'l1', at: EXPLANATION.verdict.at, account: 'ann', ok },
      ...{ service: 'imap', clientAddress: '192.0.2.7' },
    };
    const reasons = [{ signal: 'source-shut-out', weight: 0, text: 'figures: 42' }];
    const found = {
      verdict: { ...EXPLANATION.verdict, verdict, reasons, enforced: true },
      event: login,
    };
    const parts = { inspector: { explain: () => Promise.resolve(found) } } as unknown as ApiParts;
    const page = words(await mailBody(parts, placeOf(texts), ASKED)).split(texts['show'] ?? '')[0];
    const body = page?.replace(texts['mail_intro'] ?? '', '');
    expect(body).toContain(SAYS[language]?.[says]);
    expect(body).not.toMatch(/message|Nachricht|42/);
  });
});

it('ACC-11: a message held because its account is locked is found by its reference', async () => {
  const held = {
    ...{ id: 'h1', cause: 'containment', reference: REFERENCE, at: EXPLANATION.verdict.at },
    ...{ account: 'ann@example.org', identity: '', context: '', submission: '', state: 'held' },
    reasons: [{ text: 'The account is locked, and this message still waited in the queue.' }],
  };
  const parts = {
    inspector: { explain: () => Promise.resolve(undefined) },
    desk: { holds: { get: () => Promise.resolve(held) } },
  } as unknown as ApiParts;
  const page = words(await mailBody(parts, placeOf(PAGES.texts['en'] ?? {}), ASKED));
  expect(page).toContain('The message waits.');
  expect(page).toContain('The account is locked because somebody else may be using it.');
  expect((await findDecision(parts, REFERENCE))?.verdict).toMatchObject({
    ...{ verdict: 'hold', enforced: true, account: 'ann@example.org', reference: REFERENCE },
  });
  expect(await findDecision(parts, held.id)).toBeUndefined();
});

test.each([
  ['held', 'The message waits.', 'If you did not send it'],
  ['released', 'was sent on', 'There is nothing'],
  ['gone', 'taken out of the queue by hand', 'If you did not send it'],
])(
  'a message found in the hold queue that is %s has its page, without a reason',
  async (...row) => {
    const [state, what, todo] = row;
    const held = {
      id: 'h1',
      cause: 'found',
      reference: REFERENCE,
      at: EXPLANATION.verdict.at,
      state,
    };
    const parts = {
      inspector: { explain: () => Promise.resolve(undefined) },
      desk: { holds: { get: () => Promise.resolve(held) } },
    } as unknown as ApiParts;
    for (const [language, texts] of LANGUAGES) {
      const page = words(await mailBody(parts, placeOf(texts), ASKED));
      expect(page).toContain(texts['reason_forgotten']);
      if (language !== 'en') continue;
      expect(page).toContain(what);
      expect(page).toContain(todo);
    }
    // Its id is for the desk.
    const byId = { reference: 'H1', typed: 'h1' };
    const page = words(await mailBody(parts, placeOf(PAGES.texts['en'] ?? {}), byId));
    expect(page).toContain('There is no decision with this reference.');
  },
);
