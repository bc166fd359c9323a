/**
 * The shell round the pure core: judge, journal, start effects, answer. Owns time-outs and the
 * failure stance; a door always gets its answer.
 */
import type { LoginAttempt, LoginEvent, PrimumEvent, SubmissionEvent } from '../core/event.ts';
import type { Intent } from '../core/intent.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import type { Gate } from '../gate-contract.ts';
import type { DoorName } from '../telemetry/contract.ts';
import { createJudge } from './judge.ts';
import { noteEvent } from './note.ts';
import type { GateParts } from './parts.ts';
import { createRecentIds } from './recent-ids.ts';
import { answerWithin, stanceVerdict, type Stance } from './stance.ts';

export interface GateRoom {
  /** The gate as one door sees it, with that door's failure stance and time-out. */
  forDoor(door: DoorName, stance: Stance): Gate;
}

const DEFAULT_RECENT_IDS = 65_536;

interface Decided {
  readonly verdict: Verdict;
  readonly rungChange: RungChange | undefined;
  readonly intents: readonly Intent[];
}

export function createGate(parts: GateParts): GateRoom {
  const recent = createRecentIds(parts.recentIds ?? DEFAULT_RECENT_IDS);
  const judge = createJudge(parts);

  const finish = (event: PrimumEvent, { verdict, rungChange, intents }: Decided): Verdict => {
    recent.add(event.id, verdict);
    if (rungChange === undefined) parts.journal.append(event, verdict);
    else parts.journal.append(event, verdict, rungChange);
    for (const intent of intents) parts.effects.start(intent);
    return verdict;
  };

  const openFor = (door: DoorName, stance: Stance): Gate => {
    const guarded = (
      event: SubmissionEvent | LoginEvent | LoginAttempt,
      work: () => Maybe<Verdict>,
    ): Maybe<Verdict> =>
      answerWithin(stance.timeoutMs, work, (error) => {
        parts.telemetry.judgingFailed(door, error, stance.onFailure);
        return stanceVerdict(event, stance.onFailure);
      });
    return {
      judge: (event) => {
        if (recent.has(event.id)) return recent.verdictOf(event.id) ?? passAgain(event);
        const startedMs = performance.now();
        const verdict = guarded(event, () => {
          const decided: Maybe<Decided> =
            event.kind === 'submission' ? judge.judgeSubmission(event) : judge.judgeLogin(event);
          return andThen(decided, (decision) => finish(event, decision));
        });
        return andThen(verdict, (given) => {
          parts.telemetry.judged(door, given, (performance.now() - startedMs) / 1000);
          return given;
        });
      },
      check: (event, underWay = { messages: 0, recipients: 0 }) => {
        const verdict = guarded(event, () =>
          event.kind === 'submission'
            ? judge.checkSubmission(event, underWay)
            : judge.checkLogin(event),
        );
        return andThen(verdict, (given) => {
          parts.telemetry.checked(door, given);
          return given;
        });
      },
      note: (event) => {
        if (recent.has(event.id)) return undefined;
        recent.add(event.id);
        parts.journal.append(event);
        return noteEvent(event, parts);
      },
      newId: parts.newId,
      now: parts.now,
    };
  };
  return { forDoor: openFor };
}

/** The second answer to an event that passed before. */
function passAgain(event: SubmissionEvent | LoginEvent): Verdict {
  return { ...stanceVerdict(event, 'pass'), reasons: [] };
}
