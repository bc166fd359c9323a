/** Postfix's own word on its settings, on this machine. */
import { runProgram } from '../run-program.ts';

const MAX_WHY = 300;
export const POSTFIX_BOUNDS = {
  timeoutMs: 10_000,
  maxOutputBytes: 256 * 1024,
  // Another instance than that of /etc/postfix.
  variables: ['MAIL_CONFIG'],
} as const;

export interface Postconf {
  /** `name = value` lines; empty where there is no Postfix. */
  readonly text: string;
  /** Why it could not say all; absent where there is no Postfix. */
  readonly why?: string;
}

/** @param program Replaced by tests. */
export async function askPostconf(
  parameters: readonly string[],
  program = 'postconf',
): Promise<Postconf> {
  const answer = await runProgram([program, ...parameters], POSTFIX_BOUNDS);
  if (answer.ok) return { text: answer.text };
  if (answer.isAbsent === true) return { text: '' };
  const [line = ''] = answer.said.trim().split('\n');
  return { text: answer.text, why: (line === '' ? answer.why : line).slice(0, MAX_WHY) };
}

/** `name = value` lines; empty where there is no Postfix. */
export async function readPostconf(parameters: readonly string[]): Promise<string> {
  return (await askPostconf(parameters)).text;
}

export function settingsIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^(\w+) = ?(.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
  return new Map(pairs);
}

/** A line of master.cf. */
export interface MasterService {
  /** As `127.0.0.1:25` or `smtp`. */
  readonly name: string;
  readonly type: string;
  /** The program: `smtpd`, `smtp`. */
  readonly command: string;
  /** Its own `-o name=value`. */
  readonly own: ReadonlyMap<string, string>;
}

/** More than any master.cf has. */
export const MAX_SERVICES = 500;

/**
 * @param lines What `postconf -M` prints.
 * @param own What `postconf -P` prints: `smtp/inet/smtpd_banner = value`.
 */
export function servicesIn(lines: string, own: string): readonly MasterService[] {
  const settings = new Map<string, Map<string, string>>();
  for (const line of own.split('\n')) {
    const [, service = '', name = '', value = ''] =
      /^(\S+\/[a-z-]+)\/(\w+) = ?(.*)$/.exec(line) ?? [];
    if (name === '') continue;
    settings.set(service, (settings.get(service) ?? new Map<string, string>()).set(name, value));
  }
  return lines
    .split('\n')
    .flatMap((line) => {
      const [name = '', type = '', , , , , , command = ''] = line.trim().split(/\s+/);
      const found = settings.get(`${name}/${type}`) ?? new Map<string, string>();
      return command === '' ? [] : [{ name, type, command, own: found }];
    })
    .slice(0, MAX_SERVICES);
}

/** What Postfix says of itself; `absent` where there is none, or none that was set up. */
export type PostfixHere =
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly why: string }
  | {
      readonly kind: 'read';
      /** Of main.cf, expanded. */
      readonly main: ReadonlyMap<string, string>;
      /** Of main.cf, as it is written. */
      readonly raw: ReadonlyMap<string, string>;
      readonly services: readonly MasterService[];
    };

/** @param ask Replaced by tests. */
export async function readPostfix(
  parameters: readonly string[],
  ask: (args: readonly string[]) => Promise<Postconf> = askPostconf,
): Promise<PostfixHere> {
  const main = await ask(['-x', ...parameters]);
  if (main.why !== undefined)
    // The tools are there, and nobody made a mail server of them.
    return /main\.cf: No such file/.test(main.why)
      ? { kind: 'absent' }
      : { kind: 'failed', why: main.why };
  if (main.text.trim() === '') return { kind: 'absent' };
  const [raw, lines, own] = await Promise.all([ask(parameters), ask(['-M']), ask(['-P', '-x'])]);
  const why = raw.why ?? lines.why ?? own.why;
  if (why !== undefined) return { kind: 'failed', why };
  return {
    kind: 'read',
    main: settingsIn(main.text),
    raw: settingsIn(raw.text),
    services: servicesIn(lines.text, own.text),
  };
}

/** Words of a setting. What stands in braces is one word. */
export function wordsIn(text: string): readonly string[] {
  return text.match(/(?:[^\s,{}]|\{(?:[^{}]|\{[^{}]*\})*\})+/g) ?? [];
}

/** DATABASE_README: `inline:{ a.example=x, { b.example = y } }` holds its entries in the setting itself. */
const INLINE = /(?:[a-z]+:)*inline:\{((?:[^{}]|\{[^{}]*\})*)\}/g;

export const withoutInline = (text: string): string => text.replaceAll(INLINE, ' ');

/** Words of a setting, and the keys of its inline tables. */
export function namedIn(text: string): readonly string[] {
  const keys = [...text.matchAll(INLINE)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(?:^|[\s,{])([^\s,{}=]+)\s*=/g)].map(([, key = '']) => key),
  );
  return [...wordsIn(withoutInline(text)), ...keys];
}

/** `hash:/etc/postfix/domains`, `proxy:mysql:…`, a file of patterns. */
export const isTable = (word: string): boolean => /^(?:[a-z]+:)+\S|^\//.test(word);

/** Networks of `mynetworks`, without brackets; tables are not followed. */
export function networksIn(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((word) => word.replaceAll(/[[\]]/g, ''))
    .filter((word) => /^[0-9a-f.:]+(?:\/\d{1,3})?$/i.test(word));
}
