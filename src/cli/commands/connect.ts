/** `primum connect postfix|dovecot`: lines that make them ask, and with --check whether they do. */
import type { HealthView } from '../../client/client.ts';
import type { ConnectFact, ConnectPlan, ConnectProgram } from '../../connect/contract.ts';
import { PrimumError } from '../../errors.ts';
import type { Command, Context } from '../command.ts';
import { span } from '../text.ts';

/** Something is missing; 1 and 2 are failures, as everywhere. */
const EXIT_MISSING = 3;
/** A small platform is silent for a night; a mail program asks every quarter of an hour by day. */
const LATELY_MS = 3_600_000;
/** Of logins, which are many and easily made: an older one may be from before a reload. */
const LOGIN_LATELY_MS = 600_000;

const CHECK = {
  type: 'boolean',
  help: 'Look whether the lines stand, and ask the running daemon whether it is asked.',
} as const;

const DETAILS =
  'Prints lines for the machine it runs on and changes nothing; addresses are those of the configuration. ' +
  'Run it as root, who may read every setting. With --check exit code 3 means that something is missing.';

interface Asking {
  readonly about: string;
  /** How to make it happen. */
  readonly how: string;
  readonly latelyMs: number;
}

const SUBMISSION: Asking = {
  about: 'submissions',
  how: 'send a message through your submission service',
  latelyMs: LATELY_MS,
};
const QUESTIONS: Readonly<Record<string, Asking>> = {
  policy: SUBMISSION,
  milter: SUBMISSION,
  'auth-policy': { about: 'logins', how: 'log in with a mail program', latelyMs: LOGIN_LATELY_MS },
};
const OUTSIDE: Asking = {
  about: 'mail from outside',
  how: 'let a message come in on port 25 from outside',
  latelyMs: LATELY_MS,
};
const OTHER: Asking = { about: 'anything', how: 'use it', latelyMs: LATELY_MS };

export const connectPostfix: Command = {
  name: 'connect postfix',
  summary: 'Show the lines that make Postfix ask Primum, or check that it does.',
  details: DETAILS,
  options: { check: CHECK },
  asksDaemon: true,
  run: (context) => run('postfix', context),
};

export const connectDovecot: Command = {
  name: 'connect dovecot',
  summary: 'Show the lines that make Dovecot ask Primum, or check that it does.',
  details: DETAILS,
  options: {
    check: CHECK,
    secrets: { type: 'boolean', help: 'Put the password and a fresh nonce into the lines.' },
  },
  asksDaemon: true,
  run: (context) => run('dovecot', context),
};

async function run(program: ConnectProgram, context: Context): Promise<number> {
  const { wiring, option, flag, show } = context;
  const plan = await wiring.connect({
    program,
    configFile: option('config'),
    withSecrets: program === 'dovecot' && flag('secrets'),
  });
  const file = option('config');
  const again = `primum connect ${program}${file === undefined ? '' : ` --config ${quoted(file)}`}`;
  if (!flag('check')) {
    show(plan, () => planText(plan, again));
    return plan.trouble === undefined ? 0 : EXIT_MISSING;
  }
  const facts = [...plan.facts, ...(await daemonFacts(plan, context))];
  show({ program, facts }, () => checkText(plan, facts, again));
  return facts.every(({ isSo }) => isSo) ? 0 : EXIT_MISSING;
}

/** A daemon that cannot be asked is one of the things that may be missing. */
async function daemonFacts(
  { doors, inboundDoors, changedAt }: ConnectPlan,
  { client }: Context,
): Promise<readonly ConnectFact[]> {
  try {
    const { report } = await (await client()).health();
    const open = report?.doors ?? [];
    const now = Date.now();
    return [
      ...doors.map((name) => doorFact({ name, isOutside: false, changedAt }, open, now)),
      ...inboundDoors.map((name) => doorFact({ name, isOutside: true }, open, now)),
    ];
  } catch (error) {
    if (!(error instanceof PrimumError)) throw error;
    return [{ isSo: false, text: error.message }];
  }
}

type HealthDoors = NonNullable<HealthView['report']>['doors'];

interface Question {
  /** Of the door. */
  readonly name: string;
  /** About mail from outside, not about submissions and logins. */
  readonly isOutside: boolean;
  /** When the configuration of the one who asks was last changed, where that is known. */
  readonly changedAt?: string | undefined;
}

