/** What is written with a lock and with its end: incident, checklist, audit row and jobs. */
import type { Lock } from '../core/intent.ts';
import type { ChecklistItem, JobDraft, LockDraft } from '../store/records/contract.ts';
import type { AlertClock } from './alert-clock.ts';
import { newIncidentId } from './ids.ts';
import { alertJobs, connectorJobs } from './notice.ts';
import type { DeskOptions } from './options.ts';

/** Cause of an incident that a lock opens for itself; alerts of locks are grouped by it too. */
const CAUSE = 'lock';

export interface DraftOptions extends Pick<DeskOptions, 'channels' | 'connectors'> {
  readonly clock: AlertClock;
  readonly now: () => number;
}

export function draftLock(
  options: DraftOptions,
  request: {
    readonly lock: LockDraft['lock'];
    readonly at: string;
    /** For what the ladder did; what a person did, people know. */
    readonly alert?: { readonly seesPassword: boolean };
  },
): LockDraft {
  const { lock, at } = request;
  const { account, by, why, reference, unlockOn } = lock;
  const nowMs = options.now();
  const change = { action: 'lock' as const, account, at, by, why, reference };
  return {
    lock,
    incident: {
      id: newIncidentId(nowMs),
      cause: CAUSE,
      practice: 'ACC-11',
      summary: `The account is locked: ${why}`,
      detail: '',
    },
    checklist: checklistFor(options, unlockOn),
    jobs: [
      ...connectorJobs(options.connectors, change, nowMs),
      ...(request.alert === undefined ? [] : lockAlerts(options, lock, { at, ...request.alert })),
    ],
    audit: { at: new Date(nowMs).toISOString(), by, action: 'lock', subject: account, why },
  };
}

function lockAlerts(
  options: DraftOptions,
  lock: LockDraft['lock'],
  told: { readonly at: string; readonly seesPassword: boolean },
): JobDraft[] {
  const { account, by, why, unlockOn } = lock;
  const nowMs = options.now();
  const notice = { what: 'locked' as const, by, why, unlockOn, ...told };
  const notBeforeMs = options.clock.notBefore(CAUSE, nowMs);
  return alertJobs(options.channels, { account, notice }, { nowMs, notBeforeMs });
}

/** ACC-12. Sessions are asked for where something can end them; forwards are a person's work. */
function checklistFor(options: DraftOptions, unlockOn: Lock['unlockOn']): readonly ChecklistItem[] {
  const endsSessions = options.connectors.some((connector) => connector.endsSessions);
  return [
    'password',
    ...(endsSessions ? (['sessions'] as const) : []),
    ...(unlockOn === 'person' ? (['forwards'] as const) : []),
  ];
}

export function unlockJobs(
  options: Pick<DraftOptions, 'connectors' | 'now'>,
  request: {
    readonly account: string;
    readonly by: string;
    readonly why: string;
    readonly reference: string;
  },
): readonly JobDraft[] {
  const nowMs = options.now();
  const { account, by, why, reference } = request;
  const at = new Date(nowMs).toISOString();
  const change = { action: 'unlock' as const, account, at, by, why, reference };
  return connectorJobs(options.connectors, change, nowMs);
}
