/**
 * A gate that decides by a short script, for tests of doors: the account's local part says what
 * happens to it. It keeps the contract: ids count once, checks count nothing.
 */
import type {
  ConnectionEvent,
  LoginAttempt,
  LoginEvent,
  SubmissionEvent,
} from '../../src/core/event.ts';
import { recipientCount } from '../../src/core/event.ts';
import type { Maybe } from '../../src/core/maybe.ts';
import type { Verdict, VerdictKind } from '../../src/core/verdict.ts';
import type { Gate, UnderWay } from '../../src/gate-contract.ts';
import type { Telemetry } from '../../src/telemetry/contract.ts';

/** Recipients an account called `limited@...` may ever have. */
export const LIMITED_RECIPIENTS = 2;

type Decision = readonly [verdict: VerdictKind, signal: string];

const BY_LOCAL_PART: Readonly<Record<string, Decision>> = {
  locked: ['reject', 'account-locked'],
  held: ['hold', 'new-domains'],
  slow: ['defer', 'new-domains'],
  watched: ['reject', 'account-locked'],
};

export interface ScriptedGate extends Gate {
  /** Submissions judged, in order, once an id. */
  readonly judged: SubmissionEvent[];
  readonly verdicts: Verdict[];
  readonly checked: { readonly event: SubmissionEvent; readonly underWay?: UnderWay }[];
  /** Messages and recipients counted for an account. */
  counted(account: string): { messages: number; recipients: number };
}

export interface Script {
  /** Answers come as promises, as from a clustered store. */
  readonly isLate?: boolean;
  /** Awaited before a late answer; lets a test hold answers back. */
  readonly until?: () => Promise<void>;
  readonly now?: () => number;
  /** Who has not logged in may send, as a host of the own network may. */
  readonly mayRelay?: boolean;
}

export function scriptedGate(script: Script = {}): ScriptedGate {
  const judged: SubmissionEvent[] = [];
  const checked: ScriptedGate['checked'] = [];
  const byId = new Map<string, Verdict>();
  const counts = new Map<string, { messages: number; recipients: number }>();
  let lastId = 0;
  const counted = (account: string) => counts.get(account) ?? { messages: 0, recipients: 0 };
  const answer = (verdict: Verdict): Maybe<Verdict> => {
    if (script.isLate !== true) return verdict;
    return (script.until?.() ?? Promise.resolve()).then(() => verdict);
  };
  const judge = (event: SubmissionEvent): Verdict => {
    const before = byId.get(event.id);
    if (before !== undefined) return before;
    const account = event.account ?? '';
    const sum = counted(account);
    const verdict = verdictOn(event, sum.recipients, script.mayRelay);
    byId.set(event.id, verdict);
    judged.push(event);
    if (event.abandoned !== true) {
      const recipients = sum.recipients + recipientCount(event);
      counts.set(account, { messages: sum.messages + 1, recipients });
    }
    return verdict;
  };
  return {
    judged,
    checked,
    get verdicts() {
      return [...byId.values()];
    },
    counted,
    judge: (event) => answer(judge(asSubmission(event))),
    check: (event, underWay) => {
      const submission = asSubmission(event);
      checked.push(
        underWay === undefined ? { event: submission } : { event: submission, underWay },
      );
      const used = counted(submission.account ?? '').recipients + (underWay?.recipients ?? 0);
      return answer(verdictOn(submission, used, script.mayRelay));
    },
    meet: (event) => answer(strangerVerdict(event)),
    note: () => undefined,
    newId: () => `event-${String((lastId += 1)).padStart(6, '0')}`,
    now: script.now ?? Date.now,
  };
}

function asSubmission(event: SubmissionEvent | LoginEvent | LoginAttempt): SubmissionEvent {
  if (event.kind !== 'submission') throw new Error('This script knows submissions only.');
  return event;
}

