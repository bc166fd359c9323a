/** What submission and login decisions share: severity, reasons, alerts. */
import { isInForce } from './in-force.ts';
import type { AccountPicture, Intent } from './intent.ts';
import { referenceOf } from './reference.ts';
import type { Finding, LoginSubject, SubmissionSubject } from './rules/finding.ts';
import { momentText } from './rules/moment-text.ts';
import { RUNGS, type Reason, type Rung, type Verdict, type VerdictKind } from './verdict.ts';

const ACTION_VERDICT = {
  observe: 'pass',
  throttle: 'defer',
  hold: 'hold',
  reject: 'reject',
  lock: 'reject',
} as const satisfies Record<Finding['action'], VerdictKind>;

const SEVERITY: readonly VerdictKind[] = ['pass', 'defer', 'hold', 'reject'];

/** The verdict of a rung for a message that no rule stops. A throttled account has lower limits. */
const RUNG_VERDICT = { observe: 'pass', throttle: 'pass', hold: 'hold', lock: 'reject' } as const;

/** The rung a lasting finding asks for. */
const ACTION_RUNG = {
  observe: 'observe',
  throttle: 'throttle',
  hold: 'hold',
  reject: 'hold',
  lock: 'lock',
} as const satisfies Record<Finding['action'], Rung>;

export function verdictOf(findings: readonly Finding[], rung: Rung): VerdictKind {
  let worst: VerdictKind = RUNG_VERDICT[rung];
  for (const { action } of findings) {
    const kind = ACTION_VERDICT[action];
    if (SEVERITY.indexOf(kind) > SEVERITY.indexOf(worst)) worst = kind;
  }
  return worst;
}

/** What nobody could look at goes before a hold, and a refusal before it. */
const ABOVE_HOLD = SEVERITY.indexOf('hold') + 0.5;

/** What nobody could look at is not held: whoever lets it go later would not look either. */
export function isNotLookedAt(kind: VerdictKind, findings: readonly Finding[]): boolean {
  return kind !== 'reject' && findings.some(({ notLookedAt }) => notLookedAt === true);
}

export const isLess = (one: VerdictKind, other: VerdictKind): boolean =>
  SEVERITY.indexOf(one) < SEVERITY.indexOf(other);

/** The rung the findings ask for that outlast their message. */
export function rungOf(findings: readonly Finding[]): Rung {
  let highest = 0;
  for (const finding of findings) {
    if (finding.climbs !== true && finding.action !== 'lock') continue;
    highest = Math.max(highest, RUNGS.indexOf(ACTION_RUNG[finding.action]));
  }
  return RUNGS[highest] ?? 'observe';
}

/**
 * Reasons, the most severe rule first, then evidence by weight.
 * @param cameBack what came back weighs so much in all; its own sentence adds nothing
 */
export function reasonsOf(
  findings: readonly Finding[],
  evidence: readonly { signal: string; practice?: string; weight: number; text: string }[],
  cameBack = 0,
): Reason[] {
  if (findings.length === 0 && evidence.length === 0) return [];
  const severity = (finding: Finding): number =>
    finding.notLookedAt === true ? ABOVE_HOLD : SEVERITY.indexOf(ACTION_VERDICT[finding.action]);
  const heft = ({ signal, weight }: { signal: string; weight: number }): number =>
    signal === 'outcomes' ? cameBack : weight;
  const rules = [...findings]
    .sort((a, b) => severity(b) - severity(a))
    .map(({ rule, practice, text, detail }) => ({
      signal: rule,
      practice,
      weight: 0,
      text,
      ...(detail === undefined ? {} : { detail }),
    }));
  const signals = [...evidence]
    .sort((a, b) => heft(b) - heft(a))
    .map(({ signal, practice, weight, text }) => ({
      signal,
      ...(practice === undefined ? {} : { practice }),
      weight,
      text,
    }));
  return [...rules, ...signals];
}

export function rungReason(rung: Rung, sinceMs: number): Reason {
  const what = { observe: 'watched', throttle: 'slowed', hold: 'held', lock: 'locked' }[rung];
  return {
    signal: `rung-${rung}`,
    weight: 0,
    text: `Mail of this account is ${what} since ${momentText(sinceMs)}, until it has been quiet for long enough.`,
  };
}

const DONE: Readonly<Record<VerdictKind, string>> = {
  pass: 'Nothing was stopped.',
  defer: 'The client was asked to try again later.',
  hold: 'The message is held.',
  reject: 'It was refused.',
};

