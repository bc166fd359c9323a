/** What is to be written into Postfix's configuration on this host, and what of it stands already. */
import { postfixAddress, type PostfixPlace } from './address.ts';
import type { ConnectFact, ConnectFile, ConnectOptions, ConnectPlan, RunTool } from './contract.ts';
import {
  MILTER_SETTINGS,
  milterLine,
  NEW_SERVICE,
  NON_SMTPD_LINE,
  optionLine,
  policyLine,
  SERVICE_SETTINGS,
} from './postfix-lines.ts';
import { KEPT_NOTE, keepingOfMain, keepingOfService } from './postfix-beside.ts';
import {
  isSubmission,
  parseParameters,
  parseServices,
  type PostfixService,
} from './postfix-settings.ts';

type Parameters = ReadonlyMap<string, string>;
type Settings = typeof SERVICE_SETTINGS;

/** Where Debian has it, for a host on which Postfix does not answer. */
const USUAL = new Map([
  ['config_directory', '/etc/postfix'],
  ['queue_directory', '/var/spool/postfix'],
]);

interface Doors {
  readonly policy: string | undefined;
  readonly milter: string | undefined;
}

export async function connectPostfix(options: ConnectOptions, run: RunTool): Promise<ConnectPlan> {
  const printed = await run('postconf', []);
  const parameters = printed === undefined ? USUAL : parseParameters(printed);
  const services = printed === undefined ? [] : await readServices(run, parameters);
  const submissions = services.filter(isSubmission);
  const place: PostfixPlace = {
    queueDirectory: parameters.get('queue_directory') ?? '/var/spool/postfix',
    isChrooted: submissions.length === 0 || submissions.some((service) => service.isChrooted),
  };
  const doors: Doors = {
    policy: postfixAddress(options.policyListen, place),
    milter: postfixAddress(options.milterListen, place),
  };
  // On one host a socket in the chroot is the better way; what stands already stays as it is.
  const facts =
    printed === undefined
      ? []
      : factsOf({ parameters, submissions, doors, wanted: wantedSettings(doors) });
  const stands = facts.every(({ isSo }) => isSo);
  const lines = stands ? doors : preferSockets(doors, { options, parameters });
  const folder = parameters.get('config_directory') ?? '/etc/postfix';
  const wanted = wantedSettings(doors);
  const files: readonly ConnectFile[] = [
    ...listenLines(lines, doors, place),
    {
      file: `${folder}/main.cf`,
      lines: mainLines(lines).map((line) => keepingOfMain(line, parameters)),
    },
    ...serviceFiles(`${folder}/master.cf`, { submissions, doors, parameters }, wanted),
  ];
  const isKept = files.some((file) => file.lines.some((line) => /\$primum_\w+, ?\S/.test(line)));
  return {
    program: 'postfix',
    found: printed === undefined ? [NO_POSTFIX] : foundText(parameters, submissions, place),
    files,
    then: ['postfix check', 'postfix reload'],
    notes: [...notesOf(options, { doors, lines }, place), ...(isKept ? [KEPT_NOTE] : [])],
    facts,
    doors: [
      ...(doors.policy === undefined ? [] : ['policy']),
      ...(doors.milter === undefined ? [] : ['milter']),
    ],
  };
}

const SOCKETS: Doors = { policy: 'unix:primum/policy.sock', milter: 'unix:primum/milter.sock' };

/** The same doors by a socket below the queue directory, where they are reached over loopback. */
function preferSockets(
  doors: Doors,
  given: { readonly options: ConnectOptions; readonly parameters: Parameters },
): Doors {
  const { options, parameters } = given;
  const standing = mainLines(doors).filter((line) => {
    const [name = '', value = ''] = line.split(/ = (.*)/);
    return isSame(parameters.get(name) ?? '', value);
  });
  const prefer = (name: keyof Doors, listen: readonly string[]): string | undefined => {
    const stands = standing.some((line) => line.startsWith(`primum_${name} `));
    const isLoopback = listen.every((one) => /^(?:127\.|\[::1\]:|localhost:)/.test(one));
    const isTcp = doors[name]?.startsWith('inet:') === true;
    return isTcp && isLoopback && !stands ? SOCKETS[name] : doors[name];
  };
  return {
    policy: prefer('policy', options.policyListen),
    milter: prefer('milter', options.milterListen),
  };
}