/** What asks for the one says nothing about the other. @param now Milliseconds since 1970. */
export function doorFact(
  { name, isOutside, changedAt }: Question,
  doors: HealthDoors,
  now: number,
): ConnectFact {
  const door = doors.find((one) => one.name === name);
  if (door === undefined || door.addresses.length === 0)
    return { isSo: false, text: `The ${name} door of the running daemon is closed.` };
  const refused = isOutside ? undefined : refusedText(door, now);
  if (refused !== undefined) return { isSo: false, text: refused };
  const { about, how, latelyMs } = isOutside ? OUTSIDE : (QUESTIONS[name] ?? OTHER);
  const next = `${how}, then look again`;
  const askedAt = isOutside ? door.lastInboundAt : door.lastAskedAt;
  if (askedAt === undefined)
    return {
      isSo: false,
      text: `The ${name} door was not asked about ${about} since the daemon started: ${next}.`,
    };
  const agoMs = Math.max(0, now - Date.parse(askedAt));
  const ago = `The ${name} door was asked about ${about} ${agoText(agoMs)}`;
  if (changedAt !== undefined && Date.parse(askedAt) < Date.parse(changedAt)) {
    const changed = agoText(Math.max(0, now - Date.parse(changedAt)));
    return {
      isSo: false,
      text: `${ago}, before the configuration of the one who asks was changed ${changed}: ${next}.`,
    };
  }
  if (agoMs > latelyMs) return { isSo: false, text: `${ago}: ${next}.` };
  return { isSo: true, text: `${ago}.` };
}

/** What is wrong where the password, its scopes or the network were refused after the last question. */
const REFUSED = {
  credential:
    'refused the password of the one who asks (HTTP 401): it is not that of doors.auth_policy.credentials. ' +
    'Put the line auth_policy_server_api_header of "primum connect dovecot --secrets" into its configuration and restart it',
  scope:
    'refused the credential of the one who asks (HTTP 403): it may not ask this. ' +
    'Give it the scopes allow and report in doors.auth_policy.credentials, and restart primum',
  network:
    'refused the address of the one who asks (HTTP 401): doors.auth_policy.acl does not hold it. ' +
    'Add its network there, and restart primum',
} as const;

function refusedText(door: HealthDoors[number], now: number): string | undefined {
  const { lastTurnedAway: refused, lastAskedAt = '' } = door;
  if (refused === undefined || refused.at <= lastAskedAt) return undefined;
  const ago = agoText(Math.max(0, now - Date.parse(refused.at)));
  return `The ${door.name} door, ${ago}, ${REFUSED[refused.why]}.`;
}

const agoText = (ms: number): string => `${span(Math.round(ms / 1000))} ago`;

const quoted = (file: string): string =>
  /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;

/** @param again The same command, to be copied. */
function planText(plan: ConnectPlan, again: string): string {
  const files = plan.files.flatMap(({ file, where, lines }) => [
    where === undefined ? `${file}:` : `${file}, ${where}:`,
    '',
    ...lines,
    '',
  ]);
  if (plan.trouble !== undefined) return `${plan.trouble}\n`;
  const nothing = plan.files.length === 0 ? ['There are no lines to write.', ''] : [];
  return [
    ...plan.found,
    '',
    ...files,
    ...nothing,
    ...plan.notes.map((note) => `Note: ${note}`),
    `Then: ${plan.then.join(' && ')}, and ${again} --check`,
    '',
  ].join('\n');
}

function checkText(plan: ConnectPlan, facts: readonly ConnectFact[], again: string): string {
  const missing = facts.filter(({ isSo }) => !isSo).length;
  const lines = facts.map(({ isSo, text }) => `${isSo ? 'ok     ' : 'MISSING'} ${text}`);
  const sum =
    missing === 0
      ? `All is well: ${plan.program} asks Primum.`
      : `${missing} of ${facts.length} missing. The lines: ${again}`;
  const isDefault = missing > 0 && !again.includes(' --config ');
  const hint = isDefault
    ? ['This was compared with the settings as shipped; if primum has a file, add --config FILE.']
    : [];
  return [...plan.found, ...lines, sum, ...hint, ''].join('\n');
}
