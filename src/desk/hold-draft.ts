/** How the record of a held message begins: its owner, its clocks, and the ticket people get. */
import type { FoundMessage } from '../agent/contract.ts';
import type { Intent } from '../core/intent.ts';
import type { AlertChannel } from '../effects/contract.ts';
import type { IncidentAddition } from '../store/records/contract.ts';
import type { HoldCause, HoldDraft, HoldRow } from '../store/records/hold-contract.ts';
import type { AlertClock } from './alert-clock.ts';
import type { HoldSettings, TracedMail } from './hold-options.ts';
import { iso } from './hold-states.ts';
import { newHoldId, newIncidentId } from './ids.ts';
import { alertJobs } from './notice.ts';

export type HoldIntent = Extract<Intent, { kind: 'hold' }>;

/** Cause of the incidents that held messages open: one ticket an account. */
const CAUSE = 'hold';
const PRACTICE = 'CON-3';

/** Bounds of what a decision may put into a record. */
const MAX_REASONS = 10;
const MAX_WORDS = 300;

export interface DraftParts {
  readonly settings: HoldSettings;
  readonly channels: readonly AlertChannel[];
  readonly clock: AlertClock;
  readonly repeatAfterSeconds: number;
  readonly nowMs: number;
}

/** A message that a verdict held. Only one that waits for a person opens a ticket. */
export function draftVerdict(parts: DraftParts, intent: HoldIntent): HoldDraft {
  const { settings } = parts;
  const { kind: _, reasons: said, releaseAt, cause, ...held } = intent;
  const isShort = releaseAt !== undefined;
  const spacingMs = settings.releaseSpacingSeconds * 1000;
  const reasons = said.slice(0, MAX_REASONS).map(({ text, practice }) => ({
    text: text.slice(0, MAX_WORDS),
    ...(practice === undefined ? {} : { practice }),
  }));
  const hold: HoldRow = {
    ...begin(parts, isShort ? 'defer' : 'verdict'),
    ...held,
    reasons,
    notice: settings.notifySender && !isShort ? 'due' : 'none',
    // The operator's slow lane may be quicker than what a client that tries again would be told.
    ...(isShort && {
      releaseAtMs: Math.min(Date.parse(releaseAt), Date.parse(intent.at) + spacingMs),
    }),
  };
  const why = reasons[0]?.text ?? 'A verdict held it.';
  const summary = `Messages of this account are held: ${why}`;
  return {
    hold,
    spacingMs,
    audit: auditOf(parts, hold, why),
    ...(isShort ? {} : { ticket: ticketFor(parts, hold, summary) }),
    ...(isShort || cause === undefined ? {} : { joins: cause }),
  };
}

/** A message of a locked account that was still waiting in the queue (ACC-11). */
export function draftContained(
  parts: DraftParts,
  found: FoundMessage,
  of: { readonly account: string; readonly mta: string; readonly incident: string },
): HoldDraft {
  const why = 'The account is locked, and this message still waited in the queue.';
  const hold = { ...fromQueue(parts, 'containment', found), ...of, reasons: [{ text: why }] };
  return { hold, spacingMs: 0, audit: auditOf(parts, hold, why) };
}

/**
 * A message in the hold queue that no record knows. One that Primum did not let pass was held by it,
 * and the record was lost: it ends as others do. Without a decision of ours it has no end.
 */
export function draftFound(
  parts: DraftParts,
  found: FoundMessage,
  { mta, traced }: { readonly mta: string; readonly traced: TracedMail | undefined },
): HoldDraft {
  const isOurs = traced?.isPassed === false;
  const why = isOurs
    ? 'It is held by a decision of ours whose record was lost; its trace header tells whose it is.'
    : 'It waits in the hold queue, and nothing on record says why.';
  const { expiresAtMs, ...begun } = fromQueue(parts, 'found', found);
  const sender = found.saslLogin === '' ? found.sender : found.saslLogin;
  const hold = {
    ...begun,
    ...(traced !== undefined && ofTrace(traced)),
    account: (traced?.account ?? sender).toLowerCase(),
    ...(isOurs && expiresAtMs !== undefined && { expiresAtMs }),
    ...{ mta, reasons: [{ text: why }] },
  };
  const ticket = ticketFor(parts, hold, 'Messages wait in the hold queue without a record.');
  return { hold, spacingMs: 0, ticket, audit: auditOf(parts, hold, why) };
}

function ofTrace({ account, credential, context, at, reference }: TracedMail): Partial<HoldRow> {
  const identity = credential === '' ? account : `${account}/${credential}`;
  return { identity, context, at, ...(reference === '' ? {} : { reference }) };
}

function begin({ settings, nowMs }: DraftParts, cause: HoldCause): HoldRow {
  const after = (seconds: number): number => nowMs + seconds * 1000;
  return {
    id: newHoldId(nowMs),
    ...{ account: '', identity: '', context: '', at: iso(nowMs), reference: '', submission: '' },
    ...{ mta: '', queueId: '', envelopeSender: '', recipients: 0, subject: '', reasons: [] },
    ...{ cause, incident: '', state: 'held', owner: settings.owner, by: '', why: '', outcome: '' },
    ...{ sizeBytes: 0, misses: 0, tries: 0, lastError: '', notice: 'none', noticeTries: 0 },
    remindAtMs: after(settings.remindAfterSeconds),
    escalateAtMs: after(settings.escalateAfterSeconds),
    expiresAtMs: after(settings.expireAfterSeconds),
    checkAtMs: nowMs,
  };
}

function fromQueue(parts: DraftParts, cause: HoldCause, found: FoundMessage): HoldRow {
  const begun = begin(parts, cause);
  const { queueId, sender, recipients, sizeBytes, arrivalSeconds } = found;
  return {
    ...begun,
    ...{ queueId, recipients, sizeBytes },
    // Without a decision there is no reference; the end of its id serves as one.
    reference: begun.id.slice(-REFERENCE_LENGTH).toUpperCase(),
    envelopeSender: sender,
    seen: { arrivalSeconds, sender },
    checkAtMs: parts.nowMs + parts.settings.checkEverySeconds * 1000,
  };
}

const REFERENCE_LENGTH = 8;

function auditOf({ nowMs }: DraftParts, hold: HoldRow, why: string): HoldDraft['audit'] {
  const { reference, queueId, account } = hold;
  const text = `${reference} (${queueId}): ${why}`;
  return {
    at: iso(nowMs),
    by: 'primum',
    action: 'hold',
    subject: account,
    why: text,
  };
}

function ticketFor(parts: DraftParts, hold: HoldRow, summary: string): IncidentAddition {
  const { channels, clock, repeatAfterSeconds, nowMs } = parts;
  const { account, at, reference } = hold;
  return {
    ...{ id: newIncidentId(nowMs), cause: CAUSE, practice: PRACTICE, summary, detail: '', account },
    ...{ firstAt: at, lastAt: at, count: 1, references: [reference], nowMs },
    repeatAfterMs: repeatAfterSeconds * 1000,
    jobs: () => {
      const times = { nowMs, notBeforeMs: clock.notBefore(CAUSE, nowMs) };
      return alertJobs(channels, { account, notice: { what: 'opened' } }, times);
    },
  };
}
