/**
 * Whom Postfix asks about passwords (SASL_README): Cyrus as it is shipped, Dovecot by a socket in its
 * queue directory where that is said. AUTH itself, and only under TLS, are settings of the service.
 */
import type { ConnectFact, ConnectFile, ConnectPlan, ReadText, RunTool } from './contract.ts';
import { placeOf } from './dovecot-standing.ts';
import { belowService, NEW_SERVICE, optionLine } from './postfix-lines.ts';
import type { PostfixService } from './postfix-settings.ts';
import type { Parameters } from './postfix-standing.ts';

type Sasl = Pick<ConnectPlan, 'facts' | 'files' | 'notes' | 'then'>;
type Setting = readonly [name: string, value: string];

interface Seen {
  readonly parameters: Parameters;
  readonly submissions: readonly PostfixService[];
}

const USUAL_PATH = 'private/auth';
/** What smtpd_sasl_path is as shipped: the name of a file of Cyrus. */
const CYRUS_NAME = 'smtpd';
/** Where Cyrus looks, Debian's place first; cyrus_sasl_config_path comes before. */
const CYRUS_FOLDERS = ['/etc/postfix/sasl', '/etc/sasl2', '/usr/lib/sasl2'];
const NOTHING: Sasl = { facts: [], files: [], notes: [], then: [] };

/** Nothing where postconf does not say whom it asks. */
export async function saslPlan(seen: Seen, run: RunTool, readText: ReadText): Promise<Sasl> {
  if (!seen.parameters.has('smtpd_sasl_type')) return NOTHING;
  const doveconf = await run('doveconf', ['-n']);
  const printed = doveconf.kind === 'printed' && /^# \d/.test(doveconf.text) ? doveconf.text : '';
  const sockets = socketsIn(printed, queueOf(seen));
  const wanted = sockets.find((path) => path.includes('auth')) ?? USUAL_PATH;
  const cyrus = await cyrusFile(seen.parameters, readText);
  const services = seen.submissions.length === 0 ? [notYet()] : seen.submissions;
  const judged = services.map((service) => judge(service, seen, { cyrus, wanted }));
  const facts = judged.map(({ fact }) => fact);
  const lines = settingFiles(judged, seen);
  const asked = judged.flatMap(({ path }) => path ?? []).find((path) => isOfQueue(path));
  const isDeaf = printed !== '' && asked !== undefined && !sockets.includes(asked);
  if (!isDeaf) {
    const isElsewhere = lines.length > 0 && printed === '';
    return { facts, files: lines, notes: isElsewhere ? [ELSEWHERE] : [], then: [] };
  }
  const socket = `${queueOf(seen)}/${asked}`;
  const { notes, ...place } = await placeOf(printed, readText);
  const text = `Dovecot has no socket ${socket}, at which Postfix asks it.`;
  return {
    facts: [...facts, { isSo: false, text }],
    files: [...lines, { ...place, lines: listenerLines(socket) }],
    notes,
    then: ['systemctl restart dovecot'],
  };
}

const ELSEWHERE =
  'doveconf does not answer on this host: of a Dovecot elsewhere write smtpd_sasl_path = inet:HOST:PORT, where its service auth has an inet_listener.';

/** The service that is only in our lines, with main.cf in force. */
const notYet = (): PostfixService => ({
  name: 'submission',
  line: NEW_SERVICE,
  isChrooted: true,
  settings: new Map(),
});

const queueOf = ({ parameters }: Seen): string =>
  (parameters.get('queue_directory') ?? '/var/spool/postfix').replace(/\/+$/, '');

/** As a path below the queue directory: another one is out of sight here, or of the chroot. */
const isOfQueue = (path: string): boolean => !/^(?:\/|inet:)/.test(path);

/** Sockets of Dovecot below the queue directory, as Postfix names them; mode 0 switches one off. */
function socketsIn(printed: string, queue: string): readonly string[] {
  return [...printed.matchAll(/^ *unix_listener (\S+) \{([^}]*)\}/gm)].flatMap(
    ([, path = '', inside = '']) =>
      path.startsWith(`${queue}/`) && !/^ *mode = 0+$/m.test(inside)
        ? [path.slice(queue.length + 1)]
        : [],
  );
}

