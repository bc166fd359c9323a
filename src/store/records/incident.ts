/** What happens to an incident, as pure changes of its row. Everything kept is bounded. */
import type {
  ChecklistItem,
  IncidentAddition,
  IncidentDraft,
  IncidentEase,
  IncidentRow,
  TimelineEntry,
} from './contract.ts';
import type { IncidentTable } from './tables.ts';
import { OURSELVES, withEntry } from './timeline.ts';

/** Decisions an incident still names; its count goes on. */
export const MAX_REFERENCES = 20;

/** Characters of one timeline entry or summary. */
export const MAX_TEXT = 500;

export type IncidentState = Omit<IncidentRow, 'alertedAt'> & {
  readonly alertedAtMs: number | undefined;
  readonly alertDueMs: number | undefined;
};

export function newIncident(draft: IncidentDraft, account: string, at: string): IncidentState {
  return {
    id: draft.id,
    account,
    cause: draft.cause,
    practice: draft.practice,
    state: 'open',
    openedAt: at,
    updatedAt: at,
    lastAt: at,
    summary: draft.summary.slice(0, MAX_TEXT),
    count: 0,
    references: [],
    timeline: [],
    checklist: [],
    detail: draft.detail,
    alertedAtMs: undefined,
    alertedCount: 0,
    alertDueMs: undefined,
    verdict: '',
    owner: '',
    accounts: [],
  };
}

/** Counts decisions in an incident that is open already; says when people hear of it again. */
export function countMore(incident: IncidentState, addition: IncidentAddition): IncidentState {
  const since = incident.alertedAtMs ?? addition.nowMs;
  return {
    ...notedAll(counted(incident, addition), addition.lastAt, addition.notes ?? []),
    alertDueMs: incident.alertDueMs ?? Math.max(addition.nowMs, since + addition.repeatAfterMs),
  };
}

/** What was well and is not any more: people are told now, as of a new one. */
export function countAgain(incident: IncidentState, addition: IncidentAddition): IncidentState {
  const { wellAt: _, ...before } = counted(incident, addition);
  const again = notedAll(before, addition.lastAt, [`Again: ${addition.summary}`]);
  return { ...again, ...alertedNow(again, addition.nowMs) };
}

/** Less of it is left; what is over is not told again until there is more. */
export function eased(incident: IncidentState, news: IncidentEase): IncidentState {
  const { at, notes, summary, isOver } = news;
  const after = { ...notedAll(incident, at, notes), summary: summary.slice(0, MAX_TEXT) };
  return isOver ? { ...after, wellAt: at, alertDueMs: undefined } : after;
}

const alertedNow = ({ count }: IncidentState, nowMs: number) => ({
  alertedAtMs: nowMs,
  alertedCount: count,
  alertDueMs: undefined,
});

const notedAll = (incident: IncidentState, at: string, texts: readonly string[]): IncidentState =>
  texts.reduce(
    // One address of two hosts is seen twice.
    (before, text) =>
      before.timeline.at(-1)?.text === text ? before : noted(before, { at, by: OURSELVES, text }),
    incident,
  );

/** The first decisions of a new incident, of which people are told now. */
export function countFirst(incident: IncidentState, addition: IncidentAddition): IncidentState {
  const entry = { at: addition.firstAt, by: 'primum', text: `Opened: ${addition.summary}` };
  const first = noted(counted(incident, addition), entry);
  return { ...first, alertedAtMs: addition.nowMs, alertedCount: addition.count };
}

function counted(incident: IncidentState, addition: IncidentAddition): IncidentState {
  return {
    ...incident,
    updatedAt: later(incident.updatedAt, addition.lastAt),
    lastAt: later(incident.lastAt, addition.lastAt),
    summary: addition.summary.slice(0, MAX_TEXT),
    detail: addition.detailAfter?.(incident.detail) ?? addition.detail,
    count: incident.count + addition.count,
    references: withReferences(incident.references, addition.references),
  };
}

/** The newest references, each once. */
export function withReferences(
  known: readonly string[],
  more: readonly string[],
): readonly string[] {
  const named = more.filter((reference) => reference !== '');
  return [...new Set([...known, ...named])].slice(-MAX_REFERENCES);
}

