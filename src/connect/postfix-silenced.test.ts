/** `primum connect postfix --check`: settings by which a door is not asked though its lines stand. */
import { describe, expect, it } from 'vitest';
import { planConnection } from './connect.ts';
import type { ConnectOptions } from './contract.ts';

const OPTIONS: ConnectOptions = {
  policyListen: ['unix:/var/spool/postfix/primum/policy.sock'],
  milterListen: ['unix:/var/spool/postfix/primum/milter.sock'],
  authPolicyListen: [],
  inboundContexts: ['mx'],
  inboundDaemons: ['mx'],
  nameRules: ['inbound.no_reverse_name: reject'],
  withSecrets: false,
  freshNonce: '',
  daemonUser: 'primum',
};

interface Given extends Partial<ConnectOptions> {
  readonly main?: string;
  readonly own?: string;
  readonly tables?: Readonly<Record<string, string>>;
}

/** Facts that are there only by these settings. */
async function look({ main = '', own = '', tables = {}, ...more }: Given) {
  const plan = (texts: Readonly<Record<string, string>>) =>
    planConnection(
      'postfix',
      { ...OPTIONS, ...more },
      (program, args) =>
        Promise.resolve({ kind: 'printed', text: texts[[program, ...args].join(' ')] ?? '' }),
      { readText: (file) => Promise.resolve(tables[file]) },
    );
  const services = 'smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd';
  const base = ['queue_directory = /var/spool/postfix', 'smtpd_peername_lookup = yes'];
  const usual = await plan({ postconf: base.join('\n'), 'postconf -M': services });
  const odd = await plan({
    postconf: [...base, main].join('\n'),
    'postconf -M': services,
    'postconf -P': own,
  });
  const known = new Set(usual.facts.map(({ text }) => text));
  return odd.facts.filter(({ text }) => !known.has(text));
}

describe('no_milters', () => {
  it('keeps every service of main.cf from asking the milter door', async () => {
    const facts = await look({ main: 'receive_override_options = no_address_mappings,no_milters' });
    expect(facts).toHaveLength(2);
    expect(facts[0]).toMatchObject({ isSo: false });
    expect(facts[0]?.text).toContain('The service smtp has no_milters');
  });

  it('is nothing where port 25 need not ask it, or a service says otherwise', async () => {
    const main = 'receive_override_options = no_milters';
    const own = 'submission/inet/receive_override_options = no_address_mappings';
    const facts = await look({ main, own, inboundDaemons: [] });
    expect(facts.filter(({ text }) => text.includes('no_milters'))).toEqual([]);
  });
});

describe('smtpd_milter_maps', () => {
  const file = '/etc/postfix/clients';
  it.each<[string, string | undefined, boolean, string]>([
    ['static:DISABLE', undefined, false, 'cannot be read here'],
    ['pcre:{{/./ DISABLE}}', undefined, false, 'cannot be read here'],
    [`cidr:${file}`, undefined, false, 'cannot be read here'],
    [`cidr:${file}`, '192.0.2.1 DUNNO\n0.0.0.0/0 DISABLE', false, 'whole ranges'],
    ['cidr:{{::/0 DISABLE}}', undefined, false, 'whole ranges'],
    ['inline:{0.0.0.0/0=DISABLE}', undefined, false, 'whole ranges'],
    [`cidr:${file}`, '# 0.0.0.0/0 DISABLE\n192.168.0.0/16 DISABLE', true, 'leaves the milter door'],
    ['inline:{127.0.0.1=DISABLE}', undefined, true, 'leaves the milter door'],
  ])('%s with %j', async (maps, text, isSo, says) => {
    const given = { own: `submission/inet/smtpd_milter_maps = ${maps}`, inboundDaemons: [] };
    const facts = await look({ ...given, tables: text === undefined ? {} : { [file]: text } });
    const about = facts.filter((fact) => fact.text.includes('smtpd_milter_maps'));
    expect(about).toMatchObject([{ isSo }]);
    expect(about[0]?.text).toContain(says);
  });
});

describe('smtpd_peername_lookup = no', () => {
  const main = 'smtpd_peername_lookup = no';

  it('is said beside a rule by reverse names, of port 25 alone', async () => {
    const facts = await look({ main });
    expect(facts).toMatchObject([{ isSo: false }]);
    expect(facts[0]?.text).toMatch(/^The service smtp has smtpd_peername_lookup = no.*: reject/);
  });

  it.each<Partial<ConnectOptions>>([
    { nameRules: [] },
    { inboundContexts: [], inboundDaemons: [] },
  ])('is nothing to us with %j', async (more) => {
    expect(await look({ main, ...more })).toEqual([]);
  });
});
