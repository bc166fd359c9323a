/** What is to be written into Postfix's configuration on this host, and what of it stands already. */
import { postfixAddress, type PostfixDoors, type PostfixPlace } from './address.ts';
import { troubledPlan } from './contract.ts';
import type { ConfigFiles, ConnectFile, ConnectOptions, ConnectPlan, RunTool } from './contract.ts';
import { behindFacts, holdFacts } from './postfix-behind.ts';
import { CHECKS_NOTE, KEPT_NOTE, keepingOfMain, keepingOfService } from './postfix-beside.ts';
import { listenLines, notesOf, preferSockets } from './postfix-doors.ts';
import { INBOUND_NOTES, inboundFiles, readInbound } from './postfix-inbound.ts';
import { belowService, NEW_SERVICE, optionLine } from './postfix-lines.ts';
import { saslPlan } from './postfix-sasl.ts';
import {
  isFromOutside,
  isSubmission,
  parseParameters,
  parseServices,
  type PostfixService,
} from './postfix-settings.ts';
import { silencedFacts } from './postfix-silenced.ts';
import {
  factsOf,
  hasWord,
  isSame,
  mainLines,
  missingOf,
  wantedSettings,
  type Parameters,
  type Settings,
} from './postfix-standing.ts';

/** Where Debian has it, for a host on which Postfix does not answer. */
const USUAL = new Map([
  ['config_directory', '/etc/postfix'],
  ['queue_directory', '/var/spool/postfix'],
]);

/** A Postfix as `postconf` shows it; the usual one where there is none. */
interface Seen {
  readonly isThere: boolean;
  readonly parameters: Parameters;
  readonly services: readonly PostfixService[];
}

export async function connectPostfix(
  options: ConnectOptions,
  run: RunTool,
  { readText }: Pick<ConfigFiles, 'readText'>,
): Promise<ConnectPlan> {
  const seen = await readPostfix(run);
  if ('trouble' in seen) return troubledPlan('postfix', seen.trouble);
  const plan = planFor(seen, options);
  const { doors, inboundDoors } = plan;
  const silenced = await silencedFacts({ ...seen, options, doors, inboundDoors, readText });
  const milter = postfixAddress(options.milterListen, placeOf(seen.parameters, seen.services));
  const isMarked = options.holdBy === 'header' && milter !== undefined && seen.isThere;
  const held = isMarked ? await holdFacts(seen, readText) : [];
  const behind = options.holdBy === 'header' ? [] : behindFacts(seen, milter);
  const sasl = seen.isThere
    ? await saslPlan({ ...seen, submissions: seen.services.filter(isSubmission) }, run, readText)
    : undefined;
  return {
    ...plan,
    files: [...plan.files, ...(sasl?.files ?? [])],
    then: [...(sasl?.then ?? []), ...plan.then],
    notes: [...plan.notes, ...(sasl?.notes ?? [])],
    facts: [...plan.facts, ...(sasl?.facts ?? []), ...silenced, ...held, ...behind],
  };
}

async function readPostfix(run: RunTool): Promise<Seen | { readonly trouble: string }> {
  const main = await run('postconf', []);
  if (main.kind === 'absent') return { isThere: false, parameters: USUAL, services: [] };
  const answers = [main, await run('postconf', ['-M']), await run('postconf', ['-P'])];
  const texts: string[] = [];
  for (const answer of answers) {
    if (answer.kind === 'failed') return { trouble: answer.message };
    texts.push(answer.kind === 'printed' ? answer.text : '');
  }
  const [settings = '', services = '', own = ''] = texts;
  const parameters = parseParameters(settings);
  // master(5): "-" is "y" before Postfix 3.0, and with compatibility_level 0.
  const level = parameters.get('compatibility_level') ?? '0';
  return { isThere: true, parameters, services: parseServices(services, own, level === '0') };
}

