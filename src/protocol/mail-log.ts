/**
 * One line of a mail log: stamp, host, program, text (RFC 3164 §4, RFC 3339 stamps, Postfix's
 * `maillog_file`, Dovecot's `log_path`). Whatever stands in a line, it is read, passed over or
 * named as unreadable; nothing throws.
 */
import { isDovecotProgram, readDovecot } from './mail-log-dovecot.ts';
import { kept, MAX_LOG_LINE } from './mail-log-fact.ts';
import type { LogFact, Said } from './mail-log-fact.ts';
import { isPostfixProgram, readPostfix } from './mail-log-postfix.ts';
import { StampReader } from './mail-log-stamp.ts';
import type { StampOptions, StampState } from './mail-log-stamp.ts';

/** Why a line tells nothing: `foreign` is another program's, the last three are not understood. */
export type Passed = 'nothing' | 'foreign' | 'cut' | 'no-stamp' | 'too-long';

export interface LogLine {
  readonly atMs: number;
  /** Empty where the form of the log has none. */
  readonly host: string;
  /** The process of a client's line, as the log names it; with the host it tells connections apart. */
  readonly process: string;
  readonly fact: LogFact;
}

export class MailLogReader {
  readonly #stamps: StampReader;
  /** Names of hosts and processes come again in nearly every line. */
  readonly #names = new Map<string, string>();
  readonly #programs = new Map<string, Program>();
  #lastHost = '';

  constructor(options: StampOptions, state?: StampState) {
    this.#stamps = new StampReader(options, state);
  }

  get state(): StampState | undefined {
    return this.#stamps.state;
  }

  /** @param line Without its end, one character a byte (latin1). */
  read(line: string): LogLine | Passed {
    if (line.length > MAX_LOG_LINE) return 'too-long';
    const stamp = this.#stamps.read(line, afterPriority(line));
    if (stamp === undefined) return 'no-stamp';
    const head = readHead(line, stamp.end);
    if (head === undefined) return 'foreign';
    const program = this.#program(line.slice(head.from, head.nameEnd));
    if (program.kind === 'foreign') return 'foreign';
    const said: Said =
      program.kind === 'postfix'
        ? readPostfix(program.name, line, head.text)
        : readDovecot(program.name, line, head.text);
    if (typeof said === 'string') return said;
    // Only clients and their logins come in connections.
    const isOfClient = said.kind === 'client' || said.kind === 'disconnect';
    return {
      atMs: stamp.atMs,
      host: this.#host(line, stamp.end, Math.max(stamp.end, head.from - 1)),
      process: isOfClient ? this.#name(line.slice(head.nameEnd, head.end)) : '',
      fact: said,
    };
  }

  /** A log is of one host, or of a few that write in bursts. */
  #host(line: string, from: number, to: number): string {
    const last = this.#lastHost;
    if (last.length === to - from && line.startsWith(last, from)) return last;
    this.#lastHost = this.#name(line.slice(from, to));
    return this.#lastHost;
  }

  #program(head: string): Program {
    const known = this.#programs.get(head);
    if (known !== undefined) return known;
    const program = programOf(kept(head));
    if (this.#programs.size >= MAX_NAMES) this.#programs.clear();
    this.#programs.set(kept(head), program);
    return program;
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const own = kept(name);
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    this.#names.set(own, own);
    return own;
  }
}

/** Names remembered; a log has a few hosts and programs, and some hundred processes at a time. */
const MAX_NAMES = 4_096;

interface Program {
  readonly kind: 'postfix' | 'dovecot' | 'foreign';
  readonly name: string;
}

/**
 * `postfix/smtpd`, `postfix/submission/smtpd`, `postfix-out/smtp`, `mta2/qmgr`: the last part is the
 * program, the first the instance (postmulti(1)), and operators choose what stands between.
 */
function programOf(head: string): Program {
  const slash = head.lastIndexOf('/');
  const name = head.slice(slash + 1);
  if (slash >= 0 && isPostfixProgram(name)) return { kind: 'postfix', name };
  if (isDovecotProgram(head)) return { kind: 'dovecot', name: head };
  return { kind: 'foreign', name };
}

interface Head {
  /** Where the program's name begins and ends. */
  readonly from: number;
  readonly nameEnd: number;
  /** Of its process number, or of the name where it has none. */
  readonly end: number;
  /** Where its text begins. */
  readonly text: number;
}

/** `host program[pid]: `, or `program: ` in a log that knows only its own host. */
function readHead(line: string, from: number): Head | undefined {
  const colon = line.indexOf(': ', from);
  if (colon < 0 || colon - from > MAX_HEAD) return undefined;
  const space = line.indexOf(' ', from);
  const start = space < colon ? space + 1 : from;
  const bracket = line.indexOf('[', start);
  const hasProcess = bracket > 0 && bracket < colon;
  const end = hasProcess ? Math.min(line.indexOf(']', bracket) + 1, colon) : colon;
  return { from: start, nameEnd: hasProcess ? bracket : colon, end, text: colon + 2 };
}

/** RFC 1035 §2.3.4 for the host, and a program's name. */
const MAX_HEAD = 400;

/** `<22>` before the stamp, where a relay left the priority (RFC 3164 §4.1.1). */
function afterPriority(line: string): number {
  if (line.charCodeAt(0) !== 60) return 0;
  const close = line.indexOf('>');
  return close > 0 && close <= 4 ? close + 1 : 0;
}
