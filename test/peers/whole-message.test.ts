/** Whole messages through real Postfix, the milter door, real clamd, real rspamd and the agent. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EICAR } from '../scanners/helper.ts';
import { mailServersAreHere } from './available.ts';
import { startClamd, type Clamd } from './clamd.ts';
import { HOOK_MS, PEER_TEST_MS, referenceIn, startGuarded, type Guarded } from './guarded.ts';
import { startRspamd, type Rspamd } from './rspamd.ts';
import { until } from './run.ts';

const PEOPLE = ['ann', 'ben', 'cleo', 'dora', 'emil'].map((name) => `${name}@local.test`);
const [ANN = '', BEN = ''] = PEOPLE;
/** The directory names her addresses. */
const FAY = 'fay@local.test';
const GUS = 'gus@local.test';
const OFFER = [
  'We offer you a private loan at three percent without any check of your income',
  'or your debts, paid to your bank within two days if you write to our officer',
  'today with your name, your telephone number and the sum that you need.',
];

describe.runIf(mailServersAreHere)('the whole message', { timeout: PEER_TEST_MS }, () => {
  let clamd: Clamd | undefined;
  let rspamd: Rspamd | undefined;
  let guarded: Guarded | undefined;
  const platform = (): Guarded => {
    if (!guarded) throw new Error('The platform is used before its tests begin');
    return guarded;
  };

  beforeAll(async () => {
    [clamd, rspamd] = await Promise.all([startClamd(), startRspamd()]);
    const users = Object.fromEntries([...PEOPLE, FAY, GUS].map((person) => [person, 'secret']));
    guarded = await startGuarded(users, {
      policy: { mode: 'enforce', business_hours: { outside_factor: 1 } },
      policyDoor: 'tcp',
      milterDoor: 'tcp',
      accountsFile: stringify({ accounts: [{ account: FAY, addresses: ['info@local.test'] }] }),
      sections: {
        scanners: {
          clamd: { address: clamd.unix },
          rspamd: { address: rspamd.address, retry_after: '1s' },
        },
        conformance: { domain: 'local.test' },
        agent: { embedded: true },
        holds: { check_every: '1s' },
      },
    });
  }, HOOK_MS);
  afterAll(async () => {
    await guarded?.stop();
    await clamd?.stop();
    await rspamd?.stop();
  }, HOOK_MS);

  async function send(from: string, lines: readonly string[], to = 'friend@dest.test') {
    const client = await platform().stack.smtp();
    try {
      expect((await client.auth(from, 'secret')).code).toBe(235);
      await client.command(`MAIL FROM:<${from}>`);
      expect((await client.command(`RCPT TO:<${to}>`)).code).toBe(250);
      await client.command('DATA');
      return await client.command([...lines, '.'].join('\r\n'));
    } finally {
      await client.quit();
    }
  }

  const letter = (from: string, subject: string, text: readonly string[]) => [
    `From: <${from}>`,
    'To: <friend@dest.test>',
    `Subject: ${subject}`,
    'Date: Sat, 21 Nov 2026 06:00:00 +0000',
    `Message-ID: <${subject.replaceAll(' ', '.')}@local.test>`,
    '',
    ...text,
  ];
  const sunk = (subject: string) =>
    platform().stack.sink.messages.filter(({ text }) => text.includes(`Subject: ${subject}\n`));

  it('CON-1: a virus is refused in the dialogue, with its name and a reference', async () => {
    const answer = await send(ANN, letter(ANN, 'a virus', [EICAR]));
    expect(answer.text).toMatch(/^5\d\d 5\.7\.1 .*Primum\.Test\.Eicar\.UNOFFICIAL/);
    const told = await platform().operator.explain(referenceIn(answer.text));
    expect(told).toContain('clamd');
    expect(told).toContain('CON-1');
    expect(sunk('a virus')).toEqual([]);
  });

  it('CON-7: Date, Message-ID and a domain are put in where they lack', async () => {
    const bare = ['From: ann', 'To: friend@dest.test', 'Subject: bare', '', 'Good day.'];
    expect((await send(ANN, bare)).code).toBe(250);
    const { text } = await platform().stack.sink.waitFor('the mended one', (message) =>
      message.text.includes('Subject: bare\n'),
    );
    expect(text).toMatch(/^From: ann@local\.test$/m);
    // Postfix adds the other two itself for clients with AUTH; they must not come twice.
    // It writes days below ten with a space before them (RFC 5322 3.3: FWS).
    expect(text.match(/^Date: \w{3}, [ \d]\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/gm)).toHaveLength(1);
    expect(text.match(/^Message-ID: <[^>]+@(mail\.)?local\.test>$/gim)).toHaveLength(1);
  });

  it('CON-3: one text from several accounts is held, listed, shown, and released once', async () => {
    const answers: string[] = [];
    for (const [i, person] of PEOPLE.entries()) {
      const subject = `offer ${i}`;
      const { text } = await send(
        person,
        letter(person, subject, [`Dear friend ${i},`, '', ...OFFER]),
        `someone${i}@dest.test`,
      );
      answers.push(text);
    }
    expect(answers.every((text) => text.startsWith('250 '))).toBe(true);
    const held = await until('the later ones to be on record', async () => {
      const said = await platform().operator.say('hold', 'list', '--json');
      const { holds } = JSON.parse(said) as { holds: { id: string; queueId: string }[] };
      const late = holds.filter(({ queueId }) =>
        answers.slice(3).some((text) => text.includes(queueId)),
      );
      return late.length === 2 ? late : undefined;
    });
    await until('the first three to arrive', () =>
      [0, 1, 2].every((i) => sunk(`offer ${i}`).length === 1) ? true : undefined,
    );
    expect(sunk('offer 3')).toEqual([]);
    const one = held.find(({ queueId }) => answers[3]?.includes(queueId));
    const shown = await platform().operator.say('hold', 'show', one?.id ?? '');
    expect(shown).toContain('private loan');
    await platform().operator.say('hold', 'release', one?.id ?? '', '--why', 'a known offer');
    await platform().stack.sink.waitFor('the released one', ({ text }) =>
      text.includes('Subject: offer 3\n'),
    );
    expect(sunk('offer 3')).toHaveLength(1);
    expect(sunk('offer 3')[0]?.text).toMatch(/^X-Primum-Trace:/m);
    expect(sunk('offer 4')).toEqual([]);
  });

  it("ACC-2: a colleague's From is refused with reason and reference, and is on record", async () => {
    const answer = await send(FAY, letter(BEN, 'in the name of ben', ['Please pay.']));
    expect(answer.text).toMatch(
      /^550 5\.7\.1 .*This account may not send with this sender address/,
    );
    const told = await platform().operator.explain(referenceIn(answer.text));
    expect(told).toContain('refused');
    expect(told).toContain('ACC-2');
    expect(told).toContain(`Sent by ${FAY} as ${FAY}`);
    expect(sunk('in the name of ben')).toEqual([]);
    const own = await send(FAY, letter('info@local.test', 'in her own name', ['Good day.']));
    expect(own.text).toMatch(/^250 /);
  });

  /** What `primum trace` says of the message as it was delivered. */
  async function traced(subject: string): Promise<string> {
    const { stack, operator } = platform();
    await stack.sink.waitFor(subject, ({ text }) => text.includes(`Subject: ${subject}\n`));
    const file = join(stack.folder, 'delivered.eml');
    await writeFile(file, sunk(subject)[0]?.text ?? '');
    return operator.say('trace', file);
  }

  it('CON-2: what rspamd says is evidence in the decision, and refuses nothing alone', async () => {
    const text = ['Dear friend,', 'this is spam-of-the-tests.'];
    expect((await send(GUS, letter(GUS, 'a bargain', text))).code).toBe(250);
    expect(await traced('a bargain')).toContain(
      'The filter rspamd says spam with 20 points (PRIMUM_SPAM); usually it lets mail pass. ' +
        '(external-spam, 3.5 nats, CON-2)',
    );
  });

  it(
    'CON-2: a dead rspamd costs nothing but a line, and is asked again when it is back',
    async () => {
      const { primum, stack } = platform();
      const lines = async (words: string) => (await primum.output()).split(words).length - 1;
      const unknown = async (): Promise<number> => {
        const metrics = await fetch(`http://127.0.0.1:${stack.ports.api}/metrics`);
        const line = /^primum_scans_total\{scanner="rspamd",result="unknown"\} (\d+)$/m;
        return Number(line.exec(await metrics.text())?.[1] ?? 0);
      };
      const before = await unknown();
      await rspamd?.kill();
      for (const subject of ['dead one', 'dead two', 'dead three']) {
        expect((await send(FAY, letter(FAY, subject, ['this is spam-of-the-tests']))).code).toBe(
          250,
        );
        expect(await traced(subject)).toContain('Nothing spoke against it.');
      }
      expect(await lines('rspamd does not work')).toBe(1);
      expect((await unknown()) - before).toBe(3);

      await rspamd?.start();
      await until('rspamd to be asked again', async () => {
        await send(FAY, letter(FAY, 'alive', ['Good day.']));
        return (await lines('rspamd works again')) === 1;
      });
    },
    2 * PEER_TEST_MS,
  );
});
