/** `primum connect`: the lines are those of the guides, made for the machine it runs on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { postfixAddress } from '../../src/connect/address.ts';
import { planConnection } from '../../src/connect/connect.ts';
import type { ConnectOptions, ConnectPlan, RunTool } from '../../src/connect/contract.ts';

const GUIDES = join(import.meta.dirname, '../../docs/guides');

/** Lines of the code blocks of a guide that have no language. */
function guideLines(guide: string): readonly string[] {
  const text = readFileSync(join(GUIDES, guide), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === '')
    .flatMap((match) => (match[2] ?? '').split('\n').filter((line) => line.trim() !== ''));
}

const OPTIONS: ConnectOptions = {
  policyListen: ['127.0.0.1:10040'],
  milterListen: ['unix:/var/spool/postfix/primum/milter.sock'],
  authPolicyListen: ['127.0.0.1:8084'],
  inboundContexts: [],
  inboundDaemons: [],
  dovecotPassword: 'secret',
  dovecotPasswordFile: '/etc/primum/dovecot.password',
  withSecrets: true,
  daemonUser: 'primum',
  configFile: 'primum.yaml',
  freshNonce: 'choose-your-own-and-keep-it',
};

const nothing: RunTool = () => Promise.resolve({ kind: 'absent' });

/** What a host prints, by program and first option. */
function host(printed: Readonly<Record<string, string>>): RunTool {
  return (program, args) => {
    const text = printed[[program, ...args].join(' ')] ?? '';
    return Promise.resolve({ kind: 'printed', text });
  };
}

const allLines = (plan: ConnectPlan): readonly string[] => plan.files.flatMap(({ lines }) => lines);

describe('the lines of primum connect', () => {
  it.each([
    ['postfix', 'postfix.md'],
    ['dovecot', 'dovecot.md'],
  ] as const)('for %s all stand in the guide %s', async (program, guide) => {
    const lines = allLines(await planConnection(program, OPTIONS, nothing));
    expect(guideLines(guide)).toEqual(expect.arrayContaining([...lines]));
    expect(lines.length).toBeGreaterThan(5);
  });

  it('are the whole submission service of the guide, in its order', async () => {
    const lines = guideLines('postfix.md');
    const from = lines.indexOf('submission inet n - y - - smtpd');
    const service = lines.slice(from, from + 10);
    const plan = await planConnection('postfix', OPTIONS, nothing);
    expect(plan.files.at(-1)?.lines.slice(0, 10)).toEqual(service);
  });

  it('name the unix socket of the guide where the policy door listens on it', async () => {
    const policyListen = ['127.0.0.1:10040', 'unix:/var/spool/postfix/primum/policy.sock'];
    const lines = allLines(await planConnection('postfix', { ...OPTIONS, policyListen }, nothing));
    expect(lines[0]).toContain('{ unix:primum/policy.sock,');
    expect(guideLines('postfix.md')).toContain(lines[0]);
  });
});

describe('how Postfix reaches a door', () => {
  it.each<[string[], boolean, string | undefined]>([
    [['127.0.0.1:10040'], true, 'inet:127.0.0.1:10040'],
    [['0.0.0.0:10040'], true, 'inet:127.0.0.1:10040'],
    [['[::]:10040'], true, 'inet:[::1]:10040'],
    [['127.0.0.1:10040', 'unix:/var/spool/postfix/p/x.sock'], true, 'unix:p/x.sock'],
    [['unix:/run/x.sock'], true, undefined],
    [['unix:/run/x.sock'], false, 'unix:/run/x.sock'],
    [['unix:/run/x.sock', '127.0.0.1:1'], true, 'inet:127.0.0.1:1'],
    [[], true, undefined],
  ])('listening on %j, in a chroot %s: %s', (listen, isChrooted, address) => {
    const place = { queueDirectory: '/var/spool/postfix', isChrooted };
    expect(postfixAddress(listen, place)).toBe(address);
  });
});

