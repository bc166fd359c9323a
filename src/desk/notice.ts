/** What the desk writes into outbox payloads and incident details, and reads again. */
import type { Intent } from '../core/intent.ts';
import type { Reach } from './people-contract.ts';
import type { AccountChange } from '../effects/contract.ts';
import type { IncidentRow, JobDraft } from '../store/records/contract.ts';
import type { AccountConnector, AlertChannel } from '../effects/contract.ts';

export type AlertIntent = Extract<Intent, { kind: 'alert' }>;

/** The newest decision of an incident, as alerts show it. */
export type Detail = Pick<AlertIntent, 'enforced' | 'done' | 'picture' | 'reference'> & {
  readonly reasons: readonly { readonly text: string; readonly practice?: string }[];
  /** Of all its decisions, where it is about sources of guesses. */
  readonly sources?: Sources;
  /** Of a campaign: what its accounts share, and how far it reached when that was counted. */
  readonly campaign?: { readonly shared: readonly string[]; readonly reach: Reach };
};

/** The newest sources by name, and how many there were. */
export interface Sources {
  readonly names: readonly string[];
  readonly total: number;
}

/** Sources an incident names; it counts the rest. */
export const MAX_SOURCES = 20;

export const NO_SOURCES: Sources = { names: [], total: 0 };

export function withSources(before: Sources, more: Sources): Sources {
  const fresh = more.names.filter((name) => !before.names.includes(name));
  const names = [...before.names, ...fresh].slice(-MAX_SOURCES);
  return { names, total: before.total + fresh.length + more.total - more.names.length };
}

/** Why an alert is sent. */
export type Notice =
  | { readonly what: 'opened' }
  /** Its cause is gone. */
  | { readonly what: 'well'; readonly at: string; readonly text: string }
  | {
      readonly what: 'repeated';
      readonly sinceAt: string;
      readonly more: number;
    }
  | {
      /** A held message still waits, or waits for somebody else now. */
      readonly what: 'held';
      readonly stage: 'reminder' | 'escalation' | 'stays';
      readonly reference: string;
      readonly sinceAt: string;
      readonly owner: string;
      /** When it goes back to its sender; empty when it does not. */
      readonly endsAt: string;
    }
  | {
      readonly what: 'locked';
      readonly at: string;
      readonly by: string;
      readonly why: string;
      readonly unlockOn: 'password' | 'person';
      /** Whether a login can show that the password was changed. */
      readonly seesPassword: boolean;
    };

/** Bounds of what one decision may put into an incident. */
export const MAX_REASONS = 10;
const MAX_FIGURES = 20;
const MAX_WORDS = 300;

export function formatDetail(intent: AlertIntent, sources: Sources = NO_SOURCES): string {
  const { enforced, done, picture, reference, reasons } = intent;
  const detail: Detail = {
    enforced,
    reference,
    done: done.slice(0, MAX_WORDS),
    picture: { ...picture, figures: picture.figures.slice(0, MAX_FIGURES) },
    reasons: reasons.slice(0, MAX_REASONS).map(({ text, practice }) => ({
      text: text.slice(0, MAX_WORDS),
      ...(practice === undefined ? {} : { practice }),
    })),
    ...(sources.total === 0 ? {} : { sources }),
  };
  return JSON.stringify(detail);
}

/** The newest decision, with the sources of those before it; both as `formatDetail` makes them. */
export function detailAfter(before: string, newest: string): string {
  if (before === '' || before === newest) return newest;
  const { sources } = JSON.parse(before) as Detail;
  const detail = JSON.parse(newest) as Detail;
  if (sources === undefined) return newest;
  return JSON.stringify({ ...detail, sources: withSources(sources, detail.sources ?? NO_SOURCES) });
}

export function readDetail(incident: Pick<IncidentRow, 'detail'>): Detail | undefined {
  return incident.detail === '' ? undefined : (JSON.parse(incident.detail) as Detail);
}

export function readNotice(payload: string): Notice {
  return JSON.parse(payload) as Notice;
}

export function readChange(payload: string): AccountChange {
  return JSON.parse(payload) as AccountChange;
}

/** One alert for every channel. */
export function alertJobs(
  channels: readonly AlertChannel[],
  alert: { readonly account: string; readonly notice: Notice },
  times: { readonly nowMs: number; readonly notBeforeMs: number },
): JobDraft[] {
  return channels.map((channel) => ({
    kind: 'alert',
    target: channel.name,
    subject: alert.account,
    payload: JSON.stringify(alert.notice),
    createdAtMs: times.nowMs,
    notBeforeMs: times.notBeforeMs,
  }));
}

/** One job for every connector that wants to hear of the change. */
export function connectorJobs(
  connectors: readonly AccountConnector[],
  change: AccountChange,
  nowMs: number,
): JobDraft[] {
  return connectors
    .filter((connector) => connector.on.includes(change.action))
    .map((connector) => ({
      kind: connector.endsSessions ? 'sessions' : 'connector',
      target: connector.name,
      subject: change.account,
      payload: JSON.stringify(change),
      createdAtMs: nowMs,
      notBeforeMs: nowMs,
    }));
}
