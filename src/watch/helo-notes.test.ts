/** OWN-3: the name that Postfix says when it sends, service by service, and not that of its greeting. */
import { describe, expect, it } from 'vitest';
import { planOf } from '../../test/watch/plan.ts';
import { sumUp } from './checks/observe.ts';
import type { Tools } from './contract.ts';
import type { DnsAnswer } from './dns.ts';
import { heloNotes } from './helo-notes.ts';
import type { WatchedHost } from './plan.ts';
import { readPostfix, type Postconf } from './postconf.ts';

const HOST: WatchedHost = {
  ...{ name: 'mx.house.test', addresses: ['192.0.2.25'], roles: ['outbound'] },
  ...{ smtpPort: 25, submissionPort: 587 },
};
const OTHER: WatchedHost = { ...HOST, name: 'out2.house.test', addresses: ['192.0.2.26'] };

const DNS: Readonly<Record<string, readonly string[]>> = {
  'mx.house.test A': ['192.0.2.25'],
  'out2.house.test A': ['192.0.2.26'],
  'elsewhere.house.test A': ['192.0.2.99'],
  'alias.house.test A': ['192.0.2.25'],
  '192.0.2.25 PTR': ['mx.house.test'],
  '192.0.2.26 PTR': ['out2.house.test'],
};

const ask = (name: string, type: string): Promise<DnsAnswer> => {
  const records = DNS[`${name} ${type}`];
  return Promise.resolve(records === undefined ? { kind: 'none' } : { kind: 'found', records });
};

const SMTP = 'smtp unix - - n - - smtp';

interface Setting {
  readonly main?: Readonly<Record<string, string>>;
  readonly lines?: readonly string[];
  readonly own?: readonly string[];
  readonly why?: string;
  readonly host?: WatchedHost;
  readonly addresses?: readonly string[];
}

async function look({ main = {}, lines = [SMTP], own = [], why, ...more }: Setting = {}) {
  const raw = { myhostname: 'mx.house.test', smtp_helo_name: '$myhostname', ...main };
  const text = (values: Readonly<Record<string, string>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n');
  const expanded = Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      value.replace('$myhostname', raw.myhostname),
    ]),
  );
  const says = (args: readonly string[]): Postconf => {
    if (why !== undefined) return { text: '', why };
    if (args[0] === '-M') return { text: lines.join('\n') };
    if (args[0] === '-P') return { text: own.join('\n') };
    return { text: text(args[0] === '-x' ? expanded : raw) };
  };
  const postfix = await readPostfix([], (args) => Promise.resolve(says(args)));
  const { host = HOST } = more;
  const { addresses = host.addresses } = more;
  const plan = planOf({ hosts: [HOST, OTHER] });
  const tools = { plan, dns: { ask } } as unknown as Tools;
  const notes = await heloNotes(host, { addresses, agreeing: addresses }, tools, {
    ...{ postfix, own: { name: 'machine', addresses: ['192.0.2.25', '192.0.2.26'] } },
  });
  const { state, evidence } = sumUp('OWN-3', notes);
  return { state, text: evidence.join(' ') };
}

