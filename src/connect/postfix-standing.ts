/** What of the lines of submission services stands in the configuration of this Postfix. */
import type { PostfixDoors } from './address.ts';
import type { ConnectFact } from './contract.ts';
import {
  MILTER_SETTINGS,
  milterLine,
  NON_SMTPD_LINE,
  policyLine,
  SERVICE_SETTINGS,
} from './postfix-lines.ts';
import type { PostfixService } from './postfix-settings.ts';

export type Parameters = ReadonlyMap<string, string>;
export type Settings = typeof SERVICE_SETTINGS;

export function mainLines({ policy, milter }: PostfixDoors): readonly string[] {
  return [
    ...(policy === undefined ? [] : [policyLine(policy)]),
    ...(milter === undefined ? [] : [milterLine(milter), NON_SMTPD_LINE]),
  ];
}

export function wantedSettings({ policy, milter }: PostfixDoors): Settings {
  return [
    ...SERVICE_SETTINGS.filter(([, value]) => value !== '$primum_policy' || policy !== undefined),
    ...(milter === undefined ? [] : MILTER_SETTINGS),
  ];
}

/** What main.cf says of AUTH holds in a service that says nothing else. */
const OF_MAIN: ReadonlySet<string> = new Set(['smtpd_sasl_auth_enable', 'smtpd_tls_auth_only']);

/** What a service that is there lacks; how it names itself and does TLS stays its own business. */
export function missingOf(
  { settings }: PostfixService,
  wanted: Settings,
  { doors, parameters }: { readonly doors: PostfixDoors; readonly parameters: Parameters },
): Settings {
  return wanted.filter(([name, value]) => {
    const own = settings.get(name) ?? (OF_MAIN.has(name) ? parameters.get(name) : undefined);
    if (name === 'syslog_name') return own === undefined;
    if (name === 'milter_macro_daemon_name') return own === undefined;
    const isWrapped = settings.get('smtpd_tls_wrappermode') === 'yes';
    if (name === 'smtpd_tls_security_level' && isWrapped) return false;
    if (value.startsWith('$'))
      return !hasDoor(own, value, doors) || permitBefore(own, value, doors) !== undefined;
    // Restrictions of its own are the operator's business; without any those of port 25 hold.
    return own === undefined || (value !== '' && !isSame(own, value));
  });
}

/** The door written out in place of its name: `check_policy_service,{inet:…,timeout=2s}` (README). */
export function isInline(
  own: string | undefined,
  name: string,
  { policy, milter }: PostfixDoors,
): boolean {
  const isPolicy = name === '$primum_policy';
  const address = isPolicy ? policy : name === '$primum_milter' ? milter : undefined;
  if (own === undefined || address === undefined) return false;
  const words = own.split(/[\s,{}]+/);
  const at = words.findIndex((word) => word === address || `inet:${word}` === address);
  return at >= 0 && (!isPolicy || words[at - 1] === 'check_policy_service');
}

const hasDoor = (own: string | undefined, name: string, doors: PostfixDoors): boolean =>
  hasWord(own, name) || isInline(own, name, doors);

/** postconf(5), smtpd_recipient_restrictions: what it lets through is not asked about further on. */
const PERMIT = /^permit(?:_\w+)?$/i;

/** What lets people through before the policy door is asked about them; milters know no order. */
export function permitBefore(
  own: string | undefined,
  name: string,
  { policy }: PostfixDoors,
): string | undefined {
  if (own === undefined || name !== '$primum_policy') return undefined;
  const words = own.split(/[\s,{}]+/);
  const at = words.findIndex(
    (word) => word === name || (policy !== undefined && [word, `inet:${word}`].includes(policy)),
  );
  return words.slice(0, Math.max(0, at)).find((word) => PERMIT.test(word));
}

/** How a line of ours differs from the one that is wanted: another port, another context. */
export function lineText(name: string, own: string | undefined, wanted: string): string {
  if (own === undefined || own === '' || !name.startsWith('primum_'))
    return `main.cf lacks the line ${name} = ...`;
  const [has, needs] = [wordsOf(own), wordsOf(wanted)];
  const other = has.filter((word) => !needs.includes(word)).join(', ');
  const lacking = needs.filter((word) => !has.includes(word)).join(', ');
  const line = `The line ${name} of main.cf`;
  if (other === '') return `${line} lacks ${lacking === '' ? 'its order' : lacking}.`;
  return `${line} has ${other}${lacking === '' ? ' too much' : ` in place of ${lacking}`}.`;
}

const wordsOf = (value: string): readonly string[] =>
  value.split(/[\s,{}]+/).filter((word) => word !== '');

export const hasWord = (value: string | undefined, word: string): boolean =>
  value?.split(/[\s,{}]+/).includes(word) === true;

export const isSame = (one: string, other: string): boolean =>
  one.replaceAll(/[\s,]+/g, ' ').trim() === other.replaceAll(/[\s,]+/g, ' ').trim();

function hasAllInline(
  { settings }: PostfixService,
  name: string,
  { wanted, doors }: { readonly wanted: Settings; readonly doors: PostfixDoors },
): boolean {
  const places = wanted.filter(([, value]) => value === name);
  return places.length > 0 && places.every(([place]) => isInline(settings.get(place), name, doors));
}

export function factsOf(given: {
  readonly parameters: Parameters;
  readonly submissions: readonly PostfixService[];
  readonly doors: PostfixDoors;
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
      text: isSo ? `main.cf has ${name}.` : lineText(name, own, value),
    };
  });
  const services = submissions.flatMap((service) =>
    serviceFacts(service, wanted, { doors, parameters }),
  );
  const none = { isSo: false, text: 'master.cf has no submission service.' };
  return [...main, ...(services.length === 0 ? [none] : services)];
}

function serviceFacts(
  service: PostfixService,
  wanted: Settings,
  { doors, parameters }: { readonly doors: PostfixDoors; readonly parameters: Parameters },
): readonly ConnectFact[] {
  const missing = missingOf(service, wanted, { doors, parameters });
  if (missing.length === 0)
    return [{ isSo: true, text: `The service ${service.name} has its lines.` }];
  const behind = missing.flatMap(([name, value]): ConnectFact[] => {
    const permit = permitBefore(service.settings.get(name), value, doors);
    if (permit === undefined) return [];
    const text = `In ${name} of the service ${service.name} the policy door stands behind ${permit} and is not asked about what that lets through: put it first.`;
    return [{ isSo: false, text }];
  });
  const lacking = missing
    .filter(([name, value]) => permitBefore(service.settings.get(name), value, doors) === undefined)
    .map(([name]) => name);
  if (lacking.length === 0) return behind;
  const text = `The service ${service.name} lacks ${lacking.join(', ')}.`;
  return [{ isSo: false, text }, ...behind];
}
