/** FBK-4: a letter to abuse@ and postmaster@ of each domain must come back, and the scorecard says so. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from '../../test/watch/plan.ts';
import { loadConfig } from '../config/load.ts';
import { createMailChannel } from '../effects/mail.ts';
import type { AlertMessage, Delivery } from '../effects/contract.ts';
import type { SpooledMessage } from '../spool/contract.ts';
import { proof } from '../watch/checks/proof.ts';
import { openTools } from '../watch/open-tools.ts';
import { proofFile } from './proof-file.ts';
import { createProofLetters } from './proof-letters.ts';

const DAY_MS = 86_400_000;
const DOMAIN = 'own.example';
const FROM = 'primum@own.example';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-proof-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function setUp(domains: readonly string[] = [DOMAIN]) {
  const clock = { now: Date.UTC(2026, 10, 28) };
  const letters: { to: string; message: AlertMessage; delivery: Delivery }[] = [];
  const others: string[] = [];
  const counted: string[] = [];
  const warnings: string[] = [];
  const trouble: { error?: Error; whileSending?: () => Promise<void> } = {};
  const config = { ...loadConfig(undefined, {}), state: folder };
  const proofs = createProofLetters(config, {
    now: () => clock.now,
    domains: () => domains,
    from: FROM,
    telemetry: {
      warn: (text) => void warnings.push(text),
      returnedMail: (kind, fate) => void counted.push(`${kind} ${fate}`),
    },
    send: async (to, message, delivery) => {
      if (trouble.error !== undefined) throw trouble.error;
      letters.push({ to, message, delivery });
      await trouble.whileSending?.();
    },
  });
  const consumer = proofs.before({
    take: (message) => {
      others.push(message.id);
      return Promise.resolve();
    },
  });
  /** What the LMTP door took in. */
  async function comesIn(text: string, sender = FROM, id = 'M'): Promise<void> {
    const path = join(folder, 'message');
    writeFileSync(path, `xx${text}`);
    const file = { path, start: 2 };
    await consumer.take({ id, sender, file } as SpooledMessage, () => undefined);
  }
  async function row(domain = DOMAIN) {
    const plan = planOf({ domains, proof: { file: proofFile(config), withinMs: DAY_MS } });
    const [seen] = await proof.run(
      domain,
      openTools(plan, () => clock.now),
    );
    return { state: seen?.state, text: seen?.evidence.join(' ') ?? '' };
  }
  async function copyOf(to: string): Promise<string> {
    const letter = letters.findLast((each) => each.to === to);
    if (letter === undefined) throw new Error(`No letter to ${to} was written.`);
    return `Received: by mx.own.example\r\n${await written(to, letter.message, letter.delivery)}`;
  }
  return { proofs, clock, letters, others, counted, warnings, trouble, comesIn, row, copyOf };
}

/** What a mail server gets of a letter: a program that keeps it plays sendmail. */
async function written(to: string, message: AlertMessage, delivery: Delivery): Promise<string> {
  const [program, kept] = [join(folder, 'sendmail'), join(folder, 'letter')];
  writeFileSync(program, `#!/bin/sh\ncat > ${kept}\n`, { mode: 0o700 });
  const channel = createMailChannel({ name: 'e', from: FROM, to: [], via: { sendmail: program } });
  await channel.sendTo?.(to, message, delivery);
  return readFileSync(kept, 'utf8').replaceAll(/\r?\n/g, '\r\n');
}

const CRLF_2 = '\r\n\r\n';

function inBase64(copy: string): string {
  const at = copy.indexOf(CRLF_2) + CRLF_2.length;
  const plain = copy.slice(at).replaceAll('=\r\n', '');
  const head = copy.slice(0, at).replace('quoted-printable', 'base64');
  return head + Buffer.from(plain).toString('base64');
}

