/** What is in a message, judged through the real gate. */
import { describe, expect, it } from 'vitest';
import { derivedFrom } from '../../test/derived.ts';
import { createPlatform, policyWith } from '../../test/platform.ts';
import { clientText } from './client-text.ts';
import type { MessageFacts } from './event.ts';
import { CONFORMANCE_FAULTS, type DerivedMessage, type ScanFinding } from './message/derived.ts';
import { formatFingerprint, mergeMinima } from './message/fingerprint.ts';
import type { ContentRules } from './policy.ts';

const ANN = 'ann@example.org';
const OFFER =
  'We offer you a private loan at three percent without any check of your income or your debts, paid ' +
  'to your bank within two days if you write to our officer.';
const shipped = policyWith({}).content;

function platform(content: Partial<ContentRules> = {}, accounts: readonly string[] = [ANN]) {
  return createPlatform({
    policy: { content: { ...shipped, ...content } },
    accounts: accounts.map((account) => ({ account })),
  });
}

const facts = (derived: Partial<DerivedMessage>, more: Partial<MessageFacts> = {}) => ({
  message: { headerFrom: ANN, ...more, derived: { version: 1, sizeBytes: 1_000, ...derived } },
});
const scan = (result: ScanFinding['result'], name?: string, scanner = 'clamd') => ({
  scans: [{ scanner, result, ...(name !== undefined && { name }) }],
});
const tooLarge = (result: ScanFinding['result']) => ({
  scans: [{ scanner: 'clamd', result, tooLarge: true as const }],
});
const attached = (extension: string, declaredType = '', trueType = '', encrypted = false) => ({
  attachments: [
    {
      extension,
      declaredType,
      trueType,
      sizeBytes: 10,
      sha256: '',
      ...(encrypted && { encrypted: true as const }),
    },
  ],
});

