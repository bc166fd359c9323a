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

/** What a service that is there lacks; how it names itself and does TLS stays its own business. */
export function missingOf(
  { settings }: PostfixService,
  wanted: Settings,
  doors: PostfixDoors,
): Settings {
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
