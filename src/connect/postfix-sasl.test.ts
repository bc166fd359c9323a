/** ACC-1: whom submission asks about passwords, and what `primum connect postfix` says of it. */
import { describe, expect, it } from 'vitest';
import { planConnection } from './connect.ts';
import type { ConnectOptions } from './contract.ts';

const OPTIONS: ConnectOptions = {
  ...{ policyListen: [], milterListen: [], authPolicyListen: [] },
  ...{ inboundContexts: [], inboundDaemons: [] },
  ...{ withSecrets: false, freshNonce: '', daemonUser: 'primum' },
};

const DOVECOT = '# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\n';
const listener = (path: string, mode = '0660'): string =>
  `service auth {\n  unix_listener ${path} {\n    group = postfix\n    mode = ${mode}\n  }\n}\n`;

interface Machine {
  readonly main: string;
  readonly own?: readonly string[];
  /** What doveconf prints; absent where there is none. */
  readonly dovecot?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly services?: string;
}

async function connect({ main, own = [], dovecot, files = {}, services }: Machine) {
  const settings = [
    'syslog_name = x',
    'smtpd_tls_security_level = encrypt',
    'smtpd_client_restrictions =',
    'smtpd_sender_restrictions =',
    'smtpd_relay_restrictions = permit_sasl_authenticated,reject',
    ...own,
  ];
  const texts: Readonly<Record<string, string>> = {
    postconf: `queue_directory = /var/spool/postfix\n${main}`,
    'postconf -M': services ?? 'submission inet n - y - - smtpd',
    'postconf -P': settings.map((line) => `submission/inet/${line}`).join('\n'),
  };
  const plan = await planConnection(
    'postfix',
    OPTIONS,
    (program, args) =>
      Promise.resolve(
        program === 'postconf'
          ? { kind: 'printed', text: texts[[program, ...args].join(' ')] ?? '' }
          : dovecot === undefined
            ? { kind: 'absent' }
            : { kind: 'printed', text: dovecot },
      ),
    { readText: (file) => Promise.resolve(files[file]) },
  );
  return {
    ...plan,
    missing: plan.facts.filter(({ isSo }) => !isSo).map(({ text }) => text),
    well: plan.facts.filter(({ isSo }) => isSo).map(({ text }) => text),
  };
}

const AUTH = ['smtpd_sasl_auth_enable = yes', 'smtpd_tls_auth_only = yes'];
const CYRUS = 'smtpd_sasl_type = cyrus\nsmtpd_sasl_path = smtpd\ncyrus_sasl_config_path =\n';
const SET = 'smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n';
const MAIN = {
  file: '/etc/postfix/main.cf',
  where: 'in place of the lines of that name, where there are any',
};

describe('ACC-1: a submission service that asks Cyrus as Postfix is shipped', () => {
  it('is given the lines for Dovecot, on both sides', async () => {
    const plan = await connect({ main: CYRUS, own: AUTH, dovecot: DOVECOT });
    expect(plan.missing).toEqual([
      'The service submission asks Cyrus SASL about passwords (smtpd_sasl_type = cyrus, as Postfix is shipped), and no smtpd.conf that can be read here sets it up: let it ask Dovecot.',
      'Dovecot has no socket /var/spool/postfix/private/auth, at which Postfix asks it.',
    ]);
    expect(plan.files).toEqual([
      { ...MAIN, lines: ['smtpd_sasl_type = dovecot', 'smtpd_sasl_path = private/auth'] },
      expect.objectContaining({
        lines: expect.arrayContaining([
          '  unix_listener /var/spool/postfix/private/auth {',
        ]) as string[],
      }),
    ]);
    expect(plan.then).toEqual(['systemctl restart dovecot', 'postfix check', 'postfix reload']);
  });

  it('is told of the socket that Dovecot has already, under its own name', async () => {
    const socket = (name: string): string => listener(`/var/spool/postfix/private/${name}`);
    const dovecot = `${DOVECOT}${socket('dovecot-lmtp')}${socket('dovecot-auth')}`;
    const plan = await connect({ main: CYRUS, own: AUTH, dovecot });
    expect(plan.files).toEqual([
      { ...MAIN, lines: ['smtpd_sasl_type = dovecot', 'smtpd_sasl_path = private/dovecot-auth'] },
    ]);
  });

  it('is told what to write for a Dovecot on another host', async () => {
    const plan = await connect({ main: CYRUS, own: AUTH });
    expect(plan.files).toHaveLength(1);
    expect(plan.notes.join(' ')).toContain('smtpd_sasl_path = inet:HOST:PORT');
  });

  it('is left alone where Cyrus is set up', async () => {
    const files = { '/etc/postfix/sasl/smtpd.conf': 'pwcheck_method: saslauthd\n' };
    const plan = await connect({ main: CYRUS, own: AUTH, dovecot: DOVECOT, files });
    expect(plan.missing).toEqual([]);
    expect(plan.files).toEqual([]);
    expect(plan.well.join(' ')).toContain(
      'asks Cyrus SASL (set up in /etc/postfix/sasl/smtpd.conf) about passwords, and not Dovecot',
    );
  });

  it('by its own line is mended in that line', async () => {
    const own = [...AUTH, 'smtpd_sasl_type = cyrus'];
    const dovecot = `${DOVECOT}${listener('/var/spool/postfix/private/auth')}`;
    const plan = await connect({ main: SET, own, dovecot });
    expect(plan.files.at(-1)).toEqual({
      file: '/etc/postfix/master.cf',
      where: 'below "submission inet n - y - - smtpd", in place of its smtpd_sasl_type',
      lines: ['  -o smtpd_sasl_type=dovecot'],
    });
  });
});

