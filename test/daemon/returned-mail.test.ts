/** What comes back, end to end: brought to the LMTP door of a running Primum, seen on the account. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import { health as healthSchema } from '../../src/doors/api/schemas/desk.ts';
import { MAX_RECIPIENTS } from '../../src/returned/limits.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { bounce as anyBounce, complaint, type BounceParts } from './returned-messages.ts';
import { MTA, ReturnedPlace } from './returned-place.ts';

const DAY_MS = 86_400_000;
const p = new ReturnedPlace();
let accounts = 0;

beforeAll(async () => {
  const bounds = { dkim_timeout: '200ms', max_message: '25MiB' } as const;
  p.configure({ doors: { lmtp: { dns_servers: ['127.0.0.1:1'], ...bounds } } });
  await p.start();
}, PROCESS_TEST_MS);
afterAll(() => p.place.remove());

/** As our own mail server makes it. */
const bounce = (parts: BounceParts): string => anyBounce({ madeBy: MTA, ...parts });

/** An account nobody else has, that has written to these. */
async function sender(recipients?: readonly string[]): Promise<string> {
  const account = `ann${(accounts += 1)}@own.example`;
  await p.submit(account, recipients === undefined ? {} : { recipients });
  return account;
}

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

describe('FBK-2: a bounce through LMTP', { timeout: PROCESS_TEST_MS }, () => {
  it('counts for the account whose token came back with it, once however often it comes', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const again = bounce({ token, text: 'The same bounce, worded anew.' });
    const all = [bounce({ token }), bounce({ token }), again];
    expect(await p.gained(account, () => p.bringAndSettle(...all))).toBe(2.7);
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 1, unknown: 1 });
  });

  it('counts by the queue id our mail server gave, and by Message-ID', async () => {
    const account = await sender();
    const recipients = ['one@dest.test', 'two@dest.test'];
    await p.submit(account, { recipients, queueId: '4Zx1abcDEFz1', messageId: '<m1@own.example>' });
    const received = { mta: MTA.toUpperCase(), queueId: '4Zx1abcDEFz1' };
    await p.bringAndSettle(
      bounce({ recipients: ['one@dest.test'], received }),
      bounce({ recipients: ['two@dest.test'], messageId: '<m1@own.example>' }),
    );
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 2 });
  });

  it('of several recipients counts each', async () => {
    const recipients = ['a@x.test', 'b@y.test', 'c@z.test'];
    const account = await sender(recipients);
    await p.bringAndSettle(bounce({ token: await p.tokenOf(account), recipients }));
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 3 });
  });

  it('of more recipients than are read counts those, and is kept for the rest', async () => {
    const recipients = ['a@x.test', 'b@y.test'];
    const account = await sender(recipients);
    const more = Array.from({ length: MAX_RECIPIENTS }, (_, n) => `u${n}@z.test`);
    const before = new Set(p.kept());
    const all = [...recipients, ...more];
    await p.bringAndSettle(bounce({ token: await p.tokenOf(account), recipients: all }));
    expect((await p.outcomesOf(account)).hardBounces).toBeGreaterThanOrEqual(2);
    const [name = ''] = p.kept().filter((one) => !before.has(one));
    const why = readFileSync(join(p.place.state, `returned/kept/${name}.why`), 'utf8');
    expect(why).toContain('names 2 recipients more than are read');
  });

  it('FBK-8: counts only for recipients that the account has written to', async () => {
    const account = await sender();
    const recipients = Array.from({ length: 50 }, (_, i) => `made-up${i}@forger.test`);
    const forged = bounce({ token: await p.tokenOf(account), recipients });
    expect(await p.gained(account, () => p.bringAndSettle(forged))).toBe(0);
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 0 });
  });

  it('FBK-8: with a token that was changed, or that is of another platform, counts for nobody', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const at = token.length - 3;
    const other = token.charAt(at) === 'a' ? 'b' : 'a';
    const changed = token.slice(0, at) + other + token.slice(at + 1);
    await p.bringAndSettle(
      bounce({ token: changed }),
      bounce({ token: `p1zzzz${token.slice(6)}` }),
    );
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 0 });
  });

  it('FBK-8: with a token that was kept for later counts for nobody', async () => {
    const account = await sender();
    await p.bringAndSettle(bounce({ token: await p.tokenOf(account, ago(7 * DAY_MS)) }));
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 0 });
  });

  it('FBK-8: of one who has the message counts once and little, whomever else he names', async () => {
    const recipients = Array.from({ length: 30 }, (_, i) => `r${i}@d${i}.test`);
    const account = await sender(recipients);
    const token = await p.tokenOf(account);
    const forged = recipients.map((one) => anyBounce({ token, recipients: [one] }));
    expect(await p.gained(account, () => p.bringAndSettle(...forged))).toBeLessThanOrEqual(0.5);
    const known = await p.outcomesOf(account);
    expect(known).toMatchObject({ hardBounces: 1, sharesOfWeek: { hard: 0 } });
  });

  it.each([
    [
      'below the field of the server it came to',
      (text: string) =>
        `Received: from evil.test (evil.test [192.0.2.66])\r\n\tby ${MTA} (Postfix) with ESMTP id 4bZx1abcDEFz8; Sat, 28 Nov 2026 10:00:06 +0000\r\n${text}`,
    ],
    [
      'as a user handed it in',
      (text: string) => text.replace('(Postfix)', '(Postfix, from userid 1000)'),
    ],
    ['of another mail server', (text: string) => text.replace(MTA, 'mail.evil.test')],
  ])(
    'FBK-8: with a Received field of our own server %s is one that anybody can write',
    async (_, change) => {
      const account = await sender();
      const text = change(bounce({ token: await p.tokenOf(account) }));
      expect(await p.gained(account, () => p.bringAndSettle(text))).toBe(0.5);
    },
  );

  it('FBK-8: with a sender is none of our own server, whatever its header says', async () => {
    const account = await sender();
    const text = bounce({ token: await p.tokenOf(account) });
    const bring = async () => {
      await p.bring({ text, sender: 'eve@own.example' });
      await p.settled();
    };
    expect(await p.gained(account, bring)).toBe(0.5);
  });

  it('FBK-8: brings no good news, for a thief could write it himself', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    await p.bringAndSettle(bounce({ token }));
    const good = bounce({ token, action: 'delivered', status: '2.1.5' });
    expect(await p.gained(account, () => p.bringAndSettle(good))).toBe(0);
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 1, delivered: 0 });
  });

  it('that names nothing of ours is on record and counts for nobody: backscatter', async () => {
    await p.bringAndSettle(bounce({ recipients: ['backscatter@dest.test'] }));
    const events = await p.place.journal();
    const told = events.filter((event) => event['recipient'] === 'backscatter@dest.test');
    expect(told).toMatchObject([{ kind: 'delivery', via: 'dsn', result: 'bounced' }]);
  });
});

