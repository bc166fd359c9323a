/** What `primum connect postfix` says of lines that are there and not as they must be. */
import { describe, expect, it } from 'vitest';
import { planConnection } from './connect.ts';
import type { ConnectOptions, ConnectPlan } from './contract.ts';

const OPTIONS: ConnectOptions = {
  policyListen: ['127.0.0.1:10040'],
  milterListen: [],
  authPolicyListen: [],
  inboundContexts: [],
  inboundDaemons: [],
  withSecrets: false,
  freshNonce: '',
  daemonUser: 'primum',
};

const POLICY =
  'check_policy_service { inet:127.0.0.1:10040, timeout=2s, try_limit=1, default_action=DUNNO, policy_context=submission }';

interface Printed {
  readonly recipients?: string;
  readonly policy?: string;
}

function look({ recipients = '$primum_policy', policy = POLICY }: Printed): Promise<ConnectPlan> {
  const own = [
    ...['syslog_name = postfix/submission', 'smtpd_tls_security_level = encrypt'],
    ...['smtpd_tls_auth_only = yes', 'smtpd_sasl_auth_enable = yes'],
    ...['smtpd_client_restrictions =', 'smtpd_sender_restrictions ='],
    'smtpd_relay_restrictions = permit_sasl_authenticated,reject',
    `smtpd_recipient_restrictions = ${recipients}`,
    'smtpd_end_of_data_restrictions = $primum_policy',
  ];
  const texts: Readonly<Record<string, string>> = {
    postconf: `queue_directory = /var/spool/postfix\nprimum_policy = ${policy}`,
    'postconf -M': 'submission inet n - y - - smtpd',
    'postconf -P': own.map((line) => `submission/inet/${line}`).join('\n'),
  };
  return planConnection('postfix', OPTIONS, (program, args) =>
    Promise.resolve({ kind: 'printed', text: texts[[program, ...args].join(' ')] ?? '' }),
  );
}

const missing = ({ facts }: ConnectPlan): readonly string[] =>
  facts.filter(({ isSo }) => !isSo).map(({ text }) => text);

describe('a submission service for which port 25 has tables of clients and senders', () => {
  it('keeps them and says so, and leaves the rest of port 25 out', async () => {
    const texts: Readonly<Record<string, string>> = {
      postconf: [
        'smtpd_client_restrictions = permit_mynetworks, check_client_access hash:/etc/postfix/clients, reject_rbl_client bl.example',
        'smtpd_sender_restrictions = check_sender_access inline:{ a.test=REJECT }, reject_sender_login_mismatch, reject_unknown_sender_domain',
      ].join('\n'),
      'postconf -M': 'submission inet n - y - - smtpd',
    };
    const plan = await planConnection('postfix', OPTIONS, (program, args) =>
      Promise.resolve({ kind: 'printed', text: texts[[program, ...args].join(' ')] ?? '' }),
    );
    const lines = plan.files.flatMap((file) => file.lines);
    expect(lines).toContain(
      '  -o { smtpd_client_restrictions = check_client_access hash:/etc/postfix/clients }',
    );
    expect(lines).toContain(
      '  -o { smtpd_sender_restrictions = check_sender_access inline:{ a.test=REJECT }, reject_sender_login_mismatch }',
    );
    expect(plan.notes.join(' ')).toContain('take out what is meant for port 25 only');
  });
});

describe('a policy door behind what permits', () => {
  it.each([
    ['permit_sasl_authenticated,$primum_policy', 'permit_sasl_authenticated'],
    ['permit_mynetworks, $primum_policy, reject', 'permit_mynetworks'],
    [`reject_non_fqdn_recipient, Permit, ${POLICY}`, 'Permit'],
  ])('is missing: %s', async (recipients, permit) => {
    expect(missing(await look({ recipients }))).toEqual([
      `In smtpd_recipient_restrictions of the service submission the policy door stands behind ${permit} and is not asked about what that lets through: put it first.`,
    ]);
  });

  it('is put first by the lines, and stands once', async () => {
    const plan = await look({ recipients: 'permit_sasl_authenticated,$primum_policy,reject' });
    expect(plan.files.at(-1)).toMatchObject({
      where:
        'below "submission inet n - y - - smtpd", in place of its smtpd_recipient_restrictions',
      lines: ['  -o smtpd_recipient_restrictions=$primum_policy,permit_sasl_authenticated,reject'],
    });
  });

  it.each([
    '$primum_policy,permit_sasl_authenticated,reject',
    'reject_unknown_recipient_domain, $primum_policy, permit_mynetworks',
  ])('is well in front of it: %s', async (recipients) => {
    expect(missing(await look({ recipients }))).toEqual([]);
  });
});

describe('a line primum_policy of another kind', () => {
  it.each([
    [/10040/, '10031', 'has inet:127.0.0.1:10031 in place of inet:127.0.0.1:10040.'],
    [/=submission/, '=mx', 'has policy_context=mx in place of policy_context=submission.'],
    [/, try_limit=1/, '', 'lacks try_limit=1.'],
    [/ }/, ', policy_context=x }', 'has policy_context=x too much.'],
  ])('is told by what differs: %s as "%s"', async (wanted, other, text) => {
    const plan = await look({ policy: POLICY.replace(wanted, other) });
    expect(missing(plan)).toEqual([`The line primum_policy of main.cf ${text}`]);
  });
});
