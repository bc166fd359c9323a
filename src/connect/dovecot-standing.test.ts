/** What `primum connect dovecot` says of a policy server that stands already, and where the lines go. */
import { describe, expect, it } from 'vitest';
import { planConnection } from './connect.ts';
import type { ConnectOptions } from './contract.ts';

const OPTIONS: ConnectOptions = {
  policyListen: [],
  milterListen: [],
  authPolicyListen: ['127.0.0.1:8084'],
  inboundContexts: [],
  inboundDaemons: [],
  dovecotPassword: 'secret',
  withSecrets: false,
  freshNonce: '',
  daemonUser: 'primum',
};

const basic = (login: string): string =>
  `auth_policy_server_api_header = Authorization: Basic ${Buffer.from(login).toString('base64')}`;

interface Given extends Partial<ConnectOptions> {
  readonly main?: string;
}

function look(lines: readonly string[], { main = '!include conf.d/*.conf', ...more }: Given = {}) {
  const text = ['# 2.3.19.1 (9b53102964): /srv/dovecot/dovecot.conf', ...lines].join('\n');
  return planConnection(
    'dovecot',
    { ...OPTIONS, ...more },
    () => Promise.resolve({ kind: 'printed', text }),
    {
      readText: (file) => Promise.resolve(file === '/srv/dovecot/dovecot.conf' ? main : undefined),
    },
  );
}

describe('another policy server', () => {
  it('is said to be switched off, without its password', async () => {
    const url = 'auth_policy_server_url = http://wforce:hush@10.0.0.1:4001/';
    const notes = (await look([url, basic('wforce:hush')])).notes.join('\n');
    expect(notes).toContain('auth_policy_server_url = http://...@10.0.0.1:4001/');
    expect(notes).toContain('these lines switch that one off');
    expect(notes).toContain('Another auth_policy_server_api_header stands there');
    expect(notes).not.toMatch(/hush|d2ZvcmNl/);
  });

  it('leaves no password behind that would go to a door without one', async () => {
    const lines = ['auth_policy_server_url = http://10.0.0.1:4001/', basic('wforce:hush')];
    const { dovecotPassword: _, ...open } = OPTIONS;
    const plan = await planConnection('dovecot', open, () =>
      Promise.resolve({ kind: 'printed', text: lines.join('\n') }),
    );
    expect(plan.notes.join('\n')).toContain('Take the line auth_policy_server_api_header out');
  });

  it('is told by its attributes, with those that would be lost', async () => {
    const own = 'auth_policy_request_attributes = login=%{requested_username} realm=%d';
    const notes = (await look([own])).notes.join('\n');
    expect(notes).toContain('Another auth_policy_request_attributes stands there');
    expect(notes).toContain('without realm=%d.');
  });

  it.each(['dovecot:secret', 'anybody:secret'])(
    'is not seen in our own lines: %s',
    async (login) => {
      const url = 'auth_policy_server_url = http://127.0.0.1:8084/';
      const notes = (await look([url, basic(login)])).notes.join('\n');
      expect(notes).not.toMatch(/Another|another policy server/);
    },
  );
});

describe('when Dovecot asks', () => {
  it('is not said to be so of Primum where no line names it', async () => {
    const texts = (await look([])).facts.map(({ isSo, text }) => `${String(isSo)} ${text}`);
    expect(texts).toContain('false auth_policy_server_url is not set.');
    expect(texts.join('\n')).not.toMatch(/true .*Primum is/);
  });
});

describe('the file of the lines', () => {
  it.each(['!include conf.d/*.conf', 'ssl = no\n  !include_try /srv/dovecot/conf.d/*.conf'])(
    'is one of its conf.d where that is included: %j',
    async (main) => {
      const plan = await look([], { main });
      expect(plan.files[0]?.file).toBe('/srv/dovecot/conf.d/99-primum.conf');
      expect(plan.notes.join()).not.toContain('include');
    },
  );

  it('is the one that Dovecot reads where conf.d is not included', async () => {
    const plan = await look([], { main: 'ssl = no\n#!include conf.d/*.conf\n!include local.conf' });
    const main = '/srv/dovecot/dovecot.conf';
    expect(plan.files[0]).toMatchObject({ file: main, where: 'at its end' });
    expect(plan.notes.join('\n')).toContain(`${main} does not include conf.d/*.conf`);
  });
});