describe('FBK-2, FBK-8: a complaint through LMTP', { timeout: PROCESS_TEST_MS }, () => {
  it('with our token alone counts a little, once of each message', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const both = ['fbl@provider.example', 'other@provider.example'].map((reporter) =>
      complaint({ token, recipient: 'bob@dest.test', reporter }),
    );
    expect(await p.gained(account, () => p.bringAndSettle(...both))).toBe(0.5);
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 1 });
  });

  it('without token and signature is on record and does nothing', async () => {
    const account = await sender();
    await p.submit(account, { messageId: '<m2@own.example>' });
    const unproven = complaint({ from: account, messageId: '<m2@own.example>' });
    expect(await p.gained(account, () => p.bringAndSettle(unproven))).toBe(0);
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 0 });
    const events = await p.place.journal();
    const told = events.filter((event) => event['messageId'] === '<m2@own.example>');
    expect(told).toMatchObject([{ kind: 'complaint', verified: false, account }]);
  });

  it('with a forged token does nothing', async () => {
    const account = await sender();
    const token = (await p.tokenOf(account)).replace(/.{4}$/, 'aaaa');
    await p.bringAndSettle(complaint({ token, recipient: 'bob@dest.test' }));
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 0 });
  });

  it('in a flood with one token and made-up recipients counts once', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const flood = Array.from({ length: 60 }, (_, i) =>
      complaint({ token, recipient: `made-up${i}@x${i}.test`, reporter: `r${i}@x${i}.test` }),
    );
    await p.bringAndSettle(...flood);
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 1 });
  });

  it('of a message of long ago does nothing', async () => {
    const account = await sender();
    const token = await p.tokenOf(account, ago(100 * DAY_MS));
    await p.bringAndSettle(complaint({ token, recipient: 'bob@dest.test' }));
    expect(await p.outcomesOf(account)).toMatchObject({ complaints: 0 });
  });
});

