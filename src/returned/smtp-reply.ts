/** SMTP replies as notices quote them: code, enhanced code, and which command was answered. */
import { oneOf } from './one-of.ts';
import type { SmtpStage } from '../core/reply-class.ts';

export interface QuotedReply {
  readonly replyCode?: string;
  readonly status?: string;
  readonly stage?: SmtpStage;
}

/** Text that is looked at; a reply stands at the beginning of what is said of a recipient. */
const MAX_SEARCHED = 4_000;

/** `550 5.1.1`, `550-'5.7.1`, `550 (#5.1.1`, `:550, ERROR_CODE :5.1.1`: both of one class. */
const PAIR = /(?<![\w.:/-])([45])([0-7]\d)(?!\d)[^\d\n]{1,20}(\1\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;

/** A code where a reply begins: at the start of a line, or behind what introduces one. */
const CODE = oneOf(String.raw`
  (?:
  ^|\n|[:#("'<>[]
  |\b(?:said|says|with|code|error|reply|response|status|reason|smtp|rejected|failed)
  )[\s:=<#"'(]{0,5}([45][0-7]\d)(?=[\s\-:,")\]>]|$)`);

/** What the remote said in a transcript; lines of the reporting system stand between. */
const REMOTE_LINE =
  /(?:^|\n)[^\n]{0,60}?<(?:<<|--) {0,2}([45][0-7]\d)(?:[ -]{1,2}\(?#?([45]\.\d{1,3}\.\d{1,3}))?(?![\d.])/;

const STATUS = /(?<![\w.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;

/** A success counts only where nothing failed: a transcript is full of them. */
const SUCCESS = /(?<![\w.])(2\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;

export function findReply(text: string): QuotedReply {
  const searched = text.slice(0, MAX_SEARCHED);
  const stage = findStage(searched);
  const staged = stage === undefined ? {} : { stage };
  const pair = PAIR.exec(searched);
  const code = CODE.exec(searched);
  const remote = REMOTE_LINE.exec(searched);
  // A reason given before the transcript is this recipient's; the transcript may be another's.
  const first = Math.min(placeOf(pair), placeOf(code));
  if (remote !== null && placeOf(remote) <= first) {
    const [, replyCode = '', own] = remote;
    const status = own ?? STATUS.exec(searched)?.[1];
    return { replyCode, ...(status === undefined ? {} : { status }), ...staged };
  }
  if (pair !== null) {
    const [, first = '', rest = '', status = ''] = pair;
    return { replyCode: first + rest, status, ...staged };
  }
  const replyCode = code?.[1];
  const failed = STATUS.exec(searched)?.[1];
  const status = failed ?? (replyCode === undefined ? SUCCESS.exec(searched)?.[1] : undefined);
  return {
    ...(replyCode === undefined ? {} : { replyCode }),
    ...(status === undefined ? {} : { status }),
    ...staged,
  };
}

/** Where the reply code stands. */
function placeOf(match: RegExpExecArray | null): number {
  return match === null ? Infinity : match.index + match[0].search(/[45][0-7]\d/);
}

/** How programs name the command: Postfix and many after it, Exim, Yahoo, m-FILTER, transcripts. */
const NAMED_COMMAND = oneOf(String.raw`
  \b(?:
  in reply to|in response to|after|during|at|sending|command:?
  )\s+(?:the\s+|end of\s+|pipelined\s+|remote\s+|our\s+|final\s+)*"?(rcpt|mail|data|ehlo|helo|starttls|connect|initial|end of data)\b`);
const BRACKETED = /\[(rcpt_to|mail_from|data)\]/i;
const OWN_LINE = /(?:^|\n)[ \t]*(?:>>> ?)?(rcpt to:|mail from:|data(?=[ \t]*(?:\r?\n|$)))/gi;

/** qmail and DragonFly in their own words; `SMTP:RCPT host`, `RCPT TO response` and the like. */
const AT_RCPT = /\bdo(?:es)? not like recipient|did not like our rcpt|\brcpt(?:[ _]to)?\b/i;
const AFTER_DATA =
  /failed after i sent the message|did not like our (?:final )?data|\bdata (?:command|response)\b/i;

/** An answer to DATA that only says that no recipient was left: the one refused was refused at RCPT. */
const PIPELINED = /\b(?:50[3-4]|554)\b[^\n]{0,40}(?:need rcpt|no valid recipients|valid rcpt)/i;

export function findStage(text: string): SmtpStage | undefined {
  if (PIPELINED.test(text)) return 'rcpt';
  const named = NAMED_COMMAND.exec(text)?.[1] ?? BRACKETED.exec(text)?.[1];
  if (named !== undefined) return stageOf(named);
  if (AFTER_DATA.test(text)) return 'data';
  const own = [...text.matchAll(OWN_LINE)].at(-1)?.[1];
  if (own !== undefined) return stageOf(own);
  return AT_RCPT.test(text) ? 'rcpt' : undefined;
}

function stageOf(command: string): SmtpStage {
  const lower = command.toLowerCase();
  if (lower.startsWith('rcpt')) return 'rcpt';
  if (lower.startsWith('mail')) return 'mail';
  return lower === 'data' || lower === 'end of data' ? 'data' : 'connect';
}