/** For primum.yaml, where the doors do not listen yet on the sockets that the lines name. */
function listenLines(
  lines: Doors,
  doors: Doors,
  { queueDirectory }: PostfixPlace,
): readonly ConnectFile[] {
  const names = (['policy', 'milter'] as const).filter((name) => lines[name] !== doors[name]);
  if (names.length === 0) return [];
  const listens = names.flatMap((name) => [
    `  ${name}:`,
    `    listen: ['${(lines[name] ?? '').replace('unix:', `unix:${queueDirectory}/`)}']`,
    '    socket_group: postfix',
  ]);
  return [{ file: 'primum.yaml', where: 'then restart primum', lines: ['doors:', ...listens] }];
}

const NO_POSTFIX =
  'postconf does not answer on this host: these are the lines for a Postfix as Debian installs it.';

async function readServices(
  run: RunTool,
  parameters: Parameters,
): Promise<readonly PostfixService[]> {
  const [services = '', own = ''] = await Promise.all([
    run('postconf', ['-M']),
    run('postconf', ['-P']),
  ]);
  // master(5): "-" is "y" before Postfix 3.0, and with compatibility_level 0.
  const level = parameters.get('compatibility_level') ?? '0';
  return parseServices(services, own, level === '0');
}

function mainLines({ policy, milter }: Doors): readonly string[] {
  return [
    ...(policy === undefined ? [] : [policyLine(policy)]),
    ...(milter === undefined ? [] : [milterLine(milter), NON_SMTPD_LINE]),
  ];
}

function wantedSettings({ policy, milter }: Doors): Settings {
  return [
    ...SERVICE_SETTINGS.filter(([, value]) => value !== '$primum_policy' || policy !== undefined),
    ...(milter === undefined ? [] : MILTER_SETTINGS),
  ];
}

function serviceFiles(
  file: string,
  given: {
    readonly submissions: readonly PostfixService[];
    readonly doors: Doors;
    readonly parameters: Parameters;
  },
  wanted: Settings,
): readonly ConnectFile[] {
  const { submissions, doors, parameters } = given;
  const optionsOf = (settings: Settings, service: Pick<PostfixService, 'settings'>) =>
    settings.map((setting) => optionLine(keepingOfService(setting, service, parameters)));
  if (submissions.length === 0) {
    return [{ file, lines: [NEW_SERVICE, ...optionsOf(wanted, { settings: new Map() })] }];
  }
  return submissions.flatMap((service) => {
    const lines = optionsOf(missingOf(service, wanted, doors), service);
    return lines.length === 0 ? [] : [{ file, where: `below "${service.line}"`, lines }];
  });
}

/** What a service that is there lacks; how it names itself and does TLS stays its own business. */
function missingOf({ settings }: PostfixService, wanted: Settings, doors: Doors): Settings {
  return wanted.filter(([name, value]) => {
    const own = settings.get(name);
    if (name === 'syslog_name') return own === undefined;
    if (name === 'milter_macro_daemon_name') return own === undefined;
    const isWrapped = settings.get('smtpd_tls_wrappermode') === 'yes';
    if (name === 'smtpd_tls_security_level' && isWrapped) return false;
    if (value.startsWith('$')) return !hasWord(own, value) && !isInline(own, value, doors);
    // Restrictions of its own are the operator's business; without any those of port 25 hold.
    return own === undefined || (value !== '' && !isSame(own, value));
  });
}

/** The door written out in place of its name: `check_policy_service,{inet:…,timeout=2s}` (README). */
function isInline(own: string | undefined, name: string, { policy, milter }: Doors): boolean {
  const isPolicy = name === '$primum_policy';
  const address = isPolicy ? policy : name === '$primum_milter' ? milter : undefined;
  if (own === undefined || address === undefined) return false;
  const words = own.split(/[\s,{}]+/);
  const at = words.findIndex((word) => word === address || `inet:${word}` === address);
  return at >= 0 && (!isPolicy || words[at - 1] === 'check_policy_service');
}