describe('OWN-3: the name that Postfix says when it sends', () => {
  it('passes where it leads to the address it sends from, and back', async () => {
    const { state, text } = await look();
    expect(state, text).toBe('pass');
    expect(text).toContain('mx.house.test (smtp_helo_name of Postfix: smtp in master.cf)');
  });

  it.each([
    ['localhost', 'is what every machine may call itself'],
    ['localhost.localdomain', 'is what every machine may call itself'],
    ['mail', 'is one word without a domain'],
    ['192.0.2.25', 'is an address and no name'],
    ['[192.0.2.25]', 'is an address and no name'],
    ['[IPv6:2001:db8::1]', 'is an address and no name'],
    ['nowhere.house.test', 'has no address'],
    ['elsewhere.house.test', 'leads to 192.0.2.99 and not to 192.0.2.25, from where it sends.'],
  ])('fails for smtp_helo_name = %s, whatever the greeting says', async (name, why) => {
    const { state, text } = await look({ main: { smtp_helo_name: name } });
    expect(state, text).toBe('fail');
    expect(text).toContain(`${name.toLowerCase()} (smtp_helo_name of Postfix`);
    expect(text).toContain(why);
  });

  it('warns of a name that leads there, where the reverse name is another', async () => {
    const { state, text } = await look({ main: { smtp_helo_name: 'alias.house.test' } });
    expect(state, text).toBe('warn');
    expect(text).toContain('whose reverse name is mx.house.test and not that');
  });

  it('is that of the service of default_transport; of another one it warns', async () => {
    const lines = [SMTP, 'out2 unix - - n - - smtp'];
    const own = ['out2/unix/smtp_helo_name = localhost'];
    expect((await look({ lines, own })).state).toBe('warn');
    const main = { default_transport: 'out2:[relay.test]' };
    const { state, text } = await look({ lines, own, main });
    expect(state, text).toBe('fail');
    expect(text).toContain('localhost (smtp_helo_name of Postfix: out2 in master.cf)');
  });

  it('is made of the myhostname of the service', async () => {
    const own = ['smtp/unix/myhostname = elsewhere.house.test'];
    const { state, text } = await look({ own });
    expect(state, text).toBe('fail');
    expect(text).toContain('elsewhere.house.test (smtp_helo_name');
  });

  it('has to lead to the address that its service binds to, and to no other', async () => {
    const lines = [SMTP, 'out2 unix - - n - - smtp'];
    const bound = [
      'smtp/unix/smtp_bind_address = 192.0.2.25',
      'out2/unix/smtp_bind_address = 192.0.2.26',
    ];
    const own = [...bound, 'out2/unix/smtp_helo_name = out2.house.test'];
    for (const host of [HOST, OTHER])
      expect(await look({ lines, own, host })).toMatchObject({ state: 'pass' });
    const wrong = await look({ lines, own: bound, host: OTHER });
    expect(wrong.state, wrong.text).toBe('warn');
    expect(wrong.text).toContain('leads to 192.0.2.25 and not to 192.0.2.26');
  });

  it('is asked of the families that Postfix speaks', async () => {
    const addresses = ['192.0.2.25', '2001:db8::25'];
    expect((await look({ addresses })).state).toBe('warn');
    expect((await look({ addresses, main: { inet_protocols: 'ipv4' } })).state).toBe('pass');
  });

  it('is not asked behind NAT, where the address it binds to is not the one the world sees', async () => {
    const own = ['smtp/unix/smtp_bind_address = 10.0.0.5'];
    expect((await look({ own })).state).toBe('pass');
  });

  it('says which instance of Postfix was read, and which were not', async () => {
    const folder = { config_directory: '/etc/postfix' };
    expect((await look({ main: folder })).text).toContain('smtp in /etc/postfix/master.cf)');
    const main = { ...folder, multi_instance_directories: '/etc/postfix-out, /etc/postfix-in' };
    const { state, text } = await look({ main });
    expect(state, text).toBe('pass');
    expect(text).toContain(
      'Only the Postfix in /etc/postfix was read, and not what the instances in /etc/postfix-out, /etc/postfix-in say',
    );
    expect(text).toContain('with MAIL_CONFIG set to each of those folders');
  });

  it('says what was not looked at', async () => {
    const host = { ...HOST, addresses: ['192.0.2.77'], name: 'far.house.test' };
    const far = await look({ host });
    expect(far.text).toContain(
      'what far.house.test says in HELO when it sends was not, as the Postfix of this machine is mx.house.test',
    );
    const absent = await look({ why: 'postconf: fatal: open /etc/main.cf: No such file' });
    expect(absent.state).toBe('pass');
    expect(absent.text).toContain('was not, as this machine has no Postfix');
  });

  it('is unknown where Postfix cannot say it', async () => {
    const { state, text } = await look({
      why: 'postconf: fatal: open master.cf: Permission denied',
    });
    expect(state, text).toBe('unknown');
    expect(text).toContain('could not be read: postconf: fatal: open master.cf: Permission denied');
  });
});
