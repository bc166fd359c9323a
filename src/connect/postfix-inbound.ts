/**
 * Port 25: what its services need so that they ask about who brings mail from outside, and what of it
 * stands (INB-1 to INB-4). Never a submission: what asks as one there is said.
 */
import type { PostfixDoors } from './address.ts';
import type { ConnectFact, ConnectFile, ConnectOptions } from './contract.ts';
import { behind } from './postfix-beside.ts';
import { belowService, INBOUND_SERVICE, inboundLine, optionLine } from './postfix-lines.ts';
import { isFromOutside, type PostfixService } from './postfix-settings.ts';
import {
  hasWord,
  isInline,
  isSame,
  lineText,
  type Parameters,
  type Settings,
} from './postfix-standing.ts';

const DOOR = '$primum_inbound';

/** Where smtpd may ask a policy service and knows the recipient (smtpd_delay_reject). */
const RESTRICTIONS = ['client', 'helo', 'sender', 'relay', 'recipient'].map(
  (stage) => `smtpd_${stage}_restrictions`,
);

export const INBOUND_NOTES = {
  canAsk:
    'Port 25 can ask, too, who brings mail from outside (INB-1 to INB-4): write doors.policy.inbound_contexts: [mx] or, for viruses as well, doors.milter.inbound_daemons: [mx] in primum.yaml and run this again.',
  elsewhere:
    'This Postfix takes no mail on port 25: the lines for it belong on the host that does.',
} as const;

interface Given {
  readonly isThere: boolean;
  readonly services: readonly PostfixService[];
  readonly parameters: Parameters;
  /** As they are reached now. */
  readonly doors: PostfixDoors;
  readonly options: Pick<ConnectOptions, 'inboundContexts' | 'inboundDaemons'>;
}

interface Missing {
  readonly service: PostfixService;
  readonly settings: Settings;
}

export interface Inbound {
  readonly facts: readonly ConnectFact[];
  readonly missing: readonly Missing[];
  readonly note: keyof typeof INBOUND_NOTES | undefined;
  /** Doors that it must ask. */
  readonly doors: readonly string[];
  /** For main.cf, with the doors as they had better be reached. */
  mainLines(doors: PostfixDoors): readonly string[];
}

const USUAL: PostfixService = {
  name: 'smtp',
  line: INBOUND_SERVICE,
  isChrooted: true,
  settings: new Map(),
};

export function readInbound(given: Given): Inbound {
  const { doors, options, isThere } = given;
  const outside = isThere ? given.services.filter(isFromOutside) : [USUAL];
  const isPolicyAsked = doors.policy !== undefined && options.inboundContexts.length > 0;
  const isMilterAsked = doors.milter !== undefined && options.inboundDaemons.length > 0;
  const [context = ''] = options.inboundContexts;
  const missing = outside
    .map((service) => ({ service, settings: missingAt(service, given) }))
    .filter(({ settings }) => settings.length > 0);
  const isAsked = isPolicyAsked || isMilterAsked;
  const isHere = outside.length > 0;
  return {
    missing,
    facts: [
      ...(isPolicyAsked && isHere ? [mainFact(outside, given)] : []),
      ...(isAsked ? outside.map((service) => serviceFact(service, missing, given)) : []),
      ...outside.flatMap((service) => mistakenFacts(service, given)),
    ],
    note: isAsked ? (isHere ? undefined : 'elsewhere') : isHere ? 'canAsk' : undefined,
    doors: [
      ...(isPolicyAsked && isHere ? ['policy'] : []),
      ...(isMilterAsked && isHere ? ['milter'] : []),
    ],
    mainLines: ({ policy }) =>
      isPolicyAsked && isHere && policy !== undefined ? [inboundLine(policy, context)] : [],
  };
}

export function inboundFiles(file: string, missing: readonly Missing[]): readonly ConnectFile[] {
  return missing.map(({ service, settings }) => ({
    file,
    where: belowService(
      service,
      settings.map(([name]) => name),
    ),
    lines: settings.map(optionLine),
  }));
}

/** What a service lacks, with what it has already from master.cf or main.cf. */
function missingAt(service: PostfixService, given: Given): Settings {
  const { doors, options, parameters } = given;
  const settings: (readonly [string, string])[] = [];
  const recipients = 'smtpd_recipient_restrictions';
  if (
    doors.policy !== undefined &&
    options.inboundContexts.length > 0 &&
    !RESTRICTIONS.some((name) => asks(inForce(name, service, given), given))
  )
    settings.push([recipients, beforePermit(inForce(recipients, service, given))]);
  if (doors.milter === undefined || options.inboundDaemons.length === 0) return settings;
  const milters = inForce('smtpd_milters', service, given);
  if (!asksMilter(milters, doors))
    settings.push(['smtpd_milters', behind('$primum_milter', milters)]);
  const [daemon = ''] = options.inboundDaemons;
  if (!options.inboundDaemons.includes(daemonName(service, parameters)))
    settings.push(['milter_macro_daemon_name', daemon]);
  return settings;
}

