/**
 * Milters and restrictions that stand already stay, behind Primum: a DKIM signer then signs what Primum
 * adds (docs/guides/postfix.md), and what permits or rejects goes on doing so.
 */
import type { PostfixService } from './postfix-settings.ts';

type Setting = readonly [name: string, value: string];
type Parameters = ReadonlyMap<string, string>;

export const KEPT_NOTE =
  'Milters and restrictions that you have already stay, behind Primum; a DKIM signer has to, so that it signs what Primum adds.';

export function behind(door: string, standing: string | undefined): string {
  return standing === undefined || standing === '' ? door : `${door}, ${standing}`;
}

/** What a service is to have: milters it has from main.cf count as its own, for `-o` would hide them. */
export function keepingOfService(
  [name, value]: Setting,
  { settings }: Pick<PostfixService, 'settings'>,
  parameters: Parameters,
): Setting {
  if (!value.startsWith('$')) return [name, value];
  const own = settings.get(name) ?? (name === 'smtpd_milters' ? parameters.get(name) : undefined);
  return [name, behind(value, without(value, own))];
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
