/** The public pages over HTTP: bounds, languages, and nothing that a stranger could use (FBK-5). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_LOOKUPS, MAX_REPORTS } from '../../src/doors/api/public/pages.ts';
import { holdIntent } from '../desk/helper.ts';
import { HOSTILE } from '../browser/hostile.ts';
import { openDeskFixture, PAGES } from './desk-fixture.ts';

let api: Awaited<ReturnType<typeof openDeskFixture>>;
beforeEach(async () => {
  api = await openDeskFixture();
});
afterEach(() => api.close());

const REPORT = { category: 'spam', subject: 'shop@example.org', text: 'I never asked for it.' };
const look = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${api.baseUrl}${path}`, { headers })).text();

describe('a report (FBK-5)', () => {
  it('becomes a case whose reference the reporter gets', async () => {
    const response = await api.form('/report', { ...REPORT, reporter: 'tom@example.net' });
    const reference = /class="reference"[^>]*>([0-9A-Z]{10})</.exec(await response.text())?.[1];
    expect(await api.desk.cases.get(reference ?? '')).toMatchObject({
      source: 'web',
      category: 'spam',
      reporter: 'tom@example.net',
      state: 'open',
    });
    expect(await look(`/case?reference=${reference ?? ''}`)).toContain('Nobody has answered yet');
  });

  it.each([
    ['nothing in it', {}],
    ['a category of his own', { ...REPORT, category: 'constructor' }],
    ['too long a text', { ...REPORT, text: 'x'.repeat(10_001) }],
    ['no address as address', { ...REPORT, reporter: 'tom at example.net' }],
  ])('with %s is refused in a sentence and opens nothing', async (_, fields) => {
    const response = await api.form('/report', fields);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Something is missing or too long');
    expect(await api.desk.cases.countOpen()).toBe(0);
  });

  it('over the bound of a form is refused before it is read', async () => {
    const response = await api.form('/report', { ...REPORT, text: 'x'.repeat(200_000) });
    expect(response.status).toBe(413);
  });

  it.each([
    ['too long', 413, 'application/x-www-form-urlencoded', 'x'.repeat(1_100_000)],
    ['of another kind', 415, 'multipart/form-data; boundary=b', '--b--'],
    ['JSON cut off', 400, 'application/json', '{'],
  ])('that is %s is refused in his language, as a page', async (...[, status, type, body]) => {
    const headers = { 'content-type': type, 'accept-language': 'de' };
    const response = await fetch(`${api.baseUrl}/report`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toMatch(/<html lang="de">[^]*Das hat nicht geklappt/);
  });

  it('with what nobody sees filled in opens nothing, and comes back with all that was written', async () => {
    const hostile = '\n</textarea><script>';
    const honest = {
      ...REPORT,
      text: hostile,
      evidence: 'Received: x',
      reporter: 'tom@example.net',
    };
    const response = await api.form('/report', { ...honest, website: 'http://spam.example' });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(await api.desk.cases.countOpen()).toBe(0);
    expect(page).toContain('Your report is not lost');
    for (const kept of ['value="spam" selected', 'Received: x', 'value="tom@example.net"']) {
      expect(page.replaceAll(/\s+/g, ' ')).toContain(kept);
    }
    expect(page).not.toMatch(/class="trap"|<script/);
    expect((await api.form('/report', honest)).status).toBe(200);
    expect(await api.desk.cases.countOpen()).toBe(1);
  });

  it('is one of ten an hour from one network', async () => {
    const from = { 'x-forwarded-for': '203.0.113.5' };
    for (let count = 0; count < MAX_REPORTS; count++) {
      expect((await api.form('/report', REPORT, from)).status).toBe(200);
    }
    expect((await api.form('/report', REPORT, from)).status).toBe(429);
    const elsewhere = { 'x-forwarded-for': '203.0.113.6' };
    expect((await api.form('/report', REPORT, elsewhere)).status).toBe(200);
  });
});

describe('what strangers are shown', () => {
  it.each(HOSTILE)('holds no markup of theirs: %s', async (hostile) => {
    const row = await api.desk.cases.open({
      ...{ source: 'web', category: 'spam', subject: hostile, text: hostile, by: 'public form' },
    });
    await api.desk.cases.step(row.id, 'olga', { kind: 'answer', text: hostile });
    const query = new URLSearchParams({ reference: hostile, lang: hostile });
    const pages = [
      await look(`/case?reference=${row.reference}`),
      await look(`/mail?${query.toString()}`),
      await look(`/report?${query.toString()}`, { 'accept-language': hostile }),
    ].join('');
    expect(pages).not.toMatch(
      /<script|<img|<svg|<iframe|(?<!value=")javascript:(?!window\.hit=1<)|href="data:/,
    );
  });

  it('comes in the language of the browser, or of the link', async () => {
    expect(await look('/report', { 'accept-language': 'de-AT,en;q=0.5' })).toContain(
      '<html lang="de">',
    );
    expect(await look('/policy?lang=de')).toContain('Nutzungsregeln');
    // A reference is called so in each text that speaks of it: "Zeichen" may be any letter.
    expect(await look('/mail?lang=de&reference=9999ZZZZ')).toContain('Zu dieser Referenz gibt es');
    expect(JSON.stringify(PAGES.texts['de'])).not.toMatch(/\bZeichen\b/);
    expect(await look('/report?lang=xx')).toContain('<html lang="en">');
    expect(Object.keys(PAGES.texts['de'] ?? {})).toEqual(Object.keys(PAGES.texts['en'] ?? {}));
  });

  it('says of a held message that it waits, why in a word, and nothing of the decision', async () => {
    void api.desk.effects.start(holdIntent({ reference: '8F2K9A1B' }));
    await api.desk.flush();
    const page = await look('/mail?reference=8f2k9a1b');
    expect(page).toContain('The message waits. A person looks at it');
    expect(page).not.toMatch(/ann@example\.org|180 new domains|bob@example\.com|203\.0\.113/);
  });

  it.each(['ZTNP/B2NC', 'H01', 'x', '"><script>'])(
    'of what is no reference (%s) is the same sentence, with what was typed',
    async (typed) => {
      const query = new URLSearchParams({ reference: typed }).toString();
      const kept = `value="${typed.replaceAll('"', '&quot;').replaceAll('>', '&gt;').replaceAll('<', '&lt;')}"`;
      for (const [path, says] of [
        ['/mail', 'There is no decision with this reference.'],
        ['/case', 'There is no report with this reference.'],
      ] as const) {
        const page = await look(`${path}?${query}`);
        expect(page).toContain(says);
        expect(page).toContain(kept);
      }
    },
  );

  it('is found by a reference as it was read out, in groups', async () => {
    void api.desk.effects.start(holdIntent({ reference: '8F2K9A1B' }));
    await api.desk.flush();
    expect(await look('/mail?reference=8f2k+9a1b')).toContain('The message waits.');
  });

  it('of a case is found by its reference alone', async () => {
    const row = await api.desk.cases.open({
      ...{ source: 'web', category: 'spam', subject: 's', text: 't', by: 'public form' },
    });
    expect(await look(`/case?reference=${row.id}`)).toContain('There is no report');
  });

  it('is not found by trying', async () => {
    for (let count = 0; count < MAX_LOOKUPS; count++) {
      await look(`/case?reference=AAAA${count}`, { 'x-forwarded-for': '203.0.113.9' });
    }
    const response = await fetch(`${api.baseUrl}/case?reference=AAAAX`, {
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    expect(response.status).toBe(429);
  });
});

describe('an address that is mistyped', () => {
  it.each(['/reprot', '/robots.txt', '/favicon.ico', '/report/x?lang=de', '/apia'])(
    '%s is answered as a page in his language, without a word of tokens',
    async (path) => {
      const headers = { 'accept-language': 'de' };
      const response = await fetch(`${api.baseUrl}${path}`, { headers });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('www-authenticate')).toBeNull();
      const text = await response.text();
      expect(text).toMatch(/<html lang="de">[^]*Diese Seite gibt es nicht/);
      expect(text).not.toMatch(/token/i);
    },
  );

  it.each([
    ['GET', '/api/v1/reprot'],
    ['GET', '/api'],
    ['POST', '/reprot'],
    ['GET', '/metrics?x=/reprot'],
  ])('of a program is refused as before: %s %s', async (method, path) => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const response = await fetch(`${api.baseUrl}${path}`, { method, headers });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('This needs the API token');
  });
});