function planFor({ isThere, parameters, services }: Seen, options: ConnectOptions): ConnectPlan {
  const submissions = services.filter(isSubmission);
  const place = placeOf(parameters, services);
  const doors: PostfixDoors = {
    policy: postfixAddress(options.policyListen, place),
    milter: postfixAddress(options.milterListen, place),
  };
  const wanted = wantedSettings(doors);
  const inbound = readInbound({ isThere, services, parameters, doors, options });
  const facts = isThere
    ? [...factsOf({ parameters, submissions, doors, wanted }), ...inbound.facts]
    : [];
  // On one host a socket in the chroot is the better way; what stands already stays as it is.
  const stands = facts.every(({ isSo }) => isSo);
  const lines = stands ? doors : preferSockets(doors, { options, parameters });
  const folder = parameters.get('config_directory') ?? '/etc/postfix';
  const main = mainLines(lines).map((line) => keepingOfMain(line, parameters));
  const files: readonly ConnectFile[] = [
    ...listenLines({ lines, doors }, place, options.configFile),
    ...mainFiles(`${folder}/main.cf`, [...main, ...inbound.mainLines(lines)], parameters),
    ...serviceFiles(`${folder}/master.cf`, { submissions, doors, parameters }, wanted),
    ...inboundFiles(`${folder}/master.cf`, inbound.missing),
  ];
  const isKept = files.some((file) => file.lines.some((line) => /\$primum_\w+, ?\S/.test(line)));
  const hasChecks = files.some((file) => file.lines.some((line) => CARRIED.test(line)));
  const notes = [
    ...notesOf(options, { doors, lines }, place),
    ...(isKept ? [KEPT_NOTE] : []),
    ...(hasChecks ? [CHECKS_NOTE] : []),
  ];
  return {
    program: 'postfix',
    found: isThere ? foundText(parameters, submissions, place) : [NO_POSTFIX],
    files,
    then: ['postfix check', 'postfix reload'],
    notes: [...notes, ...(inbound.note === undefined ? [] : [INBOUND_NOTES[inbound.note]])],
    facts,
    doors: (['policy', 'milter'] as const).filter((name) => doors[name] !== undefined),
    inboundDoors: inbound.doors,
  };
}

const CARRIED = /smtpd_(?:client|sender)_restrictions ?=.*check_/;

/** What stands already is not written twice: Postfix warns of that, and the last one holds. */
function mainFiles(
  file: string,
  lines: readonly string[],
  parameters: Parameters,
): readonly ConnectFile[] {
  const standing = (line: string): string | undefined => parameters.get(line.split(' = ')[0] ?? '');
  const missing = lines.filter((line) => {
    const [, value = ''] = line.split(/ = (.*)/);
    const own = standing(line);
    return own === undefined || !(isSame(own, value) || hasWord(own, value));
  });
  const hasOther = (line: string): boolean => (standing(line) ?? '') !== '';
  const fresh = missing.filter((line) => !hasOther(line));
  const other = missing.filter(hasOther);
  return [
    ...(fresh.length > 0 ? [{ file, lines: fresh }] : []),
    ...(other.length > 0
      ? [{ file, where: 'in place of the lines of that name', lines: other }]
      : []),
  ];
}

function placeOf(parameters: Parameters, services: readonly PostfixService[]): PostfixPlace {
  const asking = services.filter((service) => isSubmission(service) || isFromOutside(service));
  return {
    queueDirectory: parameters.get('queue_directory') ?? '/var/spool/postfix',
    isChrooted: asking.length === 0 || asking.some((service) => service.isChrooted),
  };
}

const NO_POSTFIX =
  'There is no postconf on this host: these are the lines for a Postfix as Debian installs it.';

function serviceFiles(
  file: string,
  given: {
    readonly submissions: readonly PostfixService[];
    readonly doors: PostfixDoors;
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
    const missing = missingOf(service, wanted, { doors, parameters });
    const names = missing.map(([name]) => name);
    const where = belowService(service, names);
    return missing.length === 0 ? [] : [{ file, where, lines: optionsOf(missing, service) }];
  });
}

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