/** The file in which Cyrus is told how passwords are looked up. */
async function cyrusFile(parameters: Parameters, readText: ReadText): Promise<string | undefined> {
  const own = (parameters.get('cyrus_sasl_config_path') ?? '')
    .split(':')
    .filter((one) => one !== '');
  const files = [...own, ...CYRUS_FOLDERS].map((folder) => `${folder}/${CYRUS_NAME}.conf`);
  for (const file of files) {
    if (/^\s*(?:pwcheck_method|auxprop_plugin)\s*:/m.test((await readText(file)) ?? ''))
      return file;
  }
  return undefined;
}

interface Judged {
  readonly service: PostfixService;
  readonly fact: ConnectFact;
  /** Where it asks Dovecot, as it stands or by our lines. */
  readonly path?: string;
  readonly missing: readonly Setting[];
}

function judge(
  service: PostfixService,
  { parameters }: Seen,
  { cyrus, wanted }: { readonly cyrus: string | undefined; readonly wanted: string },
): Judged {
  const inForce = (name: string): string =>
    service.settings.get(name) ?? parameters.get(name) ?? '';
  const type = inForce('smtpd_sasl_type');
  const path = inForce('smtpd_sasl_path').replace(/^unix:/, '');
  const who = `The service ${service.name}`;
  const fact = (isSo: boolean, text: string): ConnectFact => ({ isSo, text: `${who} ${text}` });
  if (type === 'dovecot' && path !== CYRUS_NAME && path !== '')
    return {
      service,
      path,
      missing: [],
      fact: fact(true, `asks Dovecot about passwords (${path}).`),
    };
  if (type === 'dovecot')
    return {
      ...{ service, path: wanted, missing: [['smtpd_sasl_path', wanted]] },
      fact: fact(
        false,
        `asks Dovecot about passwords, and smtpd_sasl_path is "${path}", a name for Cyrus, in place of Dovecot's socket: nobody can log in there.`,
      ),
    };
  if (type !== 'cyrus' || cyrus !== undefined) {
    const whom = type === 'cyrus' ? `Cyrus SASL (set up in ${cyrus ?? ''})` : type;
    const text = `asks ${whom} about passwords, and not Dovecot: smtpd_sasl_type is ${type}.`;
    return { service, missing: [], fact: fact(true, text) };
  }
  return {
    ...{ service, path: wanted },
    missing: [
      ['smtpd_sasl_type', 'dovecot'],
      ['smtpd_sasl_path', wanted],
    ],
    fact: fact(
      false,
      'asks Cyrus SASL about passwords (smtpd_sasl_type = cyrus, as Postfix is shipped), and no smtpd.conf that can be read here sets it up: let it ask Dovecot.',
    ),
  };
}

/** Lines for main.cf, but where the service says something of its own. */
function settingFiles(judged: readonly Judged[], { parameters }: Seen): readonly ConnectFile[] {
  const folder = parameters.get('config_directory') ?? '/etc/postfix';
  const isOwn = ({ settings }: PostfixService, [name]: Setting): boolean => settings.has(name);
  const main = judged.flatMap(({ service, missing }) =>
    missing.filter((setting) => !isOwn(service, setting)).map((setting) => setting.join(' = ')),
  );
  const where = 'in place of the lines of that name, where there are any';
  return [
    ...(main.length === 0 ? [] : [{ file: `${folder}/main.cf`, where, lines: [...new Set(main)] }]),
    ...judged.flatMap(({ service, missing }) => {
      const own = missing.filter((setting) => isOwn(service, setting));
      if (own.length === 0) return [];
      const names = own.map(([name]) => name);
      const below = belowService(service, names);
      return [{ file: `${folder}/master.cf`, where: below, lines: own.map(optionLine) }];
    }),
  ];
}

/** As in Dovecot's guide for Postfix; its auth process answers whoever may write there. */
const listenerLines = (socket: string): readonly string[] => [
  'service auth {',
  `  unix_listener ${socket} {`,
  '    mode = 0660',
  '    user = postfix',
  '    group = postfix',
  '  }',
  '}',
];
