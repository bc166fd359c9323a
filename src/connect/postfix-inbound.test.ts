/** Port 25 (INB-1 to INB-4): what `primum connect postfix` says of the services that take mail from outside. */
import { describe, expect, it } from 'vitest';
import { planConnection } from './connect.ts';
import type { ConnectOptions, ConnectPlan, RunTool } from './contract.ts';

const OPTIONS: ConnectOptions = {
  policyListen: ['unix:/var/spool/postfix/primum/policy.sock'],
  milterListen: ['unix:/var/spool/postfix/primum/milter.sock'],
  authPolicyListen: [],
  inboundContexts: ['mx'],
  inboundDaemons: ['mx'],
  withSecrets: false,
  freshNonce: '',
  daemonUser: 'primum',
};

const POLICY = '{ unix:primum/policy.sock, timeout=2s, try_limit=1, default_action=DUNNO';
const MAIN = [
  'mail_version = 3.7.11',
  'myhostname = mx1.house.test',
  'queue_directory = /var/spool/postfix',
  'smtpd_milters =',
  'milter_macro_daemon_name = $myhostname',
];
const INBOUND = `primum_inbound = check_policy_service ${POLICY}, policy_context=mx }`;

interface Printed {
  readonly main?: readonly string[];
  readonly services?: readonly string[];
  readonly own?: readonly string[];
}

function host({ main = [], services = ['smtp inet n - y - - smtpd'], own = [] }: Printed): RunTool {
  const texts: Readonly<Record<string, readonly string[]>> = {
    postconf: [...MAIN, ...main],
    'postconf -M': services,
    'postconf -P': own,
  };
  return (program, args) => {
    const lines = texts[[program, ...args].join(' ')] ?? [];
    return Promise.resolve({ kind: 'printed', text: lines.join('\n') });
  };
}

const look = (printed: Printed, more: Partial<ConnectOptions> = {}): Promise<ConnectPlan> =>
  planConnection('postfix', { ...OPTIONS, ...more }, host(printed));

const linesBelow = ({ files }: ConnectPlan, service: string): readonly string[] =>
  files
    .filter(({ where }) => where?.startsWith(`below "${service} `))
    .flatMap(({ lines }) => lines);

const missing = ({ facts }: ConnectPlan, about = 'mail from outside'): readonly string[] =>
  facts.filter(({ isSo, text }) => !isSo && text.includes(about)).map(({ text }) => text);