describe('rules on content', () => {
  const all = Object.fromEntries(CONFORMANCE_FAULTS.map((name) => [name, 'observe']));
  const observed = { conformance: all as ContentRules['conformance'] };
  const refused = { ...shipped.conformance, 'missing-date': 'refuse', 'long-line': 'off' } as const;
  /** practice, because, what is derived, settings, verdict, part of the first reason or none. */
  // prettier-ignore
  const TABLE: readonly (readonly [
    string,
    string,
    Partial<DerivedMessage>,
    Partial<ContentRules>,
    string,
    string | undefined,
  ])[] = [
    ['CON-1', 'a virus is refused with its name', scan('infected', 'Eicar-Test'), {}, 'reject', 'clamd found Eicar-Test'],
    ['CON-1', 'or held', scan('infected', 'Eicar-Test'), { virus: { action: 'hold', unknown: 'pass' } }, 'hold', 'Eicar-Test'],
    ['CON-1', 'or only watched', scan('infected', 'Eicar-Test'), { virus: { action: 'observe', unknown: 'pass' } }, 'pass', 'Eicar-Test'],
    ['CON-1', 'or not looked at', scan('infected', 'Eicar-Test'), { virus: { action: 'off', unknown: 'pass' } }, 'pass', undefined],
    ['CON-1', 'clean is clean', scan('clean'), {}, 'pass', undefined],
    ['CON-1', 'a scanner that is away lets mail pass', scan('unknown'), {}, 'pass', undefined],
    ['CON-1', 'unless the operator would rather wait', scan('unknown', 'time-out'), { virus: { action: 'reject', unknown: 'defer' } }, 'defer', 'gave no answer (time-out)'],
    ['CON-1', 'a spam filter that is away says nothing of viruses', scan('unknown', undefined, 'rspamd'), { virus: { action: 'reject', unknown: 'defer' } }, 'pass', undefined],
    ['CON-8', 'the own password is held', { ownPassword: true }, {}, 'hold', 'own password'],
    ['CON-8', 'or refused', { ownPassword: true }, { ownPassword: 'reject' }, 'reject', 'own password'],
    ['CON-8', 'or not looked at', { ownPassword: true }, { ownPassword: 'off' }, 'pass', undefined],
    ['CON-2', 'a program is evidence only', attached('exe'), {}, 'pass', '.exe, a program'],
    ['CON-2', 'unless it is not let out', attached('exe'), { attachments: { action: 'reject', kinds: ['executable'] } }, 'reject', 'not let out: .exe, a program'],
    ['CON-2', 'not what could not be seen', { malformed: ['too-many-parts'] }, { attachments: { action: 'reject', kinds: [] } }, 'reject', 'not be looked at whole: it has too many parts'],
    ['CON-2', 'nor a message that is wrapped up unclearly', { malformed: ['message-not-decoded'] }, { attachments: { action: 'reject', kinds: [] } }, 'reject', 'the transfer encoding of a message in it is broken'],
    ['CON-2', 'nor parts that may be wrapped up', { malformed: ['encoded-multipart'] }, { listedHosts: 'reject' }, 'reject', 'its parts are written in a transfer encoding'],
    ['CON-2', 'one that was unwrapped was seen', { malformed: ['encoded-message'] }, { attachments: { action: 'reject', kinds: [] }, listedHosts: 'reject' }, 'pass', 'written in a transfer encoding, which none may be'],
    ['CON-2', 'the stricter rule on it acts', { malformed: ['too-deep'] }, { attachments: { action: 'hold', kinds: [] }, listedHosts: 'reject' }, 'reject', 'the rule on links'],
    ['CON-2', 'attachments hide nothing from the rule on links', { malformed: ['too-many-attachments'] }, { listedHosts: 'reject' }, 'pass', 'malformed (too-many-attachments)'],
    ['CON-2', 'watched, it is recorded', { malformed: ['html-too-long'] }, { listedHosts: 'observe' }, 'pass', 'its HTML is too long'],
    ['CON-2', 'without a rule it is evidence', { malformed: ['too-many-parts'] }, {}, 'pass', 'malformed (too-many-parts)'],
    ['CON-1', 'what was scanned in part is not clean', tooLarge('clean'), { virus: { action: 'reject', unknown: 'defer' } }, 'reject', 'larger than the virus scanner clamd takes'],
    ['CON-1', 'nor is it told to come again, as it will be as large', tooLarge('unknown'), { virus: { action: 'hold', unknown: 'defer' } }, 'hold', 'larger than the virus scanner clamd takes'],
    ['CON-1', 'where mail is to flow it does', tooLarge('clean'), {}, 'pass', undefined],
    ['CON-1', 'what could not be scanned is not held', { ...scan('unknown'), ownPassword: true }, { virus: { action: 'reject', unknown: 'defer' } }, 'defer', 'gave no answer'],
    ['CON-8', 'a refusal needs no scan', { ...scan('unknown'), ownPassword: true }, { virus: { action: 'reject', unknown: 'defer' }, ownPassword: 'reject' }, 'reject', 'own password'],
    ['CON-2', 'our own slowness is none of its faults', { malformed: ['reader-late'] }, { attachments: { action: 'reject', kinds: [] } }, 'defer', 'reading it took too long'],
    ['CON-2', 'nor is what our reader dies of', { malformed: ['reader-failed'] }, { listedHosts: 'hold' }, 'defer', 'what read it broke off'],
    ['CON-2', 'a body cut short hides what is in the rest', { malformed: ['body-cut'] }, { listedHosts: 'hold' }, 'hold', 'too large to be read to its end'],
    ['CON-2', 'our own lack of room is none of its faults', { malformed: ['reader-busy'] }, { attachments: { action: 'reject', kinds: [] } }, 'defer', 'could not be read now'],
    ['CON-2', 'another kind is let out', attached('html'), { attachments: { action: 'reject', kinds: ['executable'] } }, 'pass', '.html, a web page'],
    ['CON-2', 'a program under another name', attached('txt', 'text/plain', 'application/x-msdownload'), { attachments: { action: 'hold', kinds: ['executable'] } }, 'hold', '.txt, a program'],
    ['CON-2', 'an archive nobody can scan', attached('zip', '', '', true), { attachments: { action: 'hold', kinds: ['encrypted'] } }, 'hold', 'password'],
    ['CON-2', 'a picture that is none', attached('png', 'image/png', 'application/zip'), { attachments: { action: 'hold', kinds: ['disguised'] } }, 'hold', 'declared image/png, truly application/zip'],
    ['CON-2', 'a document is a document', attached('docx', 'application/msword', 'application/zip'), { attachments: { action: 'hold', kinds: ['disguised'] } }, 'pass', undefined],
    ['CON-2', 'a listed host is evidence', { listedHosts: [{ host: 'bad.test', list: 'dbl' }] }, {}, 'pass', 'bad.test (on dbl)'],
    ['CON-2', 'or refused', { listedHosts: [{ host: 'bad.test', list: 'dbl' }] }, { listedHosts: 'reject' }, 'reject', 'bad.test, which is on the list dbl'],
    ['CON-7', 'a fault is recorded', { conformance: ['missing-message-id'] }, observed, 'pass', 'no Message-ID'],
    ['CON-7', 'what the door mends is none', { conformance: ['missing-message-id'] }, {}, 'pass', undefined],
    ['CON-7', 'or refused', { conformance: ['missing-message-id', 'missing-date'] }, { conformance: refused }, 'reject', 'it has no Date.'],
    ['CON-7', 'or not looked at', { conformance: ['long-line'] }, { conformance: refused }, 'pass', undefined],
  ];

  it.each(TABLE)('%s: %s', (practice, _because, ...row) => {
    const [derived, rules, verdict, text] = row;
    const judged = platform(rules).submit(ANN, facts(derived));
    expect(judged.verdict).toBe(verdict);
    const [first] = judged.reasons;
    if (text === undefined) expect(judged.reasons).toEqual([]);
    else expect(first?.text).toContain(text);
    expect(first?.practice ?? practice).toBe(practice);
  });

  it('CON-1: what nobody could look at is deferred as such', () => {
    const unknown = { virus: { action: 'reject', unknown: 'defer' } } as const;
    const judged = platform(unknown).submit(ANN, facts(scan('unknown')));
    expect(judged).toMatchObject({ verdict: 'defer', notLookedAt: true });
  });

  it('CON-4: the client is told what was refused, in plain ASCII, with the reference', () => {
    const virus = platform().submit(ANN, facts(scan('infected', 'Eicar-Tést\r\n250 ok')));
    expect(clientText(virus, 'help@example.org')).toBe(
      `The message carries a virus (Eicar-T?st??250 ok). Check your computer. Help: help@example.org. Reference ${virus.reference}`,
    );
    const fault = { ...shipped.conformance, 'missing-date': 'refuse' } as const;
    const told = platform({ conformance: fault }).submit(
      ANN,
      facts({ conformance: ['missing-date'] }),
    );
    expect(clientText(told)).toContain('does not follow RFC 5322: it has no Date.');
  });

  it('CON-7: every fault has words', () => {
    for (const found of CONFORMANCE_FAULTS) {
      const judged = platform(observed).submit(ANN, facts({ conformance: [found] }));
      expect(judged.reasons[0]?.text).toMatch(/RFC 5322: \w.+\.$/);
    }
  });

  it('CON-8, CON-1: somebody is told', () => {
    const p = platform();
    p.submit(ANN, facts({ ownPassword: true }));
    p.submit(ANN, facts(scan('infected', 'Eicar-Test')));
    const alerts = p.intents.flatMap((intent) => (intent.kind === 'alert' ? [intent.cause] : []));
    expect(alerts).toEqual(['own-password', 'virus']);
  });

  it('only watch in observe mode', () => {
    const p = createPlatform({ rules: { mode: 'observe' } });
    expect(p.submit(ANN, facts(scan('infected', 'X')))).toMatchObject({
      verdict: 'reject',
      enforced: false,
    });
  });
});