/** One alert for each cause named by a finding, and the lock if one is due. */
export function intentsOf(
  subject: SubmissionSubject | LoginSubject,
  verdict: Verdict,
  findings: readonly Finding[],
): Intent[] {
  const intents: Intent[] = [];
  const { account } = subject.who;
  const common = { account, at: verdict.at, reference: verdict.reference };
  for (const finding of findings) {
    if (finding.cause === undefined) continue;
    intents.push(alertOf(subject, verdict, { ...finding, cause: finding.cause }));
  }
  // The rung may be older than the enforcing, as after observe mode: nobody is shut out without a
  // lock on record that says why and can be lifted.
  const lock = findings.find(
    ({ action, practice }) => action === 'lock' && isInForce(subject.rules, practice),
  );
  const isDue = lock !== undefined || verdict.rung === 'lock';
  const isMeant =
    verdict.enforced || (isAfterwards(subject) && (isEnforcing(subject) || lock !== undefined));
  if (isDue && isMeant && subject.lock === undefined) {
    intents.push({
      kind: 'lock',
      ...common,
      by: lock === undefined ? 'ladder' : `rule ${lock.rule}`,
      why: lock?.text ?? verdict.reasons[0]?.text ?? '',
      unlockOn: subject.world.policy.unlockOn,
      seesPassword: subject.account.knowsAnyPassword,
    });
  }
  return intents;
}

/** What the log told of had left already; only the account can still be locked. */
function isAfterwards({ event }: SubmissionSubject | LoginSubject): boolean {
  return event.kind === 'submission' && event.afterwards === true;
}

function isEnforcing({ rules }: SubmissionSubject | LoginSubject): boolean {
  return rules.mode === 'enforce';
}

function doneAfterwards(subject: SubmissionSubject | LoginSubject, finding: Finding): string {
  const isLocked = isInForce(subject.rules, finding.practice) && finding.action === 'lock';
  return `The message had left when the mail log told of it.${isLocked ? ' The account is locked.' : ''}`;
}

function alertOf(
  subject: SubmissionSubject | LoginSubject,
  verdict: Verdict,
  finding: Finding & { readonly cause: string },
): Intent {
  const { cause, practice, source } = finding;
  const isActing = isInForce(subject.rules, practice) || subject.lock !== undefined;
  return {
    kind: 'alert',
    account: source === undefined ? subject.who.account : '',
    ...(source === undefined ? {} : { source }),
    at: verdict.at,
    reference: verdict.reference,
    cause,
    practice,
    enforced: isActing && (verdict.enforced || finding.done !== undefined),
    summary: finding.summary ?? finding.text,
    reasons: verdict.reasons,
    done: isAfterwards(subject)
      ? doneAfterwards(subject, finding)
      : doneText(verdict, finding, isActing),
    picture: pictureOf(subject, finding),
  };
}

function doneText(verdict: Verdict, finding: Finding, isActing: boolean): string {
  const isLocked = finding.action === 'lock';
  // Where another practice stopped the message, this one says what itself would have done.
  const kind = verdict.enforced && !isActing ? ACTION_VERDICT[finding.action] : verdict.verdict;
  const enforced = finding.done ?? (isLocked ? 'The account is locked.' : DONE[kind]);
  if (isActing || enforced === DONE.pass) return enforced;
  return `Nothing: observe mode. With enforcement: ${enforced}`;
}

function pictureOf(subject: SubmissionSubject | LoginSubject, finding: Finding): AccountPicture {
  const { network, facts, who, account } = subject;
  const { country, asnName } = network;
  const from = { clientAddress: network.address, country, asnName };
  if (finding.source !== undefined) {
    return { account: '', tenant: '', ...from, figures: finding.figures ?? [] };
  }
  return {
    account: who.account,
    tenant: facts.tenant,
    ...from,
    figures: [
      ...(finding.figures ?? []),
      { name: 'Addresses known', observed: String(account.addresses().length), usual: '' },
      {
        name: 'Messages seen from this account',
        observed: String(account.submissions),
        usual: '',
      },
    ],
  };
}

export function baseVerdict(
  subject: SubmissionSubject | LoginSubject,
): Pick<Verdict, 'kind' | 'for' | 'at' | 'account' | 'identity' | 'context' | 'reference'> {
  return {
    kind: 'verdict',
    for: subject.event.id,
    at: subject.event.at,
    account: subject.who.account,
    identity: subject.who.identity,
    context: subject.context.text,
    reference: referenceOf(subject.event.id),
  };
}