const hasWord = (value: string | undefined, word: string): boolean =>
  value?.split(/[\s,{}]+/).includes(word) === true;

const isSame = (one: string, other: string): boolean =>
  one.replaceAll(/[\s,]+/g, ' ').trim() === other.replaceAll(/[\s,]+/g, ' ').trim();

function foundText(
  parameters: Parameters,
  submissions: readonly PostfixService[],
  { isChrooted, queueDirectory }: PostfixPlace,
): readonly string[] {
  const version = parameters.get('mail_version') ?? 'of unknown version';
  if (submissions.length === 0)
    return [`Postfix ${version}; master.cf has no submission service yet.`];
  const names = submissions.map(({ name }) => name).join(', ');
  const where = isChrooted ? `in the chroot ${queueDirectory}` : 'without a chroot';
  return [`Postfix ${version}; submission services: ${names}, ${where}.`];
}

function notesOf(
  options: ConnectOptions,
  { doors, lines }: { readonly doors: Doors; readonly lines: Doors },
  { queueDirectory }: PostfixPlace,
): readonly string[] {
  const notes: string[] = [];
  for (const [name, address, listen] of [
    ['policy', doors.policy, options.policyListen],
    ['milter', doors.milter, options.milterListen],
  ] as const) {
    const safer = `doors.${name}.listen: ['unix:${queueDirectory}/primum/${name}.sock'] and socket_group: postfix`;
    if (listen.length === 0) notes.push(`The ${name} door is closed (doors.${name}.listen).`);
    else if (address === undefined)
      notes.push(
        `Postfix cannot reach ${listen.join(', ')} from its chroot. Write ${safer} in primum.yaml.`,
      );
    else if (lines[name] !== address)
      notes.push(
        `To leave the ${name} door where it listens now, write ${address} in place of ${lines[name] ?? ''}; every user of this host may ask it then, in anybody's name.`,
      );
    else if (address.startsWith('inet:'))
      notes.push(
        `Over TCP every user of this host may ask the ${name} door in anybody's name. Safer is ${safer} in primum.yaml.`,
      );
  }
  if ([lines.policy, lines.milter].some((address) => address?.startsWith('unix:primum/') === true))
    notes.push(
      `Make the folder of the sockets once: install -d -o primum -g postfix -m 0710 ${queueDirectory}/primum`,
    );
  return notes;
}

function hasAllInline(
  { settings }: PostfixService,
  name: string,
  { wanted, doors }: { readonly wanted: Settings; readonly doors: Doors },
): boolean {
  const places = wanted.filter(([, value]) => value === name);
  return places.length > 0 && places.every(([place]) => isInline(settings.get(place), name, doors));
}

function factsOf(given: {
  readonly parameters: Parameters;
  readonly submissions: readonly PostfixService[];
  readonly doors: Doors;
  readonly wanted: Settings;
}): readonly ConnectFact[] {
  const { parameters, submissions, doors, wanted } = given;
  const main = mainLines(doors).map((line) => {
    const [name = '', value = ''] = line.split(/ = (.*)/);
    const own = parameters.get(name);
    // Where every service writes the door out, nobody needs the name.
    const isUnused =
      own === undefined &&
      submissions.length > 0 &&
      submissions.every((service) => hasAllInline(service, `$${name}`, { wanted, doors }));
    if (isUnused) return { isSo: true, text: `The services have ${name} written out.` };
    const isSo = own !== undefined && (isSame(own, value) || hasWord(own, value));
    return {
      isSo,
      text: isSo ? `main.cf has ${name}.` : `main.cf lacks the line ${name} = ...`,
    };
  });
  const services = submissions.map((service) => {
    const missing = missingOf(service, wanted, doors).map(([name]) => name);
    return missing.length === 0
      ? { isSo: true, text: `The service ${service.name} has its lines.` }
      : { isSo: false, text: `The service ${service.name} lacks ${missing.join(', ')}.` };
  });
  const none = { isSo: false, text: 'master.cf has no submission service.' };
  return [...main, ...(services.length === 0 ? [none] : services)];
}