describe('ACC-2: the From of the header', () => {
  const accounts = [
    { account: ANN, addresses: [ANN, 'info@example.org'] },
    { account: 'lists@example.org', class: 'list' as const },
  ];
  /** account, From, verdict, signal. */
  const TABLE = [
    [ANN, ANN, 'pass', undefined],
    [ANN, 'info@example.org', 'pass', undefined],
    [ANN, 'boss@example.org', 'reject', 'sender-ownership'],
    [ANN, 'boss@freemail.test', 'reject', 'foreign-sender'],
    ['lists@example.org', 'member@freemail.test', 'pass', undefined],
  ] as const;

  it('looks at each address that a receiver may show, not at the first alone', () => {
    const message = { headerFrom: ANN, headerFromMore: [ANN, 'ceo@gmail.com'] };
    const judged = createPlatform({ accounts }).submit(ANN, { message });
    expect(judged.verdict).toBe('reject');
    expect(JSON.stringify(judged.reasons)).toContain('From or Sender address is in gmail.com');
  });

  it.each(TABLE)('%s as %s gives %s', (account, headerFrom, verdict, signal) => {
    const judged = createPlatform({ accounts }).submit(account, { message: { headerFrom } });
    expect([judged.verdict, judged.reasons[0]?.signal]).toEqual([verdict, signal]);
    if (signal !== undefined) expect(judged.reasons[0]?.text).toContain('The From address');
  });
});

