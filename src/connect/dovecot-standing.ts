/** What of Dovecot's own configuration the lines would switch off, and which file of it they go into. */
import { dirname } from 'node:path';
import type { ConnectFact, ReadText } from './contract.ts';
import { DOVECOT_FILE } from './dovecot-lines.ts';

export type DovecotSettings = ReadonlyMap<string, string>;

interface Ours {
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly password: string | undefined;
}

/** A policy server that stands already: Dovecot asks one only. */
export function otherServerNotes(own: DovecotSettings, ours: Ours): readonly string[] {
  const wanted = new Map(ours.settings);
  const notes: string[] = [];
  const url = own.get('auth_policy_server_url') ?? '';
  const isOther = url !== '' && url !== wanted.get('auth_policy_server_url');
  if (isOther)
    notes.push(
      `Dovecot asks another policy server now, auth_policy_server_url = ${withoutLogin(url)}. It asks one only: these lines switch that one off. Take its lines out if that is what you want.`,
    );
  const header = own.get('auth_policy_server_api_header') ?? '';
  if (header !== '' && !wanted.has('auth_policy_server_api_header'))
    notes.push(
      "Take the line auth_policy_server_api_header out: its password would go to Primum's door, which asks for none.",
    );
  else if (header !== '' && (isOther || isOtherPassword(header, ours.password)))
    notes.push('Another auth_policy_server_api_header stands there: the line takes its place.');
  const attributes = own.get('auth_policy_request_attributes') ?? '';
  const list = wanted.get('auth_policy_request_attributes') ?? '';
  const gone = attributes.split(/\s+/).filter((word) => !list.split(' ').includes(word));
  if (attributes !== '' && attributes !== list)
    notes.push(
      `Another auth_policy_request_attributes stands there: the line takes its place${gone.length === 0 ? '' : `, without ${gone.join(' ')}`}.`,
    );
  return notes;
}

const withoutLogin = (url: string): string => url.replace(/\/\/[^/@]*@/, '//...@');

/** The user name is free (docs/guides/dovecot.md); a header that is hidden may be right. */
function isOtherPassword(header: string, password: string | undefined): boolean {
  if (header.startsWith('#')) return false;
  const credential = /^Authorization:\s*Basic\s+(\S+)$/i.exec(header)?.[1];
  const login = Buffer.from(credential ?? '', 'base64').toString();
  return login.slice(login.indexOf(':') + 1) !== password;
}

/** Dovecot's own switches, on unless a line says `no`: what is lost without each. */
const MOMENTS: readonly (readonly [name: string, lost: string])[] = [
  ['auth_policy_check_before_auth', 'is not asked before a password is checked'],
  ['auth_policy_check_after_auth', 'is not asked before a right password logs somebody in'],
  ['auth_policy_report_after_auth', 'is not told how a login ended'],
];

const isOff = (own: DovecotSettings, name: string): boolean => own.get(name) === 'no';

export function momentFacts(own: DovecotSettings): readonly ConnectFact[] {
  const off = MOMENTS.filter(([name]) => isOff(own, name));
  if (off.length === 0)
    return [
      // Whom Dovecot asks is another line: this one is about when.
      { isSo: true, text: 'No line keeps Dovecot from asking before and after the password.' },
    ];
  return off.map(([name, lost]) => ({
    isSo: false,
    text: `${name} = no: Primum ${lost}. Take that line out, or write ${name} = yes behind it.`,
  }));
}

export const momentLines = (own: DovecotSettings): readonly string[] =>
  MOMENTS.filter(([name]) => isOff(own, name)).map(([name]) => `${name} = yes`);

/** The file that `doveconf -n` names in its first line. */
export const mainFileOf = (printed: string): string | undefined =>
  /^# \d\S* .*: (\/\S+)$/m.exec(printed)?.[1];

interface Place {
  readonly file: string;
  readonly where?: string;
  readonly notes: readonly string[];
}

/** @param printed by `doveconf -n`, whose first line names the file that it read */
export async function placeOf(printed: string, readText: ReadText): Promise<Place> {
  const main = mainFileOf(printed);
  if (main === undefined) return { file: DOVECOT_FILE, notes: [] };
  const folder = dirname(main);
  const file = `${folder}/conf.d/99-primum.conf`;
  const text = await readText(main);
  if (text === undefined)
    return { file, notes: [`${main} cannot be read: look whether it includes conf.d/*.conf.`] };
  const included = [...text.matchAll(/^\s*!include(?:_try)?\s+(\S+)/gm)].map(([, path]) => path);
  const fits = ['conf.d/*.conf', `${folder}/conf.d/*.conf`, 'conf.d/99-primum.conf', file];
  if (included.some((path = '') => fits.includes(path))) return { file, notes: [] };
  const note = `${main} does not include conf.d/*.conf, so a file there would not be read: the lines go into ${main} itself.`;
  return { file: main, where: 'at its end', notes: [note] };
}
