/** OWN-12, OWN-13: what a page of the house is worth, from web servers as they are. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Tools } from '../contract.ts';
import { fetchPage, MAX_REDIRECTS, redirectTarget } from '../fetch-page.ts';
import { createScope } from '../scope.ts';
import { pages } from './pages.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** @returns The address of the page `/`. */
async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const PLAN = {
  ...{ hosts: [], domains: [], networks: ['127.0.0.0/8'], dkimSelectors: [], secondaryMxOk: [] },
  ...{
    openPorts: [],
    programs: [],
    listCatalogue: undefined,
    skippedLists: [],
    triesSmuggling: false,
  },
  feeds: { snds: [], google_postmaster: [] },
  relay: { sourceAddresses: [], trustedNetworks: [] },
  dns: { servers: [], timeoutMs: 1, queriesPerSecond: 1, authorityPort: 9 },
  ...{ smtpTimeoutMs: 1, parallel: 1, policyPage: undefined, abusePage: undefined },
};

function toolsFor(url: string): Tools {
  const plan = { ...PLAN, policyPage: url, abusePage: url, abuseHeader: { page: url } };
  const nobody = (): never => {
    throw new Error('Nothing else is asked.');
  };
  const dns = { ask: nobody, asked: 0 } as unknown as Tools['dns'];
  return { plan, dns, scope: createScope(plan), now: () => 0, dialogue: nobody };
}

async function look(url: string, which = 'policy'): Promise<string> {
  const [found] = await pages.run(which, toolsFor(url));
  // What headers name has tests of its own.
  const seen = found?.evidence.slice(0, which === 'policy' ? 1 : 2).join(' ');
  return `${found?.state ?? 'nothing'}: ${seen?.replaceAll(url, 'PAGE') ?? ''}`;
}

/** Sends on from `/` along the named places; the last one is the page. */
const along =
  (places: readonly string[], text = 'abuse@house.test'): Answer =>
  (request, response) => {
    const at = places.indexOf(request.url ?? '');
    const next = places[at + 1];
    if (next === undefined) response.end(text);
    else response.writeHead(302, { location: next }).end();
  };

