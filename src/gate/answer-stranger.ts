/** What a door is answered about mail from outside: counted, journalled, and once a connection. */
import type { InboundDecision } from '../core/inbound/decide.ts';
import type { ConnectionEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { referenceOf } from '../core/reference.ts';
import type { Verdict } from '../core/verdict.ts';
import type { DoorName } from '../telemetry/contract.ts';
import type { Meet } from './meet.ts';
import type { GateParts } from './parts.ts';
import { answerWithin, type Stance } from './stance.ts';

/** Two doors of one mail server ask about a connection within moments. */
const SAME_CONNECTION_MS = 60_000;
const MAX_REMEMBERED = 10_000;

type Parts = Pick<GateParts, 'telemetry' | 'journal' | 'policy' | 'now'>;

export interface Asking {
  readonly door: DoorName;
  readonly stance: Stance;
}

export type AnswerStranger = (event: ConnectionEvent, asking: Asking) => Maybe<Verdict>;

export function createAnswerStranger(parts: Parts, meet: Meet): AnswerStranger {
  const before = new Map<string, { readonly verdict: Verdict; readonly at: number }>();
  const remember = (key: string | undefined, verdict: Verdict): void => {
    if (key === undefined) return;
    before.delete(key);
    before.set(key, { verdict, at: parts.now() });
    if (before.size <= MAX_REMEMBERED) return;
    const [oldest] = before.keys();
    if (oldest !== undefined) before.delete(oldest);
  };
  const keep = (event: ConnectionEvent, met: InboundDecision | undefined, door: DoorName) => {
    if (met === undefined) return plainVerdict(event, 'pass');
    const { verdict, findings } = met;
    for (const { rule, action } of findings) parts.telemetry.met(door, { rule, action, verdict });
    // What counts must be in the journal, or a replay could not count it.
    const isCounted = event.viruses === undefined && parts.policy().connections.action !== 'off';
    if (findings.length > 0) parts.journal.append(event, verdict);
    else if (isCounted) parts.journal.append(event);
    return verdict;
  };
  return (event, { door, stance }) => {
    const key = connectionKey(event);
    const known = key === undefined ? undefined : before.get(key);
    if (known !== undefined && parts.now() - known.at < SAME_CONNECTION_MS) return known.verdict;
    return answerWithin(
      stance.timeoutMs,
      () =>
        andThen(meet(event), (met) => {
          const verdict = keep(event, met, door);
          remember(key, verdict);
          return verdict;
        }),
      (error) => {
        parts.telemetry.judgingFailed(door, error, stance.onFailure);
        return plainVerdict(event, stance.onFailure);
      },
    );
  };
}

/** `undefined` where connections cannot be told apart. A HELO said anew is another one. */
function connectionKey(event: ConnectionEvent): string | undefined {
  const { clientAddress, clientPort, heloName = '', viruses } = event;
  if (clientPort === undefined || viruses !== undefined) return undefined;
  return `${clientAddress} ${clientPort} ${heloName}`;
}

/** Own and allowed clients, of whom no rule was asked; and the stance where nothing can be said. */
function plainVerdict(event: ConnectionEvent, verdict: 'pass' | 'defer'): Verdict {
  const who = `address:${event.clientAddress}`;
  const why = { signal: 'not-judged', weight: 0, text: 'Primum could not judge this in time.' };
  return {
    ...{ kind: 'verdict', for: event.id, at: event.at, account: who, identity: who, context: '' },
    ...{ verdict, enforced: verdict === 'defer', rung: 'observe', score: 0 },
    reasons: verdict === 'defer' ? [why] : [],
    reference: referenceOf(event.id),
  };
}