export function noted(incident: IncidentState, entry: TimelineEntry): IncidentState {
  const acted = incident.firstActionAt ?? (entry.by === OURSELVES ? undefined : entry.at);
  return {
    ...incident,
    timeline: withEntry(incident.timeline, { ...entry, text: entry.text.slice(0, MAX_TEXT) }),
    updatedAt: later(incident.updatedAt, entry.at),
    ...(acted === undefined ? {} : { firstActionAt: acted }),
  };
}

/** A decision on a held message that was taken back is no first action (FBK-6). */
export function takenBack(
  incident: IncidentState,
  entry: TimelineEntry,
  reference: string,
): IncidentState {
  const isOfIt = ({ kind, text }: TimelineEntry): boolean =>
    kind === 'message' && text.includes(`(${reference})`);
  const { firstActionAt, ...after } = noted(incident, entry);
  const decided = incident.timeline.findLast((one) => isOfIt(one) && one.by !== OURSELVES);
  const others = incident.timeline.filter((one) => one.by !== OURSELVES && !isOfIt(one));
  const first = decided?.at === firstActionAt ? others[0]?.at : firstActionAt;
  return { ...after, ...(first === undefined ? {} : { firstActionAt: first }) };
}

/** A new lock asks for everything again, whatever was ticked before (ACC-12). */
export function withChecklist(
  incident: IncidentState,
  items: readonly ChecklistItem[],
): IncidentState {
  return { ...incident, checklist: items.map((item) => ({ item })) };
}

/** `undefined` when the item is not asked for or done already. */
export function ticked(
  incident: IncidentState,
  item: ChecklistItem,
  done: { readonly at: string; readonly by: string },
): IncidentState | undefined {
  const isOpen = incident.checklist.some((e) => e.item === item && e.doneAt === undefined);
  if (!isOpen) return undefined;
  const checklist = incident.checklist.map((entry) =>
    entry.item === item ? { item, doneAt: done.at, by: done.by } : entry,
  );
  return { ...incident, checklist };
}

export function isChecklistDone(incident: IncidentState): boolean {
  return incident.checklist.every((entry) => entry.doneAt !== undefined);
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

export function fromTable(row: IncidentTable): IncidentState {
  const { closedAt, alertedAtMs, alertDueMs, references, timeline, checklist, ...more } = row;
  const { accounts, firstActionAt, wellAt, ...rest } = more;
  return {
    ...rest,
    ...(closedAt === null ? {} : { closedAt }),
    references: JSON.parse(references) as IncidentRow['references'],
    timeline: JSON.parse(timeline) as IncidentRow['timeline'],
    checklist: JSON.parse(checklist) as IncidentRow['checklist'],
    accounts: JSON.parse(accounts) as IncidentRow['accounts'],
    ...(firstActionAt === null ? {} : { firstActionAt }),
    ...(wellAt === null ? {} : { wellAt }),
    alertedAtMs: alertedAtMs ?? undefined,
    alertDueMs: alertDueMs ?? undefined,
  };
}

export function toTable(incident: IncidentState): IncidentTable {
  return {
    ...incident,
    closedAt: incident.closedAt ?? null,
    references: JSON.stringify(incident.references),
    timeline: JSON.stringify(incident.timeline),
    checklist: JSON.stringify(incident.checklist),
    accounts: JSON.stringify(incident.accounts),
    firstActionAt: incident.firstActionAt ?? null,
    wellAt: incident.wellAt ?? null,
    alertedAtMs: incident.alertedAtMs ?? null,
    alertDueMs: incident.alertDueMs ?? null,
  };
}

export function toRow(incident: IncidentState): IncidentRow {
  const { alertedAtMs, closedAt } = incident;
  return {
    id: incident.id,
    account: incident.account,
    cause: incident.cause,
    practice: incident.practice,
    state: incident.state,
    openedAt: incident.openedAt,
    updatedAt: incident.updatedAt,
    lastAt: incident.lastAt,
    ...(closedAt === undefined ? {} : { closedAt }),
    summary: incident.summary,
    count: incident.count,
    references: incident.references,
    timeline: incident.timeline,
    checklist: incident.checklist,
    detail: incident.detail,
    ...(alertedAtMs === undefined ? {} : { alertedAt: new Date(alertedAtMs).toISOString() }),
    alertedCount: incident.alertedCount,
    verdict: incident.verdict,
    owner: incident.owner,
    accounts: incident.accounts,
    ...(incident.firstActionAt === undefined ? {} : { firstActionAt: incident.firstActionAt }),
    ...(incident.wellAt === undefined ? {} : { wellAt: incident.wellAt }),
  };
}
