/**
 * What the journal has of the moment before a crash and standing state has not is counted again at the
 * start, from the events as they were written, without effects (docs/decisions/0029-recount.md).
 * Standing state carries the name of the last event that it has seen: both come to the disk together.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { PrimumEvent } from '../core/event.ts';
import type { Lock } from '../core/intent.ts';
import { wordsOf } from '../errors.ts';
import type { Gate } from '../gate-contract.ts';
import { createGate, type GateRoom } from '../gate/gate.ts';
import type { GateParts } from '../gate/parts.ts';
import type { FileJournal } from '../store/journal-files/file-journal.ts';
import { NULL_JOURNAL } from '../store/memory/null-journal.ts';
import type { JournalLine } from '../store/journal.ts';
import type { StandingStore } from '../store/standing.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';

/** Record of standing state with the id of the last event in it, UTF-8. */
export const MARK_KEY = 'j:last';
/** Events of the journal looked at: some seconds of the busiest platform. */
export const MAX_RECOUNTED = 100_000;
/** Events counted before others get a turn. */
const EVENTS_A_TURN = 50;
const TIMEOUT_MS = 60_000;

/** The mark before the first event; no event has this id. */
const BEGINNING = '-';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Puts the mark into what goes to the disk next. */
export function markCounted(standing: StandingStore, lastEvent: string | undefined): void {
  if (lastEvent === undefined) return;
  void standing.update([MARK_KEY], (records) => {
    records[0] = encoder.encode(lastEvent);
  });
}

export interface RecountParts extends Omit<GateParts, 'journal' | 'effects' | 'telemetry' | 'now'> {
  readonly telemetry: Pick<Telemetry, 'warn' | 'info'>;
  readonly journal: Pick<FileJournal, 'find'>;
  readonly networksReady: () => Promise<void>;
  readonly room: Pick<GateRoom, 'counted'>;
}

/**
 * A new standing state knows nothing of what the journal has so far, and learns that anew. One whose
 * last event the journal lost has all that is there. Either way it is marked from here on.
 */
async function markNewest({ standing, journal }: RecountParts): Promise<void> {
  const newest = await journal.find(isEvent, '"id":"');
  markCounted(standing, newest !== undefined && isEvent(newest) ? newest.id : BEGINNING);
  await standing.flush();
}

/** How many events were counted again; none when it is called anew. A damaged journal keeps nobody out. */
export async function recount(parts: RecountParts): Promise<number> {
  try {
    const count = await countAgain(parts);
    if (count > 0) parts.telemetry.info(recountedWords(count));
    return count;
  } catch (error) {
    parts.telemetry.warn(
      `Events of the moment before the last end may be missing from what is usual: ${wordsOf(error)}`,
    );
    return 0;
  }
}

async function countAgain(parts: RecountParts): Promise<number> {
  const [mark] = await parts.standing.read([MARK_KEY]);
  const events = mark && (await eventsAfter(parts.journal, decoder.decode(mark)));
  if (events === undefined) {
    await markNewest(parts);
    return 0;
  }
  if (events.length === 0) return 0;
  // Whose network an address is belongs to what is counted.
  await parts.networksReady();
  let nowMs = 0;
  const lockOf = (account: string, atMs: number): Lock | undefined => {
    const lock = parts.locks.find(account);
    return lock !== undefined && Date.parse(lock.at) <= atMs ? lock : undefined;
  };
  const gate = createGate({
    ...parts,
    journal: NULL_JOURNAL,
    // What came of these events stands in the records already.
    effects: { start: () => undefined },
    telemetry: createSilentTelemetry(),
    // Those of that time: what passed before a lock has passed.
    locks: { find: (account) => lockOf(account, nowMs) },
    now: () => nowMs,
    recentIds: MAX_RECOUNTED,
  }).forDoor('api', { onFailure: 'pass', timeoutMs: TIMEOUT_MS });
  for (const [index, event] of events.entries()) {
    nowMs = Date.parse(event.at);
    await count(gate, event);
    // What has reached the disk by a crash here is not counted a third time.
    markCounted(parts.standing, event.id);
    parts.room.counted(event.id);
    if (index % EVENTS_A_TURN === EVENTS_A_TURN - 1) await turn();
  }
  await parts.standing.flush();
  return events.length;
}

function recountedWords(count: number): string {
  const events = count === 1 ? '1 event' : `${count} events`;
  return `${events} of the moment before the last end were in the journal only and are counted again.`;
}

/** Oldest first; `undefined` where the marked event is not there. */
async function eventsAfter(
  journal: Pick<FileJournal, 'find'>,
  mark: string,
): Promise<readonly PrimumEvent[] | undefined> {
  const events: PrimumEvent[] = [];
  const isMark = (line: JournalLine): boolean => {
    if (!isEvent(line)) return false;
    if (line.id !== mark) events.push(line);
    return line.id === mark || events.length > MAX_RECOUNTED;
  };
  const last = await journal.find(isMark, '"id":"');
  const isFound = last !== undefined && events.length <= MAX_RECOUNTED;
  const isAll = last === undefined && mark === BEGINNING;
  return isFound || isAll ? events.reverse() : undefined;
}

function isEvent(line: JournalLine): line is PrimumEvent {
  return line.kind !== 'verdict' && line.kind !== 'rung';
}

async function count(gate: Gate, event: PrimumEvent): Promise<void> {
  if (event.kind === 'submission' || event.kind === 'login') await gate.judge(event);
  else if (event.kind === 'connection') await gate.meet(event);
  else await gate.note(event);
}