describe('signals of content (CON-2)', () => {
  /** what is derived, other facts, signal, weight. */
  // prettier-ignore
  const TABLE: readonly (readonly [
    Partial<DerivedMessage>,
    Partial<MessageFacts>,
    string | undefined,
    number,
  ])[] = [
    [{}, { replyTo: 'ann.x@freemail.test' }, 'reply-to', 3.9],
    [{}, { replyTo: 'team@partner.test' }, undefined, 0],
    [{}, { replyTo: ANN }, undefined, 0],
    [{ scans: [{ scanner: 'rspamd', result: 'spam', score: 17.24, name: 'X' }] }, {}, 'external-spam', 3.5],
    [{ listedHosts: [{ host: 'bad.test', list: 'own' }] }, {}, 'listed-host', 4.5],
    [attached('iso'), {}, 'dangerous-attachment', 3],
    [attached('pdf', 'application/pdf', 'application/pdf'), {}, undefined, 0],
    [{ credentialWords: 3, urlCount: 1 }, {}, 'wording', 3],
    [{ credentialWords: 3 }, {}, undefined, 0],
    [{ credentialWords: 2, ...attached('', 'text/html') }, {}, 'wording', 3],
    [{ paymentWords: 2 }, { replyTo: 'pay@elsewhere.test' }, 'wording', 3],
    [{ paymentWords: 5 }, {}, undefined, 0],
    [{ malformed: ['boundary'] }, {}, 'malformed', 1.5],
    [{ bulkTools: ['interspire'] }, {}, 'bulk-tool', 0.5],
    [{ urlHosts: ['new.test'] }, {}, undefined, 0],
  ];

  it.each(TABLE)('%o %o: %s weighs %d', (derived, more, signal, weight) => {
    const [first] = platform().submit(ANN, facts(derived, more)).reasons;
    expect([first?.signal, first?.weight ?? 0]).toEqual([signal, weight]);
    if (signal !== undefined) expect(first?.text).toMatch(/^[A-Z].+\.$/);
  });

  it('a Reply-To the account has always used says nothing', () => {
    const p = platform();
    const usual = facts({}, { replyTo: 'ann.x@freemail.test' });
    expect(p.submit(ANN, usual).reasons).toHaveLength(1);
    expect(p.submit(ANN, usual).reasons).toEqual([]);
  });

  it('links say something once there is a history, and once', () => {
    const p = platform({}, [ANN, 'bob@example.org']);
    const link = (host: string, account = ANN) =>
      p.submit(account, facts({ urlHosts: [host] }, { headerFrom: account }));
    for (let i = 0; i < 20; i += 1) expect(link('shop.test').reasons).toEqual([]);
    expect(link('new.test').reasons).toMatchObject([{ signal: 'new-url-host' }]);
    expect(link('new.test').reasons).toEqual([]);
    expect(link('www.example.org').reasons).toEqual([]);
    for (let i = 0; i < 20; i += 1) link('shop.test', 'bob@example.org');
    // Its tenant knows the host.
    expect(link('new.test', 'bob@example.org').reasons).toEqual([]);
  });

  it('a host that nobody on a large platform links to is rare', () => {
    const p = platform();
    for (let i = 0; i < 640; i += 1) {
      const urlHosts = Array.from({ length: 16 }, (_, n) => `h${i}-${n}.test`);
      const account = `u${i % 30}@t${i % 30}.test`;
      p.submit(account, facts({ urlHosts }, { headerFrom: account }));
      p.wait(600_000);
    }
    p.submit('x@y.test', facts({ urlHosts: ['popular.test'] }, { headerFrom: 'x@y.test' }));
    const link = (host: string) =>
      p
        .submit('u1@t1.test', facts({ urlHosts: [host] }, { headerFrom: 'u1@t1.test' }))
        .reasons.map(({ weight }) => weight);
    expect(link('rare.test')[0]).toBeGreaterThan(2);
    expect(link('popular.test')).toEqual([]);
  });

  it('SND-12: accounts that write with bulk tools are listed', async () => {
    const p = platform();
    p.submit(ANN, facts({ bulkTools: ['interspire', 'sendblaster'] }));
    p.wait(60_000);
    p.submit(ANN, {
      ...facts({ bulkTools: ['interspire'] }),
      envelopeRecipients: ['a@b.test', 'c@d.test'],
    });
    expect(await p.inspector.bulkTools()).toMatchObject([
      { account: ANN, tool: 'interspire', messages: 2, recipients: 3 },
      { account: ANN, tool: 'sendblaster', messages: 1, recipients: 1 },
    ]);
  });

  it('CON-3: doubtful content holds by score, with a second family only', () => {
    const p = platform();
    for (let i = 0; i < 25; i += 1) p.submit(ANN, facts({}));
    const spam = facts(scan('spam', 'X', 'rspamd'), { replyTo: 'x@freemail.test' });
    expect(p.submit(ANN, spam).verdict).toBe('pass');
    const abroad = facts(scan('spam', 'X', 'rspamd'), { replyTo: 'y@freemail.test' });
    const envelopeRecipients = ['stranger@dest.test'];
    expect(
      p.submit(ANN, { ...abroad, envelopeRecipients, clientAddress: '10.3.0.9' }),
    ).toMatchObject({
      verdict: 'hold',
      rung: 'hold',
    });
  });
});