describe('port 25', () => {
  it('is given its lines where its services are named in primum.yaml', async () => {
    const plan = await look({});
    expect(plan.files.find(({ file }) => file.endsWith('main.cf'))?.lines).toContain(INBOUND);
    expect(linesBelow(plan, 'smtp')).toEqual([
      '  -o smtpd_recipient_restrictions=$primum_inbound',
      '  -o smtpd_milters=$primum_milter',
      '  -o milter_macro_daemon_name=mx',
    ]);
    expect(plan.inboundDoors).toEqual(['policy', 'milter']);
  });

  it('gets only the lines of the door that is to look at it', async () => {
    const plan = await look({}, { inboundDaemons: [] });
    expect(linesBelow(plan, 'smtp')).toEqual(['  -o smtpd_recipient_restrictions=$primum_inbound']);
    expect(plan.inboundDoors).toEqual(['policy']);
  });

  it('is told in one sentence how it can ask where nothing is named', async () => {
    const plan = await look({}, { inboundContexts: [], inboundDaemons: [] });
    expect(linesBelow(plan, 'smtp')).toEqual([]);
    expect(plan.inboundDoors).toEqual([]);
    const notes = plan.notes.filter((note) => note.startsWith('Port 25 can ask, too'));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('doors.policy.inbound_contexts: [mx]');
  });

  it('keeps what refuses already in front, and a last permit behind', async () => {
    const restrictions = 'smtpd_recipient_restrictions = reject_unlisted_recipient, permit';
    const plan = await look({
      main: [restrictions, 'smtpd_milters = unix:opendkim.sock'],
    });
    expect(linesBelow(plan, 'smtp').slice(0, 2)).toEqual([
      '  -o smtpd_recipient_restrictions=reject_unlisted_recipient,$primum_inbound,permit',
      '  -o smtpd_milters=$primum_milter,unix:opendkim.sock',
    ]);
  });

  it('behind postscreen is the service that postscreen passes its clients to', async () => {
    const services = ['smtp inet n - y - 1 postscreen', 'smtpd pass - - y - - smtpd'];
    const plan = await look({
      services,
      own: ['smtpd/pass/smtpd_milters = $primum_milter'],
    });
    expect(linesBelow(plan, 'smtpd')).toEqual([
      '  -o smtpd_recipient_restrictions=$primum_inbound',
      '  -o milter_macro_daemon_name=mx',
    ]);
    expect(linesBelow(plan, 'smtp')).toEqual([]);
  });

  it('never gets the lines of a submission service, though it takes passwords', async () => {
    const own = ['smtp/inet/smtpd_sasl_auth_enable = yes'];
    const lines = linesBelow(await look({ own }), 'smtp').join(' ');
    expect(lines).not.toContain('permit_sasl_authenticated');
    expect(lines).toContain('$primum_inbound');
  });

  it('needs nothing more when its lines stand, by whichever restriction it asks', async () => {
    const own = [
      'smtp/inet/smtpd_client_restrictions = reject_unknown_client_hostname, $primum_inbound',
      'smtp/inet/smtpd_milters = $primum_milter',
      'smtp/inet/milter_macro_daemon_name = MX',
    ];
    const plan = await look({ main: [INBOUND], own });
    expect(linesBelow(plan, 'smtp')).toEqual([]);
    expect(missing(plan)).toEqual([]);
    expect(missing(plan, 'primum_inbound')).toEqual([]);
    expect(plan.facts.map(({ text }) => text)).toContain(
      'The service smtp (mail from outside) has its lines.',
    );
  });

  it('may have the door written out in place of its name', async () => {
    const own = [
      `smtp/inet/smtpd_recipient_restrictions = check_policy_service ${POLICY}, policy_context=mx }`,
    ];
    const plan = await look({ own }, { inboundDaemons: [] });
    expect(missing(plan)).toEqual([]);
    expect(missing(plan, 'primum_inbound')).toEqual([]);
  });

  it.each([
    ['permit, $primum_inbound', 'permit'],
    [
      'reject_unlisted_recipient, permit_auth_destination, $primum_inbound',
      'permit_auth_destination',
    ],
    ['permit_mynetworks, permit_sasl_authenticated, $primum_inbound', undefined],
  ])('behind what lets strangers through is missing: %s', async (recipients, permit) => {
    const own = [`smtp/inet/smtpd_recipient_restrictions = ${recipients}`];
    const plan = await look({ main: [INBOUND], own }, { inboundDaemons: [] });
    const text = `In smtpd_recipient_restrictions of the service smtp (mail from outside) the policy door stands behind ${permit ?? ''} and is not asked about what that lets through: put it first.`;
    expect(missing(plan)).toEqual(permit === undefined ? [] : [text]);
  });

  it('says what replaces a line of its own, and what it lacks', async () => {
    const own = [
      'smtp/inet/smtpd_recipient_restrictions = reject_unlisted_recipient',
      'smtp/inet/milter_macro_daemon_name = other',
    ];
    const plan = await look({ own });
    expect(plan.files.at(-1)?.where).toBe(
      'below "smtp inet n - y - - smtpd", in place of its smtpd_recipient_restrictions, milter_macro_daemon_name',
    );
    expect(missing(plan)).toEqual([
      'The service smtp (mail from outside) lacks smtpd_recipient_restrictions, smtpd_milters, milter_macro_daemon_name.',
    ]);
  });

  it('that asks as if its mail were submitted is a mistake, and said', async () => {
    const own = [
      'smtp/inet/smtpd_recipient_restrictions = $primum_policy',
      'smtp/inet/smtpd_milters = $primum_milter',
    ];
    const plan = await look({ own }, { inboundContexts: [], inboundDaemons: [] });
    expect(missing(plan)).toEqual([
      expect.stringContaining('asks by $primum_policy, as if its mail were submitted'),
      expect.stringContaining('asks the milter door as mx1.house.test, and its mail is judged'),
    ]);
  });

  it('belongs to another host where this Postfix serves none', async () => {
    const plan = await look({ services: ['submission inet n - y - - smtpd'] });
    expect(plan.inboundDoors).toEqual([]);
    expect(plan.notes.join('\n')).toContain('takes no mail on port 25');
    expect(plan.files.flatMap(({ lines }) => lines).join('\n')).not.toContain('primum_inbound');
  });
});