describe('a page of the house', () => {
  it('passes when it is there, and names abuse where that is its purpose', async () => {
    const page = await serve((_, response) => response.end('Write to abuse@house.test.'));
    expect(await look(page)).toBe('pass: PAGE is there.');
    const named = 'Messages that leave name PAGE in X-Report-Abuse.';
    expect(await look(page, 'abuse')).toBe(`pass: PAGE is there. ${named}`);
    const other = await serve((_, response) => response.end('We sell bread.'));
    expect(await look(other, 'abuse')).toBe(
      `fail: PAGE is there but does not say where to complain. ${named}`,
    );
  });

  it.each([
    [undefined, 'warn', 'is not written'],
    [{ page: 'https://www.house.test/old' }, 'warn', 'another page'],
    [{ address: 'abuse@house.test' }, 'pass', 'name abuse@house.test in'],
  ])('OWN-13: is named in every message, by %j: %s', async (abuseHeader, state, text) => {
    const url = await serve((_, response) => response.end('abuse@house.test'));
    const tools = toolsFor(url);
    const { abuseHeader: _, ...plan } = tools.plan;
    const given = { ...plan, ...(abuseHeader && { abuseHeader }) };
    const [found] = await pages.run('abuse', { ...tools, plan: given });
    expect(found?.state).toBe(state);
    expect(found?.evidence.join(' ')).toContain(text);
  });

  it.each([
    [undefined, 'X-Report-Abuse is not written (OWN-13)'],
    [{ page: 'https://www.house.test/abuse' }, 'names https://www.house.test/abuse (OWN-13)'],
    [{ address: 'abuse@house.test' }, 'names abuse@house.test (OWN-13)'],
  ])(
    'OWN-12: need not be named in messages, and that is said, by %j',
    async (abuseHeader, text) => {
      const url = await serve((_, response) => response.end('Be good.'));
      const tools = toolsFor(url);
      const { abuseHeader: _, ...plan } = tools.plan;
      const given = { ...plan, ...(abuseHeader && { abuseHeader }) };
      const [found] = await pages.run('policy', { ...tools, plan: given });
      expect(found).toMatchObject({ practice: 'OWN-12', state: 'pass' });
      expect(found?.evidence.join(' ')).toContain(text);
    },
  );

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('OWN-13: is read where its server compresses it unasked, by %s', async (coding, compress) => {
    let asked: unknown;
    const page = await serve((request, response) => {
      asked = request.headers['accept-encoding'];
      response.setHeader('content-encoding', coding);
      response.end(compress('Write to abuse@house.test.'));
    });
    expect(await look(page, 'abuse')).toMatch(/^pass: /);
    expect(asked).toBe('identity');
    // Little that becomes much.
    const bomb = await serve((_, response) => {
      response.setHeader('content-encoding', coding);
      response.end(compress(Buffer.alloc(30_000_000)));
    });
    expect(await look(bomb)).toBe(
      'fail: PAGE cannot be fetched: it goes on after 1,048,576 characters.',
    );
  });

  it('fails where it is compressed by something else, or not as it says', async () => {
    const other = await serve((_, response) => {
      response.setHeader('content-encoding', 'zstd');
      response.end('?');
    });
    expect(await look(other)).toBe(
      'fail: PAGE cannot be fetched: it comes in "zstd", which was not asked for.',
    );
    for (const body of ['plain', gzipSync('cut short').subarray(0, 12)]) {
      const broken = await serve((_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(body);
      });
      expect(await look(broken)).toMatch(/^fail: PAGE cannot be fetched: /);
    }
    const moved = await serve((_, response) => {
      response.writeHead(302, { location: other, 'content-encoding': 'gzip' }).end();
    });
    expect(await look(moved)).toContain('it comes in "zstd"');
  });

  it('is not there when its server says so, or sends nothing', async () => {
    const gone = await serve((_, response) => response.writeHead(404).end('gone'));
    expect(await look(gone)).toBe('fail: PAGE answers with status 404.');
    const empty = await serve((_, response) => response.end(' \n'));
    expect(await look(empty)).toBe('fail: PAGE is there and empty.');
  });

  it('that is not reached is unknown, with the reason', async () => {
    const page = await serve((_, response) => response.end());
    const [server] = servers.splice(0);
    server?.close();
    expect(await look(page)).toMatch(/^unknown: PAGE could not be reached: .*ECONNREFUSED/);
    const cut = await serve((request) => request.socket.destroy());
    expect(await look(cut)).toMatch(/^unknown: PAGE could not be reached: /);
  });

  it('that drips for ever is unknown after its time', async () => {
    const page = await serve((_, response) => void response.write('x'));
    const fetched = await fetchPage(page, toolsFor(page), { timeoutMs: 200 });
    expect(fetched).toEqual({ kind: 'unknown', why: 'it does not answer in time' });
  });

  it('of any usual length is there, and one that never ends is not', async () => {
    const long = await serve((_, response) => response.end(`${'x'.repeat(900_000)} abuse`));
    expect(await look(long, 'abuse')).toMatch(/^pass: PAGE is there\./);
    const piece = 'x'.repeat(65_536);
    const endless = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    expect(await look(endless)).toBe(
      'fail: PAGE cannot be fetched: it goes on after 1,048,576 characters.',
    );
    expect(await fetchPage(endless, toolsFor(endless))).toEqual({
      ...{ kind: 'failed', why: 'it goes on after 65,536 characters' },
    });
  });

  it('that is no web page is a failure', async () => {
    const page = await serve((request) => request.socket.end('220 mx.house.test ESMTP\r\n'));
    expect(await look(page)).toMatch(/^fail: PAGE cannot be fetched: /);
  });
});

describe('a redirect', () => {
  it('is followed three times and no more', async () => {
    const places = ['/', '/en', '/en/', '/en/policy', '/en/policy.html'];
    expect(await look(await serve(along(places.slice(0, 1 + MAX_REDIRECTS))))).toBe(
      'pass: PAGE is there.',
    );
    expect(await look(await serve(along(places)))).toBe(
      'fail: PAGE cannot be fetched: it redirects more than 3 times.',
    );
  });

  it('to itself ends', async () => {
    expect(await look(await serve(along(['/', '/a', '/'])))).toContain('more than 3 times');
  });

  it('out of the declared networks is not followed, and said', async () => {
    const page = await serve(along(['/', 'http://192.0.2.2/policy']));
    expect(await look(page)).toBe(
      'unknown: PAGE is at or leads to 192.0.2.2, which is in none of your networks, so it was not fetched.',
    );
  });

  it('is never followed where nobody asks for it, as for a policy of MTA-STS (RFC 8461 3.3)', async () => {
    const page = await serve(along(['/', '/en']));
    expect(await fetchPage(page, toolsFor(page))).toEqual({ kind: 'page', status: 302, text: '' });
  });

  it.each([
    ['http://house.test/', 'https://www.house.test/x', 'https://www.house.test/x'],
    ['https://house.test/a/', '../en/', 'https://house.test/en/'],
    ['http://house.test/', '//www.house.test', 'http://www.house.test/'],
    ['https://house.test/', 'http://house.test/', 'it redirects from https to http'],
    ['http://house.test/', 'file:///etc/passwd', 'it redirects to file:, which is no page'],
    ['http://house.test/', 'http://[', 'it redirects to what is no address of a page'],
  ])('from %s to %s is %s', (from, to, expected) => {
    const target = redirectTarget(from, to);
    expect(target.ok ? target.url : target.why).toBe(expected);
  });
});
