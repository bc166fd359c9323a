/** A mail server without a socket, which remembers whether TLS is on and who the sender is. */
import type { Check, Observation, Tools } from '../../src/watch/contract.ts';
import type { DnsAnswer } from '../../src/watch/dns.ts';
import type { WatchPlan } from '../../src/watch/plan.ts';
import { createScope } from '../../src/watch/scope.ts';
import { DialogueError, type Dialogue, type SmtpReply } from '../../src/watch/smtp-dialogue.ts';
import { hostAt, planOf } from './plan.ts';

export interface Heard {
  readonly line: string;
  readonly isTls: boolean;
  readonly isLoggedIn: boolean;
  /** Of MAIL, without brackets. */
  readonly sender: string;
}

/** What is answered; `hang up` ends the dialogue, nothing is the answer of a good server. */
export type Says = (heard: Heard) => string | undefined;

const HELLO = '250-mx.house.test\n250-SIZE 50000000\n250-8BITMIME\n250 PIPELINING';
export const withTls = HELLO.replace('250 PIPELINING', '250-STARTTLS\n250 PIPELINING');
export const withAuth = HELLO.replace('250 PIPELINING', '250-AUTH PLAIN LOGIN\n250 PIPELINING');

const OWN = /<(?:abuse|postmaster)@house\.test>/;

/** Relays for nobody but who has logged in, tells nothing, and has abuse@ and postmaster@. */
function good({ line, isLoggedIn }: Heard): string {
  if (line.startsWith('EHLO')) return HELLO;
  if (line === 'STARTTLS') return '220 go';
  if (/^(?:VRFY|EXPN)/.test(line)) return '502 5.5.1 no';
  if (line.startsWith('AUTH')) return '535 5.7.8 no';
  if (line === 'DATA') return '354 go on';
  if (!line.startsWith('RCPT')) return '250 ok';
  if (OWN.test(line) || (isLoggedIn && !line.includes('house.test'))) return '250 ok';
  return line.includes('@house.test>')
    ? '550 5.1.1 User unknown in local recipient table'
    : '554 5.7.1 Relay access denied';
}

function replyOf(text: string): SmtpReply {
  const lines = text.split('\n').map((line) => line.slice(4));
  return { code: Number(text.slice(0, 3)), lines, text: text.replaceAll('\n', ' / ') };
}

interface More {
  readonly greeting?: string;
  readonly now?: () => number;
  /** The host that takes mail for a domain; nothing where it has no MX record. */
  readonly mx?: (domain: string) => string | undefined;
  /** What A records of a name say. */
  readonly addresses?: (name: string) => readonly string[];
  /** The address that asks; as shipped one of this machine. */
  readonly from?: string;
  /** How long it looks at a message before it answers. */
  readonly thinksMs?: number;
  /** Told of bytes that are no command. */
  readonly raw?: (bytes: string) => void;
  /** Bytes to which nothing is said. */
  readonly isSilentTo?: (bytes: string) => boolean;
  /** Told of lines that come at once. */
  readonly commands?: (lines: readonly string[]) => void;
}

function dialogueOf(says: Says, heard: string[], more: More): Dialogue {
  let state: Omit<Heard, 'line'> = { isTls: false, isLoggedIn: false, sender: '' };
  const command = (line: string): Promise<SmtpReply> => {
    heard.push(line);
    const text = says({ line, ...state }) ?? good({ line, ...state });
    if (text === 'hang up') return Promise.reject(new DialogueError('127.0.0.1 port 25 hung up'));
    if (line.startsWith('MAIL')) state = { ...state, sender: /<(.*)>/.exec(line)?.[1] ?? '' };
    if (text.startsWith('235')) state = { ...state, isLoggedIn: true };
    return Promise.resolve(replyOf(text));
  };
  return {
    greeting: replyOf(more.greeting ?? '220 mx.house.test ESMTP'),
    localAddress: more.from ?? '127.0.0.9',
    command,
    // As where a host hangs up: what it said before is known.
    async commands(lines) {
      more.commands?.(lines);
      const replies: SmtpReply[] = [];
      for (const line of lines) {
        const reply = await command(line).catch((error: unknown) => {
          if (replies.length === 0) throw error;
        });
        if (reply === undefined) break;
        replies.push(reply);
      }
      return replies;
    },
    raw: command,
    rawWithin: (bytes, ms) => {
      more.raw?.(bytes);
      const isSilent = ms < (more.thinksMs ?? 0) || more.isSilentTo?.(bytes) === true;
      return isSilent ? Promise.resolve(undefined) : command(bytes.slice(-5));
    },
    startTls: () => {
      state = { ...state, isTls: true };
      return Promise.resolve({ protocol: 'TLSv1.3', certificate: {} as never, distrust: '' });
    },
    close: () => undefined,
  };
}

/** What a check finds, and each line that was said to the server. */
export async function hear(
  check: Check,
  says: Says = () => undefined,
  plan: Partial<WatchPlan> = {},
  more: More = {},
) {
  const heard: string[] = [];
  const whole = planOf({
    hosts: [hostAt(25)],
    domains: ['house.test'],
    relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [] },
    ...plan,
  });
  const said = (name: string, type: string): readonly string[] => {
    if (type === 'MX') {
      const host = more.mx === undefined ? 'mx.house.test' : more.mx(name);
      return host === undefined ? [] : [`10 ${host}`];
    }
    return type === 'A' ? (more.addresses?.(name) ?? []) : [];
  };
  const ask = (name: string, type: string): Promise<DnsAnswer> => {
    const records = said(name, type);
    return Promise.resolve(records.length > 0 ? { kind: 'found', records } : { kind: 'none' });
  };
  const tools: Tools = {
    plan: whole,
    scope: createScope(whole),
    now: more.now ?? (() => 0),
    dns: { ask, askAt: ask, asked: 0 },
    dialogue: () => Promise.resolve(dialogueOf(says, heard, more)),
  };
  const found: Observation[] = [];
  for (const target of check.targets(whole)) found.push(...(await check.run(target, tools)));
  const rows = Object.fromEntries(found.map(({ practice, state }) => [practice, state]));
  const text = found.flatMap(({ evidence }) => evidence).join(' ');
  const advice = found.flatMap((one) => one.advice ?? []).join(' ');
  return { found, rows, text, advice, heard };
}