const CONNECTED = {
  postconf: [
    'compatibility_level = 3.6',
    'config_directory = /etc/postfix',
    'mail_version = 3.7.11',
    'non_smtpd_milters = $primum_milter',
    'primum_milter = { unix:primum/milter.sock, connect_timeout=2s, command_timeout=5s, content_timeout=30s, default_action=accept }',
    'primum_policy = check_policy_service { inet:127.0.0.1:10040, timeout=2s, try_limit=1, default_action=DUNNO, policy_context=submission }',
    'queue_directory = /var/spool/postfix',
  ].join('\n'),
  'postconf -M': [
    'smtp       inet  n       -       y       -       -       smtpd',
    'submissions inet n       -       y       -       -       smtpd -o syslog_name=postfix/submissions',
    'pickup     unix  n       -       y       60      1       pickup',
  ].join('\n'),
  'postconf -P': [
    'submissions/inet/syslog_name = postfix/submissions',
    'submissions/inet/smtpd_tls_wrappermode = yes',
    'submissions/inet/smtpd_tls_auth_only = yes',
    'submissions/inet/smtpd_sasl_auth_enable = yes',
    'submissions/inet/smtpd_client_restrictions =',
    'submissions/inet/smtpd_sender_restrictions =',
    'submissions/inet/smtpd_relay_restrictions = permit_sasl_authenticated,reject',
    'submissions/inet/smtpd_recipient_restrictions = $primum_policy, reject_unknown_recipient_domain',
    'submissions/inet/smtpd_end_of_data_restrictions = $primum_policy',
    'submissions/inet/smtpd_milters = $primum_milter,unix:opendkim/opendkim.sock',
    'submissions/inet/milter_macro_daemon_name = submissions',
  ].join('\n'),
};