/** As mail clients do, with the header of the letter kept where they can. */
function inMultipart(copy: string): string {
  const head = copy.slice(0, copy.indexOf(CRLF_2));
  const type = 'multipart/mixed; boundary=b';
  const outer = head.replace(/^Content-Type: .*$/m, `Content-Type: ${type}`);
  return `${outer}${CRLF_2}--b${CRLF_2}See this.\r\n--b\r\nContent-Type: message/rfc822${CRLF_2}${copy}--b--`;
}

const ABUSE = `abuse@${DOMAIN}`;
const POSTMASTER = `postmaster@${DOMAIN}`;

describe('FBK-4: letters that must come back', () => {
  it('may come back before they are quite handed over', async () => {
    const { proofs, letters, others, trouble, comesIn, copyOf, row } = setUp();
    trouble.whileSending = async () => comesIn(await copyOf(letters.at(-1)?.to ?? ''));
    await proofs.tick();
    expect(await row()).toMatchObject({ state: 'pass' });
    expect(others).toEqual([]);
  });

  it('go to both addresses once a week', async () => {
    const { proofs, letters, clock } = setUp();
    expect(await proofs.tick()).toBe(2);
    expect(letters.map(({ to }) => to).sort()).toEqual([ABUSE, POSTMASTER]);
    clock.now += 6 * DAY_MS;
    expect(await proofs.tick()).toBe(0);
    clock.now += DAY_MS;
    expect(await proofs.tick()).toBe(2);
  });

  it('are proof when both are back, and are nobody’s case', async () => {
    const { proofs, comesIn, row, copyOf, others, counted, clock } = setUp();
    expect((await row()).state).toBe('not-applicable');
    await proofs.tick();
    expect((await row()).text).toContain('is under way');
    await comesIn(await copyOf(ABUSE));
    clock.now += 2 * DAY_MS;
    const half = await row();
    expect(half).toMatchObject({ state: 'fail' });
    expect(half.text).toContain(`The letter to ${POSTMASTER} of 2026-11-28 did not come back.`);
    await comesIn(await copyOf(POSTMASTER));
    expect((await row()).state).toBe('pass');
    expect(others).toEqual([]);
    expect(counted).toEqual(['proof handled', 'proof handled']);
  });

  it.each<[string, (copy: string) => string, string?]>([
    ['as it was sent, with what servers wrote above it', (copy) => `X-Spam: no\r\n${copy}`],
    ['without a sender', (copy) => copy, ''],
    ['by a hop that rewrites senders', (copy) => copy, `SRS0=ab=cd=${DOMAIN}=primum@hop.example`],
    ['in base64', inBase64],
    ['with a tag before its subject', (copy) => copy.replace(/^Subject: /m, 'Subject: [out] ')],
    ['with white space at the ends of lines', (copy) => `${copy} \r\n\r\n`],
  ])('are proof %s', async (_, change, sender) => {
    const { proofs, comesIn, others, counted, copyOf } = setUp();
    await proofs.tick();
    await comesIn(change(await copyOf(ABUSE)), sender);
    expect(others).toEqual([]);
    expect(counted).toEqual(['proof handled']);
  });

  it.each<[string, (copy: string) => string, string?]>([
    ['a reply', (copy) => `From: ann@else.example\r\nSubject: Re: ${copy}`, 'ann@else.example'],
    ['a reply without a sender', (copy) => `From: ann@else.example\r\nSubject: Re: ${copy}`, ''],
    ['a forward', (copy) => `Subject: Fwd: mail\r\n\r\n> ${copy}`],
    ['a forward as an attachment', inMultipart],
    ['one that somebody sent on', (copy) => copy, 'ann@else.example'],
    ['one with words above', (copy) => copy.replace('\r\n\r\n', '\r\n\r\nBob sends viruses!\r\n')],
    ['one with words below', (copy) => `${copy}\r\nBob sends viruses!\r\n`],
    ['one with a far end', (copy) => `${copy}${'\r\n'.repeat(40_000)}Bob sends viruses!`],
    ['one from another', (copy) => copy.replace(/^From: .*$/m, 'From: ann@else.example')],
    ['one with a second From', (copy) => `From: ann@else.example\r\n${copy}`],
    ['one with another Message-ID', (copy) => copy.replace(/^Message-ID: <./m, 'Message-ID: <x')],
    ['one without our mark', (copy) => copy.replace(/^X-Primum-Delivery: .*\r\n/m, '')],
    ['a bounce', (copy) => `Content-Type: multipart/report\r\n\r\n${copy}`, ''],
    ['an answer of a machine', (copy) => copy.replace('auto-generated', 'auto-replied')],
    ['a token that nobody wrote', (copy) => copy.replaceAll(/(primum-proof-)./g, '$1g')],
    ['another token', (copy) => copy.replaceAll(/(primum-proof-).{8}/g, '$100000000')],
  ])('%s is none, and goes on as any mail', async (_, change, sender) => {
    const { proofs, comesIn, row, copyOf, others, counted, clock } = setUp();
    await proofs.tick();
    await comesIn(change(await copyOf(ABUSE)), sender);
    expect(others).toEqual(['M']);
    expect(counted).toEqual([]);
    await comesIn(await copyOf(POSTMASTER));
    clock.now += 2 * DAY_MS;
    expect((await row()).text).toContain(`The letter to ${ABUSE} of 2026-11-28 did not come back.`);
  });

  it('are good once; the message that was the proof may be handled again', async () => {
    const { proofs, comesIn, others, copyOf, clock } = setUp();
    await proofs.tick();
    const first = await copyOf(ABUSE);
    await comesIn(first, FROM, 'A');
    await comesIn(first, FROM, 'A');
    expect(others).toEqual([]);
    await comesIn(first, FROM, 'B');
    expect(others).toEqual(['B']);
    clock.now += 7 * DAY_MS;
    await proofs.tick();
    await comesIn(first, FROM, 'C');
    expect(others).toEqual(['B', 'C']);
    await comesIn(await copyOf(ABUSE), FROM, 'D');
    expect(others).toEqual(['B', 'C']);
  });

  it('are remembered after a restart', async () => {
    const { proofs, copyOf } = setUp();
    await proofs.tick();
    const text = await copyOf(ABUSE);
    const after = setUp();
    expect(await after.proofs.tick()).toBe(0);
    await after.comesIn(text);
    expect(after.others).toEqual([]);
  });

  it('are at most fifty at once, those that never had one first', async () => {
    const domains = Array.from({ length: 40 }, (_, at) => `d${at}.example`);
    const { proofs, letters } = setUp(domains);
    expect(await proofs.tick()).toBe(50);
    expect(await proofs.tick()).toBe(30);
    expect(new Set(letters.map(({ to }) => to)).size).toBe(80);
  });

  it('that cannot be sent are tried again, and that is said', async () => {
    const { proofs, warnings, trouble, row } = setUp();
    trouble.error = new Error('127.0.0.1:25: nobody there.');
    expect(await proofs.tick()).toBe(0);
    expect(warnings).toHaveLength(1);
    expect((await row()).state).toBe('not-applicable');
    delete trouble.error;
    expect(await proofs.tick()).toBe(2);
  });

  it('that never came back fail while further ones are under way, until one is back (FBK-4)', async () => {
    const { proofs, clock, comesIn, copyOf, row } = setUp();
    const first = clock.now;
    await proofs.tick();
    expect((await row()).state).toBe('not-applicable');
    for (const week of [1, 2]) {
      clock.now = first + week * 7 * DAY_MS;
      expect(await proofs.tick()).toBe(2);
      const { state, text } = await row();
      expect(state).toBe('fail');
      expect(text).toContain('of 2026-11-28 did not come back, and no later one did.');
    }
    for (const to of [ABUSE, ABUSE.replace('abuse', 'postmaster')]) await comesIn(await copyOf(to));
    expect((await row()).state).toBe('pass');
    clock.now = first + 3 * 7 * DAY_MS;
    await proofs.tick();
    expect((await row()).state).toBe('not-applicable');
  });
});
