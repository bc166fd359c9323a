/**
 * Milters and restrictions that stand already stay, behind Primum: a DKIM signer then signs what Primum
 * adds (docs/guides/postfix.md), and what permits or rejects goes on doing so.
 */
import type { PostfixService } from './postfix-settings.ts';

type Setting = readonly [name: string, value: string];
type Parameters = ReadonlyMap<string, string>;

export const KEPT_NOTE =
  'Milters and restrictions that you have already stay, behind Primum; a DKIM signer has to, so that it signs what Primum adds.';

export const CHECKS_NOTE =
  'The check_..._access of main.cf for clients and senders go on in the submission service; take out what is meant for port 25 only.';

export function behind(door: string, standing: string | undefined): string {
  return standing === undefined || standing === '' ? door : `${door}, ${standing}`;
}

/** What a service is to have: milters it has from main.cf count as its own, for `-o` would hide them. */
export function keepingOfService(
  [name, value]: Setting,
  { settings }: Pick<PostfixService, 'settings'>,
  parameters: Parameters,
): Setting {
  // An empty line takes the rules of port 25 off; what is said of clients and senders by name holds here, too.
  if (value === '') return [name, checksIn(settings.get(name) ?? parameters.get(name) ?? '')];
  if (!value.startsWith('$')) return [name, value];
  const own = settings.get(name) ?? (name === 'smtpd_milters' ? parameters.get(name) : undefined);
  return [name, behind(value, without(value, own))];
}

/** postconf(5): tables of the operator, and senders that belong to a login. */
const CHECK =
  /(?<=^|[\s,])(?:check_\w+_access[\s,]+(?:\{[^{}]*\}|[^\s,{}]+(?:\{[^{}]*\})?)|reject_\w*sender_login_mismatch)(?=[\s,]|$)/g;

function checksIn(standing: string): string {
  return (standing.match(CHECK) ?? []).map((check) => check.replace(/[\s,]+/, ' ')).join(', ');
}

/** The door stands once: it moves to the front. */
function without(door: string, standing: string | undefined): string | undefined {
  const place = new RegExp(`(?:^|[\\s,]+)${door.replace('$', '\\$')}(?=[\\s,]|$)`, 'g');
  return standing?.replace(place, '').replace(/^[\s,]+/, '');
}

/** A line of main.cf that names milters. */
export function keepingOfMain(line: string, parameters: Parameters): string {
  const [name = '', value = ''] = line.split(/ = (.*)/);
  if (name !== 'non_smtpd_milters') return line;
  const standing = parameters.get(name);
  if (standing?.split(/[\s,{}]+/).includes(value) === true) return line;
  return `${name} = ${behind(value, standing)}`;
}
