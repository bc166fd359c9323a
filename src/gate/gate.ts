/**
 * The shell round the pure core: judge, journal, start effects, answer. Owns time-outs and the
 * failure stance; a door always gets its answer.
 */
import type { LoginAttempt, LoginEvent, NotedEvent, SubmissionEvent } from '../core/event.ts';
import type { Intent } from '../core/intent.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { ConnectionCounts } from '../core/profile/connection-counts.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import type { Gate, UnderWay } from '../gate-contract.ts';
import type { DoorName } from '../telemetry/contract.ts';
import { createAnswerStranger } from './answer-stranger.ts';
import { createJudge, type Judge } from './judge.ts';
import { createMeet } from './meet.ts';
import { noteEvent } from './note.ts';
import type { GateParts } from './parts.ts';
import { SentMessages, type Named } from './sent-messages.ts';
import { createRecentIds, type RecentIds } from './recent-ids.ts';
import { settledForm } from './settled.ts';
import { answerWithin, stanceVerdict, type Stance } from './stance.ts';

export interface GateRoom {
  /** The gate as one door sees it, with that door's failure stance and time-out. */
  forDoor(door: DoorName, stance: Stance): Gate;
  /** An event counted before this start: when it comes again it counts nothing. */
  counted(id: string): void;
  /** Whether an event of this id came lately. */
  knows(id: string): boolean;
  /**
   * Notes an event for somebody who keeps it and comes again: unlike `note` of a door it is not
   * forgotten when a store fails. @throws what the store says.
   */
  noteOrThrow(event: NotedEvent): Maybe<void>;
  /** The account that sent what these names are of. @throws what the store says. */
  ownerOf(names: Named): Maybe<string | undefined>;
}

const DEFAULT_RECENT_IDS = 65_536;
/** Events that wait for a store or directory; over it the stance answers at once. */
export const MAX_UNDECIDED = 10_000;

type Judged = SubmissionEvent | LoginEvent;

interface Decided {
  readonly verdict: Verdict;
  readonly rungChange: RungChange | undefined;
  readonly intents: readonly Intent[];
}

/** Both count connections in one table (INB-4). */
function createJudging(parts: GateParts, sent: SentMessages) {
  const counts = new ConnectionCounts();
  const answerStranger = createAnswerStranger(parts, createMeet(parts, counts));
  return { judge: createJudge(parts, sent, counts), answerStranger };
}

export function createGate(parts: GateParts): GateRoom {
  const recent = createRecentIds(parts.recentIds ?? DEFAULT_RECENT_IDS);
  const sent = new SentMessages(parts.standing, parts.hash);
  const { judge, answerStranger } = createJudging(parts, sent);
  const decider = createDecider(parts, judge, recent);

  const openFor = (door: DoorName, stance: Stance): Gate => {
    // Mail doors make the ids of their events up; who gives events through the API knows them.
    const mayBeNamed = door === 'api';
    /** What needs no records holds, such as locks and viruses; for the rest the stance speaks. */
    const answerAnyway = (event: Judged | LoginAttempt, error: unknown): Verdict => {
      parts.telemetry.judgingFailed(door, error, stance.onFailure);
      return judge.withoutRecords(event) ?? stanceVerdict(event, stance.onFailure);
    };
    return {
      judge: (event, underWay) => {
        if (recent.has(event.id)) return recent.verdictOf(event.id) ?? passAgain(event);
        const startedMs = performance.now();
        const isFirst = !decider.isUnderWay(event.id);
        let answered: Verdict | undefined;
        const verdict = answerWithin(
          stance.timeoutMs,
          () => decider.decide(event, { answered: () => answered, underWay, mayBeNamed }),
          (error) => {
            answered = answerAnyway(event, error);
            if (isFirst) parts.journal.append(settledForm(event, minWordsOf(parts)), answered);
            return answered;
          },
        );
        return andThen(verdict, (given) => {
          parts.telemetry.judged(door, given, (performance.now() - startedMs) / 1000);
          return given;
        });
      },
      check: (event, underWay = { messages: 0, recipients: 0 }) => {
        const verdict = answerWithin(
          stance.timeoutMs,
          () =>
            event.kind === 'submission'
              ? judge.checkSubmission(event, underWay)
              : judge.checkLogin(event),
          (error) => answerAnyway(event, error),
        );
        return andThen(verdict, (given) => {
          parts.telemetry.checked(door, given);
          return given;
        });
      },
      meet: (event) => answerStranger(event, { door, stance }),
      note: (event) => {
        if (recent.has(event.id)) return undefined;
        recent.add(event.id);
        parts.journal.append(event);
        return answerWithin(
          stance.timeoutMs,
          () => noteEvent(event, { ...parts, sent }),
          (error) => {
            parts.telemetry.judgingFailed(door, error, stance.onFailure);
          },
        );
      },
      newId: parts.newId,
      now: parts.now,
    };
  };
  return {
    forDoor: openFor,
    counted: (id) => recent.add(id),
    knows: (id) => recent.has(id),
    noteOrThrow: (event) => noteOnce(event, { ...parts, sent }, recent),
    ownerOf: (names) => andThen(sent.find(names, false), (message) => message?.account),
  };
}

