/**
 * Takes in what agents read from mail logs. A submission that a door saw is not counted again: the
 * log's word for it is dropped, and what became of it is tied to the door's event.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { LoggedEvent, LogSink } from '../agent/contract.ts';
import type { DeliveryEvent, SubmissionEvent } from '../core/event.ts';
import type { GateRoom } from '../gate/gate.ts';
import type { Journal } from '../store/journal.ts';
import type { RecentSubmission, RecentSubmissions } from './recent-submissions.ts';

export interface LoggedParts {
  readonly room: GateRoom;
  readonly journal: Journal;
  readonly recent: RecentSubmissions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Not on the mail path; they may wait. */
const TIMEOUT_MS = 10_000;
/** Events judged before mail gets its turn. */
const EVENTS_A_TURN = 50;
/** A queue id that was given out longer ago is another message's: Postfix keeps none so long. */
const MAX_AGE_MS = 6 * 86_400_000;
/** Clocks of two hosts, and whole seconds of a log. */
const CLOCK_MS = 600_000;
/** Events of the journal looked at once, at the first word of a log after a start. */
export const MAX_LOOKED_BACK = 20_000;
const LOOK_BACK_MS = 86_400_000;
/** Ids of the log's own submissions that a door had already told of. */
const MAX_ALIASES = 50_000;

export function takeLogged(parts: LoggedParts): LogSink {
  const { room, journal, recent } = parts;
  const gate = room.forDoor('api', { onFailure: 'pass', timeoutMs: TIMEOUT_MS });
  /** The log's id of a submission to the door's. */
  const aliases = new Map<string, string>();
  let looked: Promise<void> | undefined;

  const takeSubmission = async (event: SubmissionEvent): Promise<void> => {
    const known = sameMessage(recent, event);
    if (known === undefined || known.id === event.id) {
      await gate.judge(event);
      return;
    }
    aliases.set(event.id, known.id);
    const [oldest] = aliases.size > MAX_ALIASES ? aliases.keys() : [];
    if (oldest !== undefined) aliases.delete(oldest);
  };
  const take = async (event: LoggedEvent): Promise<void> => {
    if (event.kind === 'submission') await takeSubmission(event);
    else if (event.kind === 'login') await gate.judge(event);
    else if (event.kind === 'delivery') await gate.note(tied(event, recent, aliases));
    else await gate.note(event);
  };
  return {
    logged: async (mta, events) => {
      // A damaged old segment must not keep the log out.
      looked ??= lookBack(parts).catch(() => undefined);
      await looked;
      for (const [index, event] of events.entries()) {
        // A token speaks for its own host only.
        await take({ ...event, mta });
        if (index % EVENTS_A_TURN === EVENTS_A_TURN - 1) await turn();
      }
      await journal.flush();
    },
  };
}

/** The submission a door, or the log before, told of under the same queue id. */
function sameMessage(
  recent: RecentSubmissions,
  { mta = '', queueId = '', account = '', at }: SubmissionEvent,
): RecentSubmission | undefined {
  const known = recent.find(mta, queueId);
  if (known === undefined || known.account !== account.toLowerCase()) return undefined;
  return isNear(known, at) ? known : undefined;
}

function isNear(known: RecentSubmission, at: string): boolean {
  const age = Date.parse(at) - Date.parse(known.at);
  return age > -CLOCK_MS && age < MAX_AGE_MS;
}

/** With the id under which its submission is on record. */
function tied(
  event: DeliveryEvent,
  recent: RecentSubmissions,
  aliases: ReadonlyMap<string, string>,
): DeliveryEvent {
  const alias = aliases.get(event.submission ?? '');
  if (alias !== undefined) return { ...event, submission: alias };
  const known = recent.find(event.mta ?? '', event.queueId ?? '');
  if (known === undefined || !isNear(known, event.at)) return event;
  return { ...event, submission: known.id };
}

/**
 * What the last run had counted: a log is read again from a little before its end, and the doors'
 * submissions of that time are not in memory any more.
 */
async function lookBack({ room, journal, recent, now }: LoggedParts): Promise<void> {
  const startMs = now() - LOOK_BACK_MS;
  let count = 0;
  const submissions: SubmissionEvent[] = [];
  await journal.find((line) => {
    if (line.kind === 'verdict' || line.kind === 'rung') return false;
    count += 1;
    if (line.id.startsWith('log-')) room.counted(line.id);
    if (line.kind === 'submission') submissions.push(line);
    // The journal is in the order of arrival; a door's time is the time of arrival.
    const isOld = !line.id.startsWith('log-') && Date.parse(line.at) < startMs;
    return isOld || count >= MAX_LOOKED_BACK;
  }, '"id":"');
  // Oldest first, as they came; what came meanwhile is newer.
  for (const event of submissions.reverse()) {
    if (recent.find(event.mta ?? '', event.queueId ?? '') === undefined) recent.add(event);
  }
}