describe('one text from several accounts', () => {
  const names = Array.from({ length: 8 }, (_, i) => `p${i}@t${i}.test`);
  const saying = (account: string, text = OFFER, changes: Partial<DerivedMessage> = {}) => ({
    message: { headerFrom: account, derived: derivedFrom([`Dear ${account},`, text], changes) },
  });

  it('CON-3: is a campaign from the fourth account on, with reason and figures', () => {
    const p = platform({}, names);
    const verdicts = names.slice(0, 5).map((name) => p.submit(name, saying(name)));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'pass',
      'pass',
      'pass',
      'hold',
      'hold',
    ]);
    expect(verdicts[3]?.reasons.map(({ signal }) => signal)).toEqual([
      'campaign',
      'near-duplicate',
    ]);
    expect(verdicts[3]?.reasons[0]?.text).toMatch(
      /^The same text came from 4 accounts in the last 72 hours, 4 messages since 2026-03-02 09:00 UTC; from 4 on it is a campaign\.$/,
    );
    expect(verdicts[2]?.reasons[0]).toMatchObject({ signal: 'near-duplicate', weight: 1 });
    expect(p.intents.filter(({ kind }) => kind === 'alert')).toHaveLength(2);
  });

  /** because, how it differs for each of eight accounts, how many are held. */
  // prettier-ignore
  const TABLE: readonly (readonly [
    string,
    (name: string, i: number) => Parameters<ReturnType<typeof platform>['submit']>[1],
    number,
  ])[] = [
    ['the same text', (name) => saying(name), 5],
    ['another name in it', (name, i) => saying(name, `${OFFER} Yours, Dr. Number${i}`), 5],
    ['texts of their own', (name, i) => saying(name, Array.from({ length: 20 }, (_, n) => `w${i}x${n}`).join(' ')), 0],
    ['answers', (name) => saying(name, OFFER, { isReply: true }), 0],
    ['mail that is passed on', (name) => saying(name, OFFER, { isForward: true }), 0],
    ['answers of programs', (name) => saying(name, OFFER, { isAutomatic: true }), 0],
    ['too short to be anybody\'s', (name) => saying(name, 'Thank you very much for your help!'), 0],
    ['within the tenant', (name) => ({ ...saying(name), envelopeRecipients: [`boss@${name.split('@')[1] ?? ''}`] }), 0],
    ['recipients that are only counted', (name) => ({ ...saying(name), envelopeRecipients: [], recipientCount: 2 }), 5],
    ['transactions given up', (name) => ({ ...saying(name), abandoned: true as const }), 0],
  ];

  it.each(TABLE)('CON-3: %s', (_because, how, held) => {
    const p = platform({}, names);
    const verdicts = names.map((name, i) => p.submit(name, how(name, i)));
    expect(verdicts.filter(({ verdict }) => verdict === 'hold')).toHaveLength(held);
  });

  it.each(['list', 'system', 'application', 'device', 'forward'] as const)(
    'CON-3: a %s may say what others say',
    (kind) => {
      const accounts = names.map((account) => ({ account, class: kind }));
      const p = createPlatform({ accounts });
      for (const name of names) expect(p.submit(name, saying(name)).reasons).toEqual([]);
    },
  );

  it("CON-3: answers take three times as many accounts, and are nobody else's new text", () => {
    const many = Array.from({ length: 13 }, (_, i) => `q${i}@s${i}.test`);
    const p = platform({}, many);
    const verdicts = many.map((name) => p.submit(name, saying(name, OFFER, { isReply: true })));
    expect(verdicts.map(({ verdict }) => verdict).indexOf('hold')).toBe(11);
    expect(verdicts[11]?.reasons[0]?.text).toContain('from 12 accounts');
    expect(p.submit('new@t.test', saying('new@t.test')).verdict).toBe('pass');
  });

  it('CON-3: after 72 hours it begins anew', () => {
    const p = platform({}, names);
    for (const name of names.slice(0, 3)) p.submit(name, saying(name));
    p.wait(73 * 3_600_000);
    expect(p.submit('p4@t4.test', saying('p4@t4.test')).verdict).toBe('pass');
  });

  it('CON-3: the operator may allow a text, lower the count, or refuse', () => {
    const blocks = derivedFrom(['Dear you,', OFFER]).blocks ?? [];
    const rows = mergeMinima(blocks.map(({ minima }) => minima));
    expect(formatFingerprint(rows)).toHaveLength(171);
    const count = (campaign: Partial<ContentRules['campaign']>) => {
      const p = platform({ campaign: { ...shipped.campaign, ...campaign } }, names);
      return names.map((name) => p.submit(name, saying(name)).verdict).indexOf('pass', 3);
    };
    expect(count({ allow: [rows] })).toBe(3);
    expect(count({})).toBe(-1);
    const p = platform({ campaign: { ...shipped.campaign, accounts: 2, action: 'reject' } }, names);
    expect(names.slice(0, 2).map((name) => p.submit(name, saying(name)).verdict)).toEqual([
      'pass',
      'reject',
    ]);
  });

  it('weighs less within one tenant, where colleagues send the same letters', () => {
    const colleagues = Array.from({ length: 3 }, (_, i) => `c${i}@works.test`);
    const p = platform({}, colleagues);
    const last = colleagues.map((name) => p.submit(name, saying(name))).at(-1);
    expect(last?.reasons).toMatchObject([{ signal: 'near-duplicate', weight: 0.6 }]);
  });
});

it('at home words of payment are said once: a week of invoices is no forged request', () => {
  const p = platform();
  let others = 0;
  const write = (paymentWords: number) =>
    p.submit(ANN, {
      ...facts({ paymentWords, credentialWords: 0, isReply: false }),
      ...(paymentWords > 0 && { envelopeRecipients: [`o${(others += 1)}@dest.test`] }),
    });
  for (let i = 0; i < 60; i += 1) {
    write(0);
    p.wait(8 * 3_600_000);
  }
  const last = Array.from({ length: 6 }, () => write(3)).at(-1);
  expect(last?.hypothesis).toBe('bec');
  expect(last?.sums?.content).toBeLessThanOrEqual(3);
});