/** An id is remembered when its event is noted, so that one that failed may come again. */
function noteOnce(
  event: NotedEvent,
  parts: Parameters<typeof noteEvent>[1],
  recent: RecentIds,
): Maybe<void> {
  if (recent.has(event.id)) return undefined;
  return andThen(noteEvent(event, parts), () => {
    recent.add(event.id);
    parts.journal.append(event);
  });
}

/** Words from which a text is compared, and so kept as a fingerprint. */
function minWordsOf({ policy }: GateParts): number {
  return policy().content.campaign.minWords;
}

/** Waited for what has to be durable before the answer; then it is tried again behind it. */
const DURABLE_MS = 500;

interface Asked {
  /** The answer the stance has given meanwhile. */
  readonly answered: () => Verdict | undefined;
  readonly underWay: UnderWay | undefined;
  readonly mayBeNamed: boolean;
}

interface Decider {
  decide(event: Judged, asked: Asked): Maybe<Verdict>;
  isUnderWay(id: string): boolean;
}

/** Decides each event once, keeps what was decided and starts its effects. */
function createDecider(parts: GateParts, judge: Judge, recent: RecentIds): Decider {
  /** Being decided now, so that an event that comes twice at once counts once. */
  const undecided = new Map<string, Promise<Verdict>>();

  const finish = (
    event: Judged,
    decided: Decided,
    answered: Verdict | undefined,
  ): Maybe<Verdict> => {
    const { verdict, rungChange, intents } = decided;
    recent.add(event.id, answered ?? verdict);
    const change = rungChange === undefined ? [] : [rungChange];
    // Too late for the answer: the journal has the one that was given.
    if (answered === undefined)
      parts.journal.append(settledForm(event, minWordsOf(parts)), verdict, ...change);
    else if (rungChange !== undefined) parts.journal.append(rungChange);
    let waited: Promise<void> | undefined;
    for (const intent of intents) {
      const durable = parts.effects.start(intent);
      if (durable instanceof Promise) waited = durable;
    }
    if (waited === undefined) return verdict;
    const durable = waited;
    // An owner whose lock was lifted is told so once it stays lifted (ACC-12).
    return andThen(
      answerWithin(
        DURABLE_MS,
        () => durable,
        () => undefined,
      ),
      () => verdict,
    );
  };

  const decide: Decider['decide'] = (event, { answered, underWay, mayBeNamed }) => {
    const waiting = undecided.get(event.id);
    if (waiting !== undefined) return waiting;
    if (undecided.size >= MAX_UNDECIDED) {
      throw new Error(`${MAX_UNDECIDED} events wait for their decision.`);
    }
    const decided: Maybe<Decided> =
      event.kind === 'submission'
        ? judge.judgeSubmission(event, { underWay, mayBeNamed })
        : judge.judgeLogin(event);
    const verdict = andThen(decided, (decision) => finish(event, decision, answered()));
    if (verdict instanceof Promise) {
      undecided.set(event.id, verdict);
      const settle = (): void => void undecided.delete(event.id);
      verdict.then(settle, settle);
    }
    return verdict;
  };
  return { decide, isUnderWay: (id) => undecided.has(id) };
}

/** The second answer to an event that passed before. */
function passAgain(event: Judged): Verdict {
  return { ...stanceVerdict(event, 'pass'), reasons: [] };
}