function decisionOn(event: SubmissionEvent, usedRecipients: number, mayRelay: boolean): Decision {
  const isForward = (event.forwarder ?? '') !== '';
  if (event.account === undefined && (mayRelay || isForward)) return ['pass', 'none'];
  if (event.account === undefined) return ['reject', 'relay-without-auth'];
  if (event.envelopeSender.endsWith('@foreign.example')) return ['reject', 'foreign-sender'];
  const localPart = event.account.slice(0, event.account.indexOf('@'));
  if (localPart === 'limited' && usedRecipients + recipientCount(event) > LIMITED_RECIPIENTS) {
    return ['defer', 'limit'];
  }
  return BY_LOCAL_PART[localPart] ?? ['pass', 'none'];
}

function verdictOn(event: SubmissionEvent, usedRecipients: number, mayRelay = false): Verdict {
  const [verdict, signal] = decisionOn(event, usedRecipients, mayRelay);
  const account = event.account ?? '';
  return {
    kind: 'verdict',
    for: event.id,
    at: event.at,
    account,
    identity: `${account}/main`,
    context: 'c0ffee',
    verdict,
    enforced: !account.startsWith('watched'),
    rung: 'observe',
    score: 0,
    reasons: verdict === 'pass' ? [] : [{ signal, weight: 0, text: 'As the script says.' }],
    reference: event.id.slice(-6),
  };
}

/** Strangers are refused at home, have to wait without a name, and bring no viruses. */
function strangerVerdict(event: ConnectionEvent): Verdict {
  const account = `address:${event.clientAddress}`;
  const [verdict, signal]: Decision =
    event.viruses !== undefined
      ? ['reject', 'virus']
      : event.clientName === undefined
        ? ['defer', event.reverseName === undefined ? 'no-reverse-name' : 'forward-mismatch']
        : event.clientName.includes('dyn')
          ? ['reject', 'home-connection']
          : ['pass', 'none'];
  const detail = event.viruses?.[0];
  const reason = { signal, weight: 0, text: 'As the script says.' };
  return {
    ...{ kind: 'verdict', for: event.id, at: event.at, account, identity: account, context: '' },
    ...{ verdict, enforced: verdict !== 'pass', rung: 'observe', score: 0 },
    reasons: verdict === 'pass' ? [] : [{ ...reason, ...(detail && { detail }) }],
    reference: event.id.slice(-6),
  };
}

/** Telemetry that remembers by name what it was told. */
export interface RecordedTelemetry extends Telemetry {
  readonly said: { readonly what: string; readonly detail: string }[];
  readonly openConnections: () => number;
}

export function recordedTelemetry(): RecordedTelemetry {
  const said: { what: string; detail: string }[] = [];
  let open = 0;
  const note = (what: string) => (detail: unknown, more?: unknown) => {
    said.push({
      what,
      detail: [detail, more].filter((part) => typeof part === 'string').join(' '),
    });
  };
  const silent = () => undefined;
  return {
    said,
    openConnections: () => open,
    started: silent,
    stopping: silent,
    stopped: silent,
    doorOpen: note('doorOpen'),
    clientFault: note('clientFault'),
    shed: note('shed'),
    connections: (_door, count) => {
      open = count;
    },
    judged: note('judged'),
    checked: note('checked'),
    askedFromOutside: note('askedFromOutside'),
    turnedAway: note('turnedAway'),
    met: silent,
    cameBack: note('cameBack'),
    returnedMail: note('returnedMail'),
    returnedSetAside: note('returnedSetAside'),
    judgingFailed: note('judgingFailed'),
    storeFailed: silent,
    storeWorks: silent,
    directoryFailed: silent,
    directoryWorks: silent,
    scanned: silent,
    scanFailed: silent,
    notRead: note('notRead'),
    scannerFailed: silent,
    scannerWorks: silent,
    listAsked: silent,
    reloaded: silent,
    reloadRefused: silent,
    effectDone: silent,
    effectFailed: silent,
    gauge: silent,
    warn: note('warn'),
    info: silent,
  };
}