describe('what people have to see', { timeout: PROCESS_TEST_MS }, () => {
  const why = (name: string): string =>
    readFileSync(join(p.place.state, `returned/kept/${name}.why`), 'utf8');

  it.each([
    [
      'a letter',
      'From: Eve <eve@x.test>\r\nSubject: Please look\r\n\r\nYour user ann writes to me.',
      'A person wrote it',
    ],
    [
      'a letter about bounces',
      'From: Eve <eve@x.test>\r\nUser-Agent: Mozilla Thunderbird\r\nSubject: Undelivered Mail\r\n\r\n550 5.1.1 user unknown for joe@x.test. Please stop.',
      'A person wrote it',
    ],
    [
      'an automatic reply by its subject alone',
      'From: Eve <eve@x.test>\r\nSubject: out of office spam\r\n\r\nYour user ann sends 500 a day.',
      'a person may have written it',
    ],
    [
      'unknown machine mail',
      'From: noreply@x.test\r\nAuto-Submitted: auto-generated\r\nSubject: x\r\n\r\nx',
      'A machine wrote it',
    ],
    [
      'a report of abuse',
      'From: fail2ban@x.test\r\nAuto-Submitted: auto-generated\r\nSubject: abuse report: SSH attack from 192.0.2.66\r\n\r\n192.0.2.66 attacked our server at 2026-11-28 10:00:00 UTC.',
      'An abuse report',
    ],
  ])('%s is kept with its text', async (_, text, reason) => {
    const before = new Set(p.kept());
    await p.bringAndSettle(text);
    const [name = ''] = p.kept().filter((one) => !before.has(one));
    expect(why(name)).toContain(reason);
    const stored = readFileSync(join(p.place.state, 'returned/kept', name), 'latin1');
    expect(stored).toContain(text.split('\r\n\r\n')[1]);
  });

  it('stands in what Health is told: how many, how much, and how full it is', async () => {
    const headers = { authorization: `Bearer ${await readApiToken(p.place.state)}` };
    const url = `http://${p.primum?.address('api')}/api/v1/health`;
    const { report } = healthSchema.parse(await (await fetch(url, { headers })).json());
    expect(report?.returnedMail).toMatchObject({ waiting: 0, kept: p.kept().length });
    expect(report?.returnedMail.bytes).toBeGreaterThan(100);
    expect(report?.returnedMail.letters.isFull).toBe(false);
  });

  it('automatic replies are not', async () => {
    const before = p.kept();
    await p.bringAndSettle(
      'From: bob@dest.test\r\nAuto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nBack on Monday.',
    );
    expect(p.kept()).toEqual(before);
    const metrics = await (await fetch(`http://${p.primum?.address('api')}/metrics`)).text();
    expect(metrics).toContain('primum_returned_mail_total{kind="auto-reply",fate="handled"} 1');
  });
});

describe('returned mail as strangers may send it', { timeout: PROCESS_TEST_MS }, () => {
  const filler = (bytes: number): string =>
    'All work and no play makes Jack.\r\n'.repeat(bytes / 34);
  const LARGE = 24 * 1024 * 1024;

  it('of 25 MiB, a bounce and a complaint, is read and counts', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const answers = [
      await p.bring({ text: bounce({ token }).replace('Good day.', filler(LARGE)) }),
      await p.bring({
        text: complaint({ token, recipient: 'bob@dest.test' }).replace('Good day.', filler(LARGE)),
      }),
    ];
    await p.settled();
    expect(answers.flat()).toEqual(['250 2.0.0 Taken.', '250 2.0.0 Taken.']);
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 1, complaints: 1 });
  });

  it('FBK-2: a bounce of 30 MB, larger than the door keeps, is read and counts', async () => {
    const account = await sender();
    const token = await p.tokenOf(account);
    const text = bounce({ token }).replace('Good day.', filler(30_000_000));
    expect(await p.bring({ text })).toEqual(['250 2.0.0 Taken.']);
    await p.settled();
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 1 });
  });

  it('ten bounces one inside the other are one', async () => {
    const account = await sender();
    let text = bounce({ token: await p.tokenOf(account) });
    const recipients = ['nested@dest.test'];
    for (let n = 0; n < 9; n += 1) {
      text = bounce({ recipients }).replace(/From: ann@own[^]*$/, text);
    }
    await p.bringAndSettle(text);
    expect(p.primum?.said('returned-set-aside')).toEqual([]);
    const events = await p.place.journal();
    const told = events.filter((event) => event['recipient'] === 'nested@dest.test');
    expect(told).toMatchObject([{ kind: 'delivery', via: 'dsn', result: 'bounced' }]);
    // What is deep inside, such as a token, is not of the message that came back.
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 0 });
  });

  it.each([
    ['has no end', (text: string) => text.slice(0, -40)],
    ['has the wrong boundary', (text: string) => text.replace('boundary="b"', 'boundary="c"')],
    [
      'has control characters and no charset',
      (text: string) => text.replace('Good', '\0\u0007\u00ff'),
    ],
    ['has empty parts', (text: string) => text.replace(/Your message.*\r\n/, '')],
  ])('a bounce that %s counts all the same', async (_, breakIt) => {
    const account = await sender();
    const token = await p.tokenOf(account);
    await p.bringAndSettle(breakIt(bounce({ token })));
    expect(await p.outcomesOf(account)).toMatchObject({ hardBounces: 1 });
  });

  it('a bounce of 2,000 made-up recipients leaves a few lines on record', async () => {
    const recipients = Array.from({ length: 2_000 }, (_, i) => `nobody${i}@flood.test`);
    await p.bringAndSettle(bounce({ recipients }));
    const told = (await p.place.journal()).filter(
      (event) =>
        typeof event['recipient'] === 'string' && event['recipient'].endsWith('@flood.test'),
    );
    expect(told).toHaveLength(20);
  });
});