function inForce(
  name: string,
  { settings }: PostfixService,
  { parameters }: Pick<Given, 'parameters'>,
): string | undefined {
  return settings.get(name) ?? parameters.get(name);
}

/** What stands refuses first; behind a final `permit` nobody would be asked. */
function beforePermit(standing = ''): string {
  const [, before = '', permit = ''] =
    /^(.*?)(?:(?<=^|[\s,])(permit))?[\s,]*$/.exec(standing) ?? [];
  return [before.replace(/[\s,]+$/, ''), DOOR, permit].filter((part) => part !== '').join(', ');
}

function asks(value: string | undefined, { doors, options }: Given): boolean {
  if (hasWord(value, DOOR)) return true;
  if (!isInline(value, '$primum_policy', doors)) return false;
  return options.inboundContexts.some((context) => hasWord(value, `policy_context=${context}`));
}

function asksMilter(value: string | undefined, doors: PostfixDoors): boolean {
  return hasWord(value, '$primum_milter') || isInline(value, '$primum_milter', doors);
}

/** Postfix's own default is `$myhostname`. */
function daemonName(service: PostfixService, parameters: Parameters): string {
  const name = inForce('milter_macro_daemon_name', service, { parameters }) ?? '$myhostname';
  return (name === '$myhostname' ? (parameters.get('myhostname') ?? '') : name).toLowerCase();
}

function mainFact(outside: readonly PostfixService[], given: Given): ConnectFact {
  const { parameters, doors, options } = given;
  const own = parameters.get('primum_inbound');
  const isWrittenOut = outside.every((service) =>
    RESTRICTIONS.some((name) => {
      const value = inForce(name, service, given);
      return !hasWord(value, DOOR) && asks(value, given);
    }),
  );
  if (own === undefined && isWrittenOut)
    return { isSo: true, text: 'Port 25 has primum_inbound written out.' };
  const isSo = options.inboundContexts.some((context) =>
    isSame(`primum_inbound = ${own ?? ''}`, inboundLine(doors.policy ?? '', context)),
  );
  const [context = ''] = options.inboundContexts;
  const [, wanted = ''] = inboundLine(doors.policy ?? '', context).split(/ = (.*)/);
  const text = isSo ? 'main.cf has primum_inbound.' : lineText('primum_inbound', own, wanted);
  return { isSo, text };
}

/** What lets strangers through; own networks and logins are let through before the door with reason. */
const PASSES_STRANGERS: ReadonlySet<string> = new Set(['permit', 'permit_auth_destination']);

/** Where each list that asks the door lets everybody through before it does. */
function passedBefore(
  service: PostfixService,
  given: Given,
): { readonly name: string; readonly word: string } | undefined {
  const asking = RESTRICTIONS.filter((name) => asks(inForce(name, service, given), given));
  const behindPermit = asking.flatMap((name) => {
    const words = (inForce(name, service, given) ?? '').split(/[\s,{}]+/);
    const door = words.findIndex((each) => each === DOOR || each === 'check_policy_service');
    const word = words.slice(0, Math.max(0, door)).find((each) => PASSES_STRANGERS.has(each));
    return word === undefined ? [] : [{ name, word }];
  });
  return behindPermit.length === asking.length ? behindPermit[0] : undefined;
}

function serviceFact(
  service: PostfixService,
  missing: readonly Missing[],
  given: Given,
): ConnectFact {
  const own = missing.find((one) => one.service === service);
  const permit = passedBefore(service, given);
  const which = `The service ${service.name} (mail from outside)`;
  if (own === undefined && permit !== undefined)
    return {
      isSo: false,
      text: `In ${permit.name} of the service ${service.name} (mail from outside) the policy door stands behind ${permit.word} and is not asked about what that lets through: put it first.`,
    };
  if (own === undefined) return { isSo: true, text: `${which} has its lines.` };
  const names = own.settings.map(([name]) => name).join(', ');
  return { isSo: false, text: `${which} lacks ${names}.` };
}

/** A stranger's mail that is judged as a submission is refused for want of a login. */
function mistakenFacts(service: PostfixService, given: Given): readonly ConnectFact[] {
  const { doors, options, parameters } = given;
  const which = `The service ${service.name} (mail from outside)`;
  const facts: ConnectFact[] = [];
  if (RESTRICTIONS.some((name) => hasWord(inForce(name, service, given), '$primum_policy')))
    facts.push({
      isSo: false,
      text: `${which} asks by $primum_policy, as if its mail were submitted: put $primum_inbound in its place.`,
    });
  const milters = inForce('smtpd_milters', service, given);
  const name = daemonName(service, parameters);
  if (options.inboundDaemons.length === 0 && asksMilter(milters, doors))
    facts.push({
      isSo: false,
      text: `${which} asks the milter door as ${name}, and its mail is judged as submitted: write doors.milter.inbound_daemons: [mx] in primum.yaml and -o milter_macro_daemon_name=mx below the service.`,
    });
  return facts;
}
