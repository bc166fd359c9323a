/** FBK-2: letters and reports that come to the LMTP door of a running Primum become cases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiToken } from '../../src/client/token-file.ts';
import { caseList } from '../../src/doors/api/schemas/desk.ts';
import type { CaseList } from '../../src/doors/api/schemas/types.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { complaint } from './returned-messages.ts';
import { ReturnedPlace } from './returned-place.ts';

const p = new ReturnedPlace();

beforeAll(async () => {
  p.configure({ doors: { lmtp: { dns_servers: ['127.0.0.1:1'], dkim_timeout: '200ms' } } });
  await p.start();
}, PROCESS_TEST_MS);
afterAll(() => p.place.remove());

async function cases(limit = 100): Promise<CaseList['cases']> {
  const token = await readApiToken(p.place.state);
  const url = `http://${p.primum?.address('api')}/api/v1/cases?limit=${limit}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return caseList.parse(await response.json()).cases;
}

/** The cases that these messages opened, newest first, and the files kept meanwhile. */
async function opened(...texts: readonly string[]) {
  const known = new Set((await cases()).map(({ id }) => id));
  const before = new Set(p.kept());
  await p.bringAndSettle(...texts);
  return {
    cases: (await cases()).filter(({ id }) => !known.has(id)),
    kept: p.kept().filter((name) => !before.has(name)),
  };
}

const letter = (from: string, subject: string, text: string): string =>
  `From: ${from}\r\nTo: abuse@own.example\r\nSubject: ${subject}\r\n\r\n${text}`;
const stranger = (n: number, text = 'Good day.'): string =>
  complaint({
    from: 'spammer@elsewhere.test',
    reporter: 'fbl@unknown.test',
    messageId: `<n${n}>`,
  }).replace('This is a report', `${text} This is a report`);

describe('mail that asks for a person', { timeout: PROCESS_TEST_MS }, () => {
  it('a letter is a case with its text, and its source is kept', async () => {
    const found = await opened(letter('Eve <eve@x.test>', 'Please look', 'He\u0007 writes to me.'));
    const [name = ''] = found.kept;
    expect(found.cases).toMatchObject([
      {
        ...{ source: 'letter', category: 'other', state: 'open', reporter: 'eve@x.test' },
        ...{ subject: 'Please look', text: 'He writes to me.', account: '' },
        evidence: `returned/kept/${name}`,
      },
    ]);
    const why = readFileSync(join(p.place.state, `returned/kept/${name}.why`), 'utf8');
    expect(why).toBe(`A person wrote it. It is in the case ${found.cases[0]?.id}.\n`);
  });

  it('a letter with our message in it names the account that sent it', async () => {
    const account = 'ann@own.example';
    await p.submit(account, { messageId: '<quoted@own.example>' });
    const quoted = `-----Original Message-----\r\nMessage-ID: <quoted@own.example>\r\nFrom: shop@elsewhere.test\r\nTo: bob@dest.test\r\nSubject: x\r\n\r\nBuy.`;
    const found = await opened(letter('bob@dest.test', 'No more', `Stop this.\r\n\r\n${quoted}`));
    expect(found.cases).toMatchObject([{ account, source: 'letter' }]);
  });

  it('a report of abuse names the address it is about', async () => {
    const report =
      'From: fail2ban@x.test\r\nAuto-Submitted: auto-generated\r\nSubject: abuse report: SSH attack from 192.0.2.66\r\n\r\n192.0.2.66 attacked our server at 2026-11-28 10:00:00 UTC.';
    const found = await opened(report);
    expect(found.cases).toMatchObject([{ source: 'letter', clientAddress: '192.0.2.66' }]);
    expect(found.kept).toHaveLength(1);
  });

  it('XARF is a case by its own name, worded by what it names', async () => {
    const report = JSON.stringify({
      ...{ xarf_version: '4.0.0', report_id: 'a1', timestamp: '2026-11-28T10:00:00Z' },
      reporter: { org: 'X', contact: 'abuse@x.test', domain: 'x.test' },
      ...{ source_identifier: '192.0.2.66', category: 'content', type: 'phishing' },
      url: 'http://own.example/login',
    });
    const found = await opened(
      `From: xarf@x.test\r\nSubject: report\r\nContent-Type: application/json\r\n\r\n${report}`,
    );
    expect(found.cases).toMatchObject([
      { source: 'xarf', category: 'phishing', clientAddress: '192.0.2.66', subject: 'report' },
    ]);
    expect(found.cases[0]?.text).toContain('http://own.example/login');
  });

  it('a complaint of a message nobody here sent is one; of a known account it is none', async () => {
    const account = 'cat@own.example';
    await p.submit(account, { messageId: '<cat@own.example>' });
    const known = complaint({ from: 'x@elsewhere.test', messageId: '<cat@own.example>' });
    const notSpam = complaint({ from: 'x@elsewhere.test', type: 'not-spam' });
    const found = await opened(stranger(0), known, notSpam);
    expect(found.cases).toMatchObject([{ source: 'arf', category: 'spam', account: '' }]);
    expect(found.kept).toHaveLength(1);
  });

  it('machine mail that nobody knows is kept and is none', async () => {
    const found = await opened(
      'From: noreply@x.test\r\nAuto-Submitted: auto-generated\r\nSubject: x\r\n\r\nx',
    );
    expect(found.cases).toEqual([]);
    expect(found.kept).toHaveLength(1);
  });

  it('a flood of one sender makes a few cases; letters are all kept, complaints are not', async () => {
    const flood = Array.from({ length: 40 }, (_, n) => n);
    const letters = await opened(
      ...flood.map((n) => letter('flood@x.test', `Number ${n}`, `Text ${n}`)),
    );
    expect(letters.cases).toHaveLength(5);
    expect(letters.kept).toHaveLength(40);
    const complaints = await opened(...flood.map((n) => stranger(n + 1)));
    // One is open from above.
    expect(complaints.cases).toHaveLength(4);
    expect(complaints.kept).toHaveLength(4 + 20);
  });

  it('killed again and again while letters come in it opens one case for each', async () => {
    const texts = Array.from({ length: 24 }, (_, n) =>
      letter(`killed${n}@x.test`, `Letter ${n}`, 'Look.'),
    );
    for (const [n, text] of texts.entries()) {
      await p.bring({ text });
      if (n % 6 !== 5) continue;
      p.primum?.signal('SIGKILL');
      await p.primum?.ended;
      p.primum = await p.place.start();
    }
    await p.settled();
    const found = (await cases()).filter(({ reporter }) => reporter.startsWith('killed'));
    expect(found.map(({ subject }) => subject).sort()).toEqual(
      texts.map((_, n) => `Letter ${n}`).sort(),
    );
  });
});