describe('a Postfix that is there', () => {
  it('needs nothing more when every line stands, in its own way', async () => {
    const plan = await planConnection('postfix', OPTIONS, host(CONNECTED));
    expect(plan.facts.filter(({ isSo }) => !isSo)).toEqual([]);
    expect(plan.files).toEqual([]);
    expect(plan.doors).toEqual(['policy', 'milter']);
  });

  it('is told only what each submission service lacks, and never about port 25', async () => {
    const own = CONNECTED['postconf -P'].replace(/^.*end_of_data.*\n/m, '');
    const plan = await planConnection(
      'postfix',
      OPTIONS,
      host({ ...CONNECTED, 'postconf -P': own }),
    );
    expect(plan.files).toEqual([
      {
        file: '/etc/postfix/master.cf',
        where: 'below "submissions inet n - y - - smtpd"',
        lines: ['  -o smtpd_end_of_data_restrictions=$primum_policy'],
      },
    ]);
    expect(plan.facts.filter(({ isSo }) => !isSo).map(({ text }) => text)).toEqual([
      'The service submissions lacks smtpd_end_of_data_restrictions.',
    ]);
  });

  it('is led to sockets in its chroot where the doors listen on loopback, and TCP is the other way', async () => {
    const fresh = {
      ...CONNECTED,
      postconf: CONNECTED.postconf.replaceAll(/^primum_.*\n/gm, ''),
    };
    const tcp = { ...OPTIONS, milterListen: ['127.0.0.1:10041'] };
    const plan = await planConnection('postfix', tcp, host(fresh));
    expect(plan.files[0]).toEqual({
      file: 'primum.yaml',
      where: 'then restart primum',
      lines: [
        'doors:',
        '  policy:',
        "    listen: ['unix:/var/spool/postfix/primum/policy.sock']",
        '    socket_group: postfix',
        '  milter:',
        "    listen: ['unix:/var/spool/postfix/primum/milter.sock']",
        '    socket_group: postfix',
      ],
    });
    expect(plan.files[1]?.lines.join('\n')).toMatch(
      /\{ unix:primum\/policy\.sock,.*\n.*\{ unix:primum\/milter\.sock,/,
    );
    expect(plan.notes.join('\n')).toContain(
      'write inet:127.0.0.1:10040 in place of unix:primum/policy.sock',
    );
    expect(plan.notes.join('\n')).toMatch(/install -d -o primum -g postfix -m 0710 \S+$/m);
  });

  it('of a user who tries the program has the folder for him, and a file to start it with', async () => {
    const { configFile: _, ...without } = OPTIONS;
    const tcp = { policyListen: ['127.0.0.1:10040'], milterListen: ['127.0.0.1:10041'] };
    const options = { ...without, ...tcp, daemonUser: 'eve' };
    const fresh = { ...CONNECTED, postconf: CONNECTED.postconf.replaceAll(/^primum_.*\n/gm, '') };
    const plan = await planConnection('postfix', options, host(fresh));
    expect(plan.files[0]?.where).toBe(
      'a file of your own; then start primum with --config primum.yaml',
    );
    expect(plan.notes.join('\n')).toContain('install -d -o eve -g postfix');
    expect(plan.notes.join('\n')).toContain('there is no user primum on this host');
  });

  it('is found in order over TCP and over sockets alike', async () => {
    const socket = { ...OPTIONS, policyListen: ['unix:/var/spool/postfix/primum/policy.sock'] };
    const moved = CONNECTED.postconf.replace('inet:127.0.0.1:10040', 'unix:primum/policy.sock');
    for (const [options, postconf] of [
      [OPTIONS, CONNECTED.postconf],
      [socket, moved],
    ] as const) {
      const plan = await planConnection('postfix', options, host({ ...CONNECTED, postconf }));
      expect(plan.facts.filter(({ isSo }) => !isSo)).toEqual([]);
    }
    const crossed = await planConnection(
      'postfix',
      OPTIONS,
      host({ ...CONNECTED, postconf: moved }),
    );
    expect(crossed.facts.filter(({ isSo }) => !isSo).map(({ text }) => text)).toEqual([
      'The line primum_policy of main.cf has unix:primum/policy.sock in place of inet:127.0.0.1:10040.',
    ]);
  });

  it('keeps its milters and restrictions, behind Primum, and says why', async () => {
    const plan = await planConnection(
      'postfix',
      OPTIONS,
      host({
        postconf: [
          'mail_version = 3.7.11',
          'queue_directory = /var/spool/postfix',
          'smtpd_milters = unix:opendkim/opendkim.sock',
          'non_smtpd_milters = $smtpd_milters',
        ].join('\n'),
        'postconf -M': 'submission inet n - y - - smtpd\nsubmissions inet n - y - - smtpd',
        'postconf -P': [
          'submissions/inet/smtpd_milters = { unix:rspamd.sock, default_action=accept }',
          'submissions/inet/smtpd_recipient_restrictions = permit_sasl_authenticated, reject',
        ].join('\n'),
      }),
    );
    const lines = allLines(plan);
    expect(lines).toContain('non_smtpd_milters = $primum_milter, $smtpd_milters');
    expect(lines).toContain('  -o smtpd_milters=$primum_milter,unix:opendkim/opendkim.sock');
    expect(lines).toContain(
      '  -o { smtpd_milters = $primum_milter, { unix:rspamd.sock, default_action=accept } }',
    );
    expect(lines).toContain(
      '  -o smtpd_recipient_restrictions=$primum_policy,permit_sasl_authenticated,reject',
    );
    expect(plan.notes.join('\n')).toContain('a DKIM signer has to');
  });

  it('may have the door written out in place of its name, as the README does', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const options = readme.matchAll(/^ *-o (smtpd_(?:recipient|end_of_data)_restrictions=.*)$/gm);
    const inline = [...options].map(
      ([, option = '']) => `submissions/inet/${option.replace('=', ' = ')}`,
    );
    expect(inline).toHaveLength(2);
    const own = CONNECTED['postconf -P'].replaceAll(/^.*\$primum_policy.*\n/gm, '');
    const printed = {
      ...CONNECTED,
      postconf: CONNECTED.postconf.replace(/^primum_policy.*\n/m, ''),
      'postconf -P': [own, ...inline].join('\n'),
    };
    const policyListen = ['unix:/var/spool/postfix/primum/policy.sock'];
    const overTcp = printed['postconf -P'].replaceAll(
      'unix:primum/policy.sock',
      'inet:127.0.0.1:10040',
    );
    for (const [options, postconf] of [
      [{ ...OPTIONS, policyListen }, printed['postconf -P']],
      [OPTIONS, overTcp],
    ] as const) {
      const given = host({ ...printed, 'postconf -P': postconf });
      const plan = await planConnection('postfix', options, given);
      expect(plan.facts.filter(({ isSo }) => !isSo)).toEqual([]);
      expect(plan.facts.map(({ text }) => text)).toContain(
        'The services have primum_policy written out.',
      );
      expect(plan.files.map(({ file }) => file)).toEqual(['/etc/postfix/main.cf']);
    }
    const elsewhere = {
      ...printed,
      'postconf -P': overTcp.replaceAll('10040', '10031'),
    };
    const other = await planConnection('postfix', OPTIONS, host(elsewhere));
    expect(other.facts.filter(({ isSo }) => !isSo).map(({ text }) => text)).toEqual([
      'main.cf lacks the line primum_policy = ...',
      'The service submissions lacks smtpd_recipient_restrictions, smtpd_end_of_data_restrictions.',
    ]);
  });

  it('is told a line of another value in its place, and none that stands', async () => {
    const moved = CONNECTED.postconf.replace('inet:127.0.0.1:10040', 'inet:127.0.0.1:99');
    const plan = await planConnection('postfix', OPTIONS, host({ ...CONNECTED, postconf: moved }));
    const where = 'in place of the lines of that name';
    expect(plan.files.filter(({ file }) => file.endsWith('main.cf'))).toMatchObject([
      { where, lines: [expect.stringMatching(/^primum_policy = /)] },
    ]);
  });

  it('says which line of main.cf is missing', async () => {
    const main = CONNECTED.postconf.replace(/^primum_policy.*\n/m, '');
    const plan = await planConnection('postfix', OPTIONS, host({ ...CONNECTED, postconf: main }));
    expect(plan.facts.filter(({ isSo }) => !isSo).map(({ text }) => text)).toEqual([
      'main.cf lacks the line primum_policy = ...',
    ]);
  });
});

/** As Dovecot 2.3.19 prints it. */
const DOVECONF = [
  '# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf',
  'auth_mechanisms = plain login cram-md5',
  'auth_policy_hash_nonce = # hidden, use -P to show it',
  'auth_policy_request_attributes = login=%{requested_username} pwhash=%{hashed_password} remote=%{rip} device_id=%{client_id} protocol=%s session_id=%{session} attrs/mech=%{mech}',
  'auth_policy_server_api_header = Authorization: Basic ZG92ZWNvdDpzZWNyZXQ=',
  'auth_policy_server_timeout_msecs = 1000',
  'auth_policy_server_url = http://127.0.0.1:8084/',
  'imap_id_retain = yes',
  'service anvil {',
  '  unix_listener anvil-auth-penalty {',
  '    mode = 00',
  '  }',
  '}',
].join('\n');

describe('a Dovecot that is there', () => {
  const look = (printed: string, more: Partial<ConnectOptions> = {}) =>
    planConnection('dovecot', { ...OPTIONS, ...more }, host({ 'doveconf -n': printed }));

  it('needs nothing more when every line stands; its nonce is left alone', async () => {
    const plan = await look(DOVECONF);
    expect(plan.facts.filter(({ isSo }) => !isSo)).toEqual([]);
    expect(allLines(plan).join('\n')).not.toContain('nonce');
  });

  it.each<[RegExp, string, string]>([
    [/ attrs\/mech=\S+/, '', 'auth_policy_request_attributes has another value'],
    [/^imap_id_retain.*\n/m, '', 'imap_id_retain is not set.'],
    [/mode = 00/, 'mode = 0600', "Dovecot's own delay (anvil-auth-penalty) is still on"],
    [/8084/, '9999', 'auth_policy_server_url has another value: http://127.0.0.1:9999/'],
  ])('misses what %s took away', async (found, put, text) => {
    const plan = await look(DOVECONF.replace(found, put));
    const missing = plan.facts.filter(({ isSo }) => !isSo);
    expect(missing).toHaveLength(1);
    expect(missing[0]?.text).toContain(text);
  });

  it.each(['check_before_auth', 'check_after_auth', 'report_after_auth'])(
    'that has auth_policy_%s switched off is told so, and gets the line',
    async (moment) => {
      const plan = await look(`${DOVECONF}\nauth_policy_${moment} = no`);
      expect(plan.facts.filter(({ isSo }) => !isSo).map(({ text }) => text)).toEqual([
        expect.stringMatching(
          new RegExp(`^auth_policy_${moment} = no: .* write auth_policy_${moment} = yes`),
        ),
      ]);
      expect(allLines(plan)).toContain(`auth_policy_${moment} = yes`);
    },
  );

  it('says when its configuration was changed', async () => {
    const at = '2026-11-28T11:00:00.000Z';
    const changedAt = (file: string) =>
      Promise.resolve(file === '/etc/dovecot/dovecot.conf' ? at : undefined);
    const plan = await planConnection('dovecot', OPTIONS, host({ 'doveconf -n': DOVECONF }), {
      changedAt,
    });
    expect(plan.changedAt).toBe(at);
  });

  it('keeps password and nonce out of the lines unless they are asked for', async () => {
    const text = JSON.stringify(await look('', { withSecrets: false, freshNonce: 'hush' }));
    expect(text).not.toContain('ZG92ZWNvdDpzZWNyZXQ=');
    expect(text).not.toContain('hush');
    expect(text).toContain('cat /etc/primum/dovecot.password');
  });

  it('with a nonce in the lines says to keep it, and not to choose one', async () => {
    const shown = await look('', { withSecrets: true, freshNonce: 'f'.repeat(64) });
    expect(shown.notes).toContain(
      'Keep the auth_policy_hash_nonce of these lines once it is in place: with another one every password looks new.',
    );
    expect(shown.notes.join(' ')).not.toContain('openssl');
    const hidden = await look('', { withSecrets: false });
    expect(hidden.notes.join(' ')).toContain('openssl rand -hex 32');
  });

  it.each([
    ['auth_policy_hash_nonce', 'YOUR-OWN-LONG-RANDOM-TEXT'],
    ['auth_policy_hash_nonce', 'choose-your-own-and-keep-it'],
    ['auth_policy_server_api_header', 'Authorization: Basic BASE64-OF-NAME-AND-PASSWORD'],
  ])('with a %s as it was shown is not well, and gets the line again', async (name, value) => {
    const printed = { 'doveconf -n': DOVECONF, [`doveconf -P -h ${name}`]: `${value}\n` };
    const plan = await planConnection('dovecot', OPTIONS, host(printed));
    expect(plan.facts.filter(({ isSo }) => !isSo).map(({ text }) => text)).toEqual([
      expect.stringMatching(new RegExp(`^${name} is the text that was shown in its place`)),
    ]);
    expect(allLines(plan).some((line) => line.startsWith(`${name} = `))).toBe(true);
  });

  it('cannot ask where the door listens on a unix socket only, and says so', async () => {
    const plan = await look(DOVECONF, { authPolicyListen: ['unix:/run/primum.sock'] });
    expect(plan.files).toEqual([]);
    expect(plan.notes.join()).toContain('over TCP only');
  });
});