describe('ACC-1: a submission service that asks Dovecot', () => {
  const dovecot = `${DOVECOT}${listener('/var/spool/postfix/private/auth')}`;

  it('needs no line', async () => {
    const plan = await connect({ main: SET, own: AUTH, dovecot });
    expect(plan.missing).toEqual([]);
    expect(plan.files).toEqual([]);
    expect(plan.well).toContain(
      'The service submission asks Dovecot about passwords (private/auth).',
    );
  });

  it('needs no line where main.cf has AUTH, and has it under TLS only', async () => {
    const plan = await connect({ main: `${SET}${AUTH.join('\n')}`, dovecot });
    expect(plan.missing).toEqual([]);
    expect(plan.files).toEqual([]);
  });

  it.each([
    ['smtpd_sasl_auth_enable', 'smtpd_tls_auth_only = yes'],
    ['smtpd_tls_auth_only', 'smtpd_sasl_auth_enable = yes'],
  ])('is told that it lacks %s', async (name, other) => {
    const plan = await connect({ main: `${SET}${name} = no`, own: [other], dovecot });
    expect(plan.missing).toEqual([`The service submission lacks ${name}.`]);
    expect(plan.files).toMatchObject([{ lines: [`  -o ${name}=yes`] }]);
  });

  it('by the name that Cyrus has is told of the socket', async () => {
    const main = SET.replace('private/auth', 'smtpd');
    const plan = await connect({ main, own: AUTH, dovecot });
    expect(plan.missing.join(' ')).toContain('smtpd_sasl_path is "smtpd", a name for Cyrus');
    expect(plan.files).toEqual([{ ...MAIN, lines: ['smtpd_sasl_path = private/auth'] }]);
  });

  it.each([
    ['at which it does not listen', listener('/var/spool/postfix/private/other-auth')],
    ['that is switched off', listener('/var/spool/postfix/private/auth', '0')],
  ])('at a socket %s is told so', async (_, has) => {
    const plan = await connect({ main: SET, own: AUTH, dovecot: `${DOVECOT}${has}` });
    expect(plan.missing).toEqual([
      'Dovecot has no socket /var/spool/postfix/private/auth, at which Postfix asks it.',
    ]);
  });

  it.each(['inet:192.0.2.1:12345', '/run/dovecot/auth', 'unix:private/auth'])(
    'at %s is believed',
    async (path) => {
      const main = SET.replace('private/auth', path);
      expect((await connect({ main, own: AUTH, dovecot })).missing).toEqual([]);
    },
  );
});

it('ACC-1: says nothing of it where postconf does not', async () => {
  const plan = await connect({ main: '', own: AUTH, dovecot: DOVECOT });
  expect(plan.facts.map(({ text }) => text).join(' ')).not.toMatch(/passwords/);
});
