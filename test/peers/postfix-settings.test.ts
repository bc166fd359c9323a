/** OWN-3, INB-3: what the real postconf and postmap say of a configuration that is wrong in one way. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../src/run-program.ts';
import { recipientMaps } from '../../src/watch/checks/recipient-maps.ts';
import { sumUp } from '../../src/watch/checks/observe.ts';
import type { Tools } from '../../src/watch/contract.ts';
import type { DnsAnswer } from '../../src/watch/dns.ts';
import { heloNotes } from '../../src/watch/helo-notes.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { propose } from '../../src/watch/propose.ts';
import { hostAt, planOf } from '../watch/plan.ts';
import { mailServersAreHere } from './available.ts';

const MAIN = {
  compatibility_level: '3.6',
  myhostname: 'mx.house.test',
  mydestination: '$myhostname, house.test',
  local_recipient_maps: 'inline:{ ann=x, postmaster=x }',
  alias_maps: '',
  virtual_alias_maps: 'inline:{ info@house.test=ann@house.test }',
  virtual_mailbox_domains: 'boxes.test',
  virtual_mailbox_maps: 'texthash:@DIR@/boxes',
};
const MASTER = [
  'smtp inet n - n - - smtpd',
  'submission inet n - n - - smtpd',
  '  -o smtpd_reject_unlisted_recipient=no',
  'smtp unix - - n - - smtp',
  'relay unix - - n - - smtp',
  '  -o syslog_name=postfix/$service_name',
];

const HOST = hostAt(25);

describe.runIf(mailServersAreHere)('OWN-3, INB-3: the settings of Postfix', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'primum-postconf-'));
    vi.stubEnv('MAIL_CONFIG', folder);
    await writeFile(join(folder, 'boxes'), 'bob@boxes.test bob/\n');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  async function configure(main: Readonly<Record<string, string>>, master = MASTER) {
    const lines = Object.entries({ ...MAIN, ...main }).map(([name, value]) => `${name} = ${value}`);
    await writeFile(join(folder, 'main.cf'), lines.join('\n').replaceAll('@DIR@', folder) + '\n');
    await writeFile(join(folder, 'master.cf'), `${master.join('\n')}\n`);
  }

  async function recipients(main: Readonly<Record<string, string>> = {}, master?: string[]) {
    await configure(main, master);
    const [row] = await recipientMaps.run(
      'this machine',
      openTools(planOf({ hosts: [HOST], domains: ['house.test', 'boxes.test'] })),
    );
    return { state: row?.state, text: row?.evidence.join(' ') ?? '' };
  }

  async function helo(main: Readonly<Record<string, string>> = {}, master?: string[]) {
    await configure(main, master);
    const known: Readonly<Record<string, string>> = {
      ...{ 'mx.house.test A': '127.0.0.1', 'out.house.test A': '127.0.0.9' },
      '127.0.0.1 PTR': 'mx.house.test',
    };
    const ask = (name: string, type: string): Promise<DnsAnswer> => {
      const record = known[`${name} ${type}`];
      return Promise.resolve(
        record === undefined ? { kind: 'none' } : { kind: 'found', records: [record] },
      );
    };
    const tools = { plan: planOf({ hosts: [HOST] }), dns: { ask } } as unknown as Tools;
    const addresses = ['127.0.0.1'];
    const notes = await heloNotes(HOST, { addresses, agreeing: addresses }, tools);
    const { state, evidence } = sumUp('OWN-3', notes);
    return { state, text: evidence.join(' ') };
  }

  it('are what is proposed: domains of tables, made and not made, and ports of services (OWN-9)', async () => {
    await writeFile(join(folder, 'made'), 'Made.test OK\n"in-quotes.test" OK\n');
    await writeFile(join(folder, 'source'), '# not made\nsource.test OK\n');
    await configure({
      virtual_mailbox_domains: 'proxy:hash:@DIR@/made, hash:@DIR@/source, boxes.test',
      relay_domains: 'static:all',
    });
    const made = await runProgram(['postmap', join(folder, 'made')], {
      variables: ['MAIL_CONFIG'],
    });
    expect(made).toMatchObject({ ok: true });
    // Only what was made of it is true now.
    await writeFile(join(folder, 'made'), 'later.test OK\n');
    const nothing = { ask: () => Promise.resolve({ kind: 'none' } as const) };
    const found = await propose(nothing, { openPorts: () => Promise.resolve([]) });
    expect([...found.domains].sort()).toEqual([
      ...['boxes.test', 'house.test', 'in-quotes.test', 'made.test', 'source.test'],
    ]);
    expect(found.unread).toEqual([
      { table: 'static:all', parameter: 'relay_domains', why: 'it knows every name' },
    ]);
    expect(found.ports?.map(({ port }) => port)).toEqual([25, 587]);
    expect(found.roles).toEqual(['mx', 'submission', 'outbound']);
  });

  it('INB-3: pass where each table knows who is there', async () => {
    const { state, text } = await recipients();
    expect(state, text).toBe('pass');
    expect(text).toContain(
      'An address made up by chance is in none of the tables of recipients (3 asked)',
    );
  });

  it.each([
    ['all local users', { local_recipient_maps: 'static:x' }, 'fail', 'knows every address'],
    ['nobody is asked for', { local_recipient_maps: '' }, 'fail', 'local_recipient_maps is empty'],
    [
      'all of a domain by a pattern',
      { virtual_mailbox_maps: 'regexp:{ {/@boxes\\.test$$/ x} }' },
      'fail',
      'for anybody in boxes.test',
    ],
    [
      'all of them in a table of tables',
      { virtual_mailbox_maps: 'unionmap:{texthash:@DIR@/boxes, static:x}' },
      'fail',
      'for anybody in boxes.test',
    ],
    [
      'a catch-all',
      { virtual_alias_maps: 'inline:{ @house.test=ann@house.test }' },
      'warn',
      'knows @house.test and gives it to ann@house.test: that is a catch-all',
    ],
    [
      'a domain that is rewritten whole',
      { virtual_alias_maps: 'inline:{ @house.test=@boxes.test }' },
      'fail',
      'rewrites it to @boxes.test',
    ],
    [
      'a table that is not there',
      { virtual_mailbox_maps: 'texthash:/nowhere/boxes' },
      'unknown',
      'texthash:/nowhere/boxes',
    ],
    [
      'a table that answers nothing',
      { virtual_alias_maps: 'fail:x' },
      'unknown',
      'could not be asked',
    ],
    [
      'a type that Postfix was not built with',
      { virtual_mailbox_maps: 'nosuchtype:x' },
      'unknown',
      'unsupported dictionary type',
    ],
  ])('INB-3: %s', async (_, main, wanted, evidence) => {
    const { state, text } = await recipients(main);
    expect(state, text).toBe(wanted);
    expect(text).toContain(evidence);
    expect(text).not.toContain('refuses unknown recipients of all its domains');
  });

  it('INB-3: what master.cf says of the service of port 25, and not of submission', async () => {
    const [first = '', ...rest] = MASTER;
    const own = [first, '  -o { smtpd_reject_unlisted_recipient = no }', ...rest];
    const { state, text } = await recipients({}, own);
    expect(state, text).toBe('fail');
    expect(text).toContain('Service smtp (inet) in master.cf: Postfix does not check recipients');
  });

  it('OWN-3: pass with the name as shipped', async () => {
    const { state, text } = await helo();
    expect(state, text).toBe('pass');
    expect(text).toMatch(
      /mx\.house\.test \(smtp_helo_name of Postfix: smtp, relay in \/\S+\/master\.cf\)/,
    );
  });

  it.each([
    ['main.cf', { smtp_helo_name: 'out.house.test' }, undefined, 'leads to 127.0.0.9'],
    ['main.cf', { smtp_helo_name: 'localhost' }, undefined, 'every machine may call itself'],
    [
      'master.cf',
      {},
      [...MASTER.slice(0, 4), '  -o smtp_helo_name=${myhostname}.invalid', ...MASTER.slice(4)],
      'mx.house.test.invalid (smtp_helo_name of Postfix: smtp in master.cf) has no address',
    ],
    [
      'master.cf by myhostname',
      {},
      [...MASTER.slice(0, 4), '  -o myhostname=out.house.test', ...MASTER.slice(4)],
      'out.house.test (smtp_helo_name of Postfix: smtp in master.cf) leads to 127.0.0.9',
    ],
  ])('OWN-3: fail by %s for %o', async (_, main, master, evidence) => {
    const { state, text } = await helo(main, master);
    expect(state, text).toBe('fail');
    // The folder is that of a test.
    expect(text.replaceAll(/\/\S+\/(?=master\.cf)/g, '')).toContain(evidence);
  });
});
