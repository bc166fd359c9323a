/** OWN-1: feeds of large receivers, from files and from the address in a file, and the way out. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receivers } from '../../src/watch/checks/receivers.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import type { FeedSource, WatchPlan } from '../../src/watch/plan.ts';
import { loadReceivers } from '../../src/watch/receiver-catalogue.ts';
import { hostAt, planOf } from './plan.ts';

const [MICROSOFT = '', GOOGLE = '', YAHOO = '', APPLE = ''] = loadReceivers().map((r) => r.name);

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-feeds-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  server?.close();
});

const NOW = Date.UTC(2026, 10, 28, 12);

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), new Date(NOW), new Date(NOW));
  return join(folder, name);
}

async function look(
  name: string,
  feeds: Partial<WatchPlan['feeds']> = {},
  declared: Partial<WatchPlan> = {},
) {
  const plan = planOf({
    hosts: [{ ...hostAt(25), addresses: ['192.0.2.10'] }],
    feeds: { snds: [], google_postmaster: [], ...feeds },
    ...declared,
  });
  const [seen] = await receivers.run(
    name,
    openTools(plan, () => NOW),
  );
  return { state: seen?.state, text: seen?.evidence.join(' ') ?? '', advice: seen?.advice ?? '' };
}

const day = (address: string, filter: string, complaints = '< 0.1%', traps = '0') =>
  `${address},11/26/2026 12:00 AM,11/27/2026 12:00 AM,9,9,500,${filter},${complaints},,,${traps},,,\n`;
const snds = (text: string): readonly FeedSource[] => [{ file: file('snds.csv', text) }];

describe('OWN-1: Microsoft', () => {
  it.each<[string, string, string]>([
    ['green', day('192.0.2.10', 'GREEN'), 'pass'],
    ['yellow', day('192.0.2.10', 'YELLOW'), 'warn'],
    ['a trap that was hit', day('192.0.2.10', 'GREEN', '< 0.1%', '2'), 'warn'],
    ['complaints', day('192.0.2.10', 'GREEN', '0.4%'), 'warn'],
    ['red', day('192.0.2.10', 'RED'), 'fail'],
    ['a range that is blocked', '192.0.2.0,192.0.2.255,Yes,Blocked for spam\n', 'fail'],
    ['a range that is not blocked', '192.0.2.0,192.0.2.255,No,\n', 'pass'],
    ['nothing yet, under its header', 'First IP,Last IP,Blocked?,Details\n', 'pass'],
    ['something else', 'error: no such key\n', 'unknown'],
  ])('says %s', async (_, text, state) => {
    const found = await look(MICROSOFT, { snds: snds(text) });
    expect(found.state, found.text).toBe(state);
    if (state === 'fail') expect(found.advice).toContain('olcsupport.office.com');
  });

  // SNDS shows its user his own addresses only, so nothing of it is passed over: what is not declared
  // is told. It may be one given back, or a customer's in the same account, so it fails nothing.
  const BLOCKED = '198.51.100.0,198.51.100.9,Yes,Blocked for spam\n';
  it.each<[string, string, Partial<WatchPlan>, string]>([
    ['outside of the hosts warns', day('192.0.2.11', 'RED'), {}, 'warn'],
    [
      'outside of the networks warns',
      day('9.9.9.9', 'RED'),
      { networks: ['192.0.2.0/24'] },
      'warn',
    ],
    ['in the networks fails', day('192.0.2.11', 'RED'), { networks: ['192.0.2.0/24'] }, 'fail'],
    [
      'in the networks in other letters fails',
      day('2001:DB8:0::1', 'RED'),
      { networks: ['2001:db8::/32'] },
      'fail',
    ],
    ['that is green and outside passes', day('192.0.2.11', 'GREEN'), {}, 'pass'],
    ['of a blocked range outside warns', BLOCKED, {}, 'warn'],
    [
      'of a blocked range with a network of ours fails',
      BLOCKED,
      { networks: ['198.51.100.4/31'] },
      'fail',
    ],
    ['of a blocked range in ours fails', BLOCKED, { networks: ['198.51.0.0/16'] }, 'fail'],
    [
      'fails where only addresses are declared that no receiver sees',
      day('192.0.2.11', 'RED'),
      { hosts: [{ ...hostAt(25), addresses: ['10.0.0.2'] }], networks: ['10.0.0.0/8'] },
      'fail',
    ],
    [
      'fails where nothing is declared that could tell',
      day('192.0.2.11', 'RED'),
      { hosts: [{ ...hostAt(25), addresses: [] }] },
      'fail',
    ],
  ])('of an address %s', async (_, text, declared, state) => {
    const found = await look(MICROSOFT, { snds: snds(text) }, declared);
    expect(found.state, found.text).toBe(state);
    if (state !== 'warn') return;
    expect(found.text).toContain('It is reported for an address that is not declared here.');
    expect(found.advice).toBe('Add it to watch.networks, or take it out of the feed.');
  });

  it('that warns of an address elsewhere fails for one of ours beside it', async () => {
    const both = day('192.0.2.11', 'RED') + day('192.0.2.10', 'RED');
    const found = await look(MICROSOFT, { snds: snds(both) });
    expect(found.state).toBe('fail');
    expect(found.text).toContain('not declared here');
  });

  it.each([
    ['', 'The feed of Microsoft is empty; expected is SNDS "data" or "ipStatus" as CSV'],
    [' \r\n', 'The feed of Microsoft is empty'],
    ['<!DOCTYPE html><title>Sign in</title>', 'is a web page, such as one to sign in at'],
    ['\n<html>192.0.2.10,</html>', 'is a web page, such as one to sign in at'],
  ])('is unknown from a file of another kind: %j', async (text, says) => {
    const found = await look(MICROSOFT, { snds: snds(text) });
    expect(found.state).toBe('unknown');
    expect(found.text.replace(MICROSOFT, 'Microsoft')).toContain(says);
    expect(found.advice).not.toBe('');
  });

  it('is unknown from a file that nobody renews', async () => {
    const path = file('snds.csv', day('192.0.2.10', 'GREEN'));
    utimesSync(path, new Date(0), new Date(0));
    expect(await look(MICROSOFT, { snds: [{ file: path }] })).toMatchObject({ state: 'unknown' });
  });

  const old = (text: string) => text.replaceAll('/2026', '/2020');
  it('is unknown from days of long ago, however new the file is', async () => {
    const red = old(day('192.0.2.10', 'RED'));
    for (const text of [old(day('192.0.2.10', 'GREEN')), red]) {
      const found = await look(MICROSOFT, { snds: snds(text) });
      expect(found.state).toBe('unknown');
      expect(found.text).toContain('The newest day in the feed is 2020-11-27');
      expect(found.advice).toContain('Get the feed anew');
    }
    const mixed = await look(MICROSOFT, { snds: snds(red + day('192.0.2.11', 'GREEN')) });
    expect(mixed).toMatchObject({ state: 'pass' });
    expect(mixed.text).toContain('Microsoft of 192.0.2.10: nothing new (2020-11-27).');
    const torn = day('192.0.2.10', 'GREEN').replaceAll('2026', 'x');
    expect((await look(MICROSOFT, { snds: snds(torn) })).text).toContain('cannot be read');
  });

  it('waits for no pipe', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const source of [{ file: pipe }, { urlFile: pipe }]) {
      const found = await look(MICROSOFT, { snds: [source] });
      expect(found.state).toBe('unknown');
      expect(found.text).toContain('pipe is no regular file');
    }
  });

  it('is fetched from the address in a file, which is never said', async () => {
    server = createServer((request, response) => {
      if (request.url === '/data?key=secret') response.end(day('192.0.2.10', 'RED'));
      else if (request.url === '/data?key=quiet') response.end();
      else response.writeHead(403).end('no');
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const at = (key: string) => ({
      urlFile: file('url', `http://127.0.0.1:${port}/data?key=${key}\n`),
    });
    expect(await look(MICROSOFT, { snds: [at('secret')] })).toMatchObject({ state: 'fail' });
    // Its own answer where it saw too little mail.
    expect(await look(MICROSOFT, { snds: [at('quiet')] })).toMatchObject({ state: 'pass' });
    const refused = await look(MICROSOFT, { snds: [at('stolen')] });
    expect(refused).toMatchObject({ state: 'unknown' });
    expect(refused.text).toContain('status 403');
    server.close();
    server.closeAllConnections();
    const away = await look(MICROSOFT, { snds: [at('secret')] });
    expect(away.state).toBe('unknown');
    expect(away.text).not.toContain('secret');
  });
});

describe('OWN-1: Google', () => {
  it.each<[string, object, string]>([
    ['high', { domainReputation: 'HIGH', userReportedSpamRatio: 0.0002 }, 'pass'],
    ['low', { domainReputation: 'LOW' }, 'warn'],
    ['bad', { domainReputation: 'BAD' }, 'fail'],
    ['too much spam', { domainReputation: 'HIGH', userReportedSpamRatio: 0.003 }, 'fail'],
  ])('says %s', async (_, stat, state) => {
    const text = JSON.stringify({ name: 'domains/a.test/trafficStats/20261127', ...stat });
    const found = await look(GOOGLE, { google_postmaster: [{ file: file('g.json', text) }] });
    expect(found.state, found.text).toBe(state);
    if (state === 'fail') expect(found.advice).toContain('postmaster.google.com');
  });

  const BAD = JSON.stringify({
    name: 'domains/a.test/trafficStats/20261127',
    domainReputation: 'BAD',
  });
  it.each([
    [['a.test'], 'fail'],
    [['test'], 'fail'],
    [['other.test'], 'warn'],
    [['ta.test'], 'warn'],
  ])('of a domain where %j is declared: %s', async (domains, state) => {
    const feeds = { google_postmaster: [{ file: file('g.json', BAD) }] };
    const found = await look(GOOGLE, feeds, { domains });
    expect(found.state).toBe(state);
    if (state === 'warn') expect(found.advice).toContain('Add it to watch.domains');
  });

  it.each([
    ['', 'is empty; expected is the JSON'],
    ['<html>Sign in</html>', 'is a web page'],
  ])('is unknown from a file of another kind: %j', async (text, says) => {
    const found = await look(GOOGLE, { google_postmaster: [{ file: file('g.json', text) }] });
    expect(found.state).toBe('unknown');
    expect(found.text).toContain(says);
  });

  it('is unknown from a day of long ago, however new the file is', async () => {
    const name = 'domains/a.test/trafficStats/20200101';
    const text = JSON.stringify({ name, domainReputation: 'HIGH' });
    const found = await look(GOOGLE, { google_postmaster: [{ file: file('g.json', text) }] });
    expect(found.state).toBe('unknown');
    expect(found.text).toContain('The newest day in the feed is 2020-01-01');
  });

  it('is unknown where no spam rate was asked for', async () => {
    const [name, metric] = ['domains/a.test/domainStats/x', 'tls_rate'];
    const text = JSON.stringify({ domainStats: [{ name, metric, value: { doubleValue: 1 } }] });
    const found = await look(GOOGLE, { google_postmaster: [{ file: file('g.json', text) }] });
    expect(found).toMatchObject({
      state: 'unknown',
      text: 'The feed of Google holds no spam rate.',
    });
    expect(found.advice).toContain('SPAM_RATE');
  });
});

it('OWN-1: every receiver says how to get off its own list, also without a feed', async () => {
  for (const name of [MICROSOFT, GOOGLE, YAHOO, APPLE]) {
    const found = await look(name);
    expect(found.state).toBe('not-applicable');
    expect(found.text).toMatch(/How to get off: 1\. .* 2\. /);
  }
});
