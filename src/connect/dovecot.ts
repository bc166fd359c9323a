/** What is to be written into Dovecot's configuration on this host, and what of it stands already. */
import { httpAddress } from './address.ts';
import { troubledPlan } from './contract.ts';
import type { ConfigFiles, ConnectFact, ConnectOptions, ConnectPlan, RunTool } from './contract.ts';
import { dovecotSettings, PENALTY_LINES } from './dovecot-lines.ts';
import {
  mainFileOf,
  momentFacts,
  momentLines,
  otherServerNotes,
  placeOf,
} from './dovecot-standing.ts';

/** Stands for what is secret, so that the lines may be shown to others. */
const HIDDEN_CREDENTIAL = 'BASE64-OF-NAME-AND-PASSWORD';
const HIDDEN_NONCE = 'YOUR-OWN-LONG-RANDOM-TEXT';

export async function connectDovecot(
  options: ConnectOptions,
  run: RunTool,
  { readText, changedAt }: ConfigFiles,
): Promise<ConnectPlan> {
  const answer = await run('doveconf', ['-n']);
  if (answer.kind === 'failed') return troubledPlan('dovecot', answer.message);
  const printed = answer.kind === 'printed' ? answer.text : undefined;
  const url = httpAddress(options.authPolicyListen);
  const base = { program: 'dovecot' as const, then: [...RESTART], inboundDoors: [] };
  const found = printed === undefined ? [NO_DOVECOT] : foundText(printed);
  if (url === undefined) {
    const notes = [
      "Dovecot asks over TCP only, and the auth policy door listens on no TCP address. Write doors.auth_policy.listen: ['127.0.0.1:8084'] in primum.yaml.",
    ];
    return { ...base, found, files: [], notes, facts: [], doors: [] };
  }
  const own = topSettings(printed ?? '');
  const shown = await placeholdersIn(own, run);
  const keepsNonce = own.has('auth_policy_hash_nonce') && !shown.has('auth_policy_hash_nonce');
  const settings = dovecotSettings({
    url,
    credential: credentialOf(options),
    nonce: options.withSecrets ? options.freshNonce : HIDDEN_NONCE,
  }).filter(([name]) => !(keepsNonce && name === 'auth_policy_hash_nonce'));
  const { notes, ...place } = await placeOf(printed ?? '', readText);
  const others = otherServerNotes(own, { settings, password: options.dovecotPassword });
  const lines = settings.map(([name, value]) => `${name} = ${value}`);
  const main = mainFileOf(printed ?? '');
  const at = main === undefined ? undefined : await changedAt(main);
  return {
    ...base,
    found,
    files: [{ ...place, lines: [...lines, ...momentLines(own), ...PENALTY_LINES] }],
    notes: [...others, ...notes, ...notesOf(options, keepsNonce)],
    facts: printed === undefined ? [] : factsOf(printed, own, settings, shown),
    doors: ['auth-policy'],
    ...(at === undefined ? {} : { changedAt: at }),
  };
}

const NO_DOVECOT = 'doveconf does not answer on this host: these are the lines for Dovecot 2.3.';

/** An smtpd process that was connected keeps talking to the old auth process. */
const RESTART = ['systemctl restart dovecot', 'postfix reload'] as const;

/** Stands in docs/guides/dovecot.md for a text of one's own. */
const GUIDE_NONCE = 'choose-your-own-and-keep-it';

/** Settings that stand as they were shown and not as they should be: doveconf hides both unless it is asked. */
async function placeholdersIn(
  own: ReadonlyMap<string, string>,
  run: RunTool,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const [name, ...placeholders] of [
    ['auth_policy_hash_nonce', HIDDEN_NONCE, GUIDE_NONCE],
    ['auth_policy_server_api_header', HIDDEN_CREDENTIAL],
  ] as const) {
    const answer = own.has(name) ? await run('doveconf', ['-P', '-h', name]) : undefined;
    const value = answer?.kind === 'printed' ? answer.text.trim() : '';
    if (placeholders.some((placeholder) => value.endsWith(placeholder))) found.add(name);
  }
  return found;
}

function credentialOf(options: ConnectOptions): string | undefined {
  if (options.dovecotPassword === undefined) return undefined;
  if (!options.withSecrets) return HIDDEN_CREDENTIAL;
  return Buffer.from(`dovecot:${options.dovecotPassword}`).toString('base64');
}

function foundText(printed: string): readonly string[] {
  const version = /^# (\d+\.\d+)\S*/.exec(printed)?.[1];
  const mechanisms = topSettings(printed).get('auth_mechanisms') ?? 'plain';
  const text = `Dovecot ${version ?? 'of unknown version'}; mechanisms: ${mechanisms}.`;
  if (version === undefined || version.startsWith('2.3')) return [text];
  return [
    text,
    `The lines are tested with Dovecot 2.3; look whether ${version} names its settings as before.`,
  ];
}

/** Settings outside of every block, as `doveconf -n` prints them. */
export function topSettings(printed: string): ReadonlyMap<string, string> {
  const pairs = printed.split('\n').flatMap((line) => {
    const match = /^(\w+) = (.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', (match[2] ?? '').trim()] as const];
  });
  return new Map(pairs);
}

function notesOf(options: ConnectOptions, keepsNonce: boolean): readonly string[] {
  const { withSecrets, dovecotPassword, dovecotPasswordFile = 'FILE' } = options;
  const notes: string[] = [];
  if (dovecotPassword === undefined)
    notes.push(
      'The auth policy door asks for no password: where other people run programs on this host, set doors.auth_policy.credentials.',
    );
  else if (!withSecrets)
    notes.push(
      `The password is made by: printf 'dovecot:%s' "$(cat ${dovecotPasswordFile})" | base64 -w0. With --secrets it stands in the line.`,
    );
  notes.push(nonceNote(withSecrets, keepsNonce));
  return notes;
}

function nonceNote(withSecrets: boolean, keepsNonce: boolean): string {
  if (keepsNonce)
    return 'auth_policy_hash_nonce is set already: keep its value, or every password looks new.';
  return withSecrets
    ? 'Keep the auth_policy_hash_nonce of these lines once it is in place: with another one every password looks new.'
    : 'Choose auth_policy_hash_nonce once (openssl rand -hex 32) and keep it: with another one every password looks new.';
}

function factsOf(
  printed: string,
  own: ReadonlyMap<string, string>,
  settings: readonly (readonly [string, string])[],
  shown: ReadonlySet<string>,
): readonly ConnectFact[] {
  const placeholders = [...shown].map((name): ConnectFact => ({
    isSo: false,
    text: `${name} is the text that was shown in its place: put your own there (primum connect dovecot --secrets prints it).`,
  }));
  const wanted = settings.filter(([name]) => !shown.has(name));
  const all = wanted.map(([name, value]): ConnectFact => {
    const set = own.get(name);
    // doveconf hides the nonce; a header that is hidden or of another name may be right.
    const isFree = name === 'auth_policy_hash_nonce' || name === 'auth_policy_server_api_header';
    const isSo = set !== undefined && (isFree || isEnough(name, set, value));
    if (isSo) return { isSo, text: `${name} is set.` };
    return {
      isSo,
      text: set === undefined ? `${name} is not set.` : `${name} has another value: ${set}`,
    };
  });
  // The unix_listener of a `service anvil` block: mode 0 switches the delay off.
  const isOff = /anvil-auth-penalty \{\s*mode = 0+\s/.test(printed);
  const penalty = isOff
    ? "Dovecot's own delay (anvil-auth-penalty) is off."
    : "Dovecot's own delay (anvil-auth-penalty) is still on: with Primum's own it exceeds what Postfix waits for.";
  return [...placeholders, ...all, ...momentFacts(own), { isSo: isOff, text: penalty }];
}

/** More attributes than ours do no harm; without the mechanism CRAM-MD5 looks like a password. */
function isEnough(name: string, set: string, value: string): boolean {
  if (name !== 'auth_policy_request_attributes') return set === value;
  const words = new Set(set.split(/\s+/));
  return value.split(' ').every((word) => words.has(word));
}
