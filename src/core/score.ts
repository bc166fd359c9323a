/**
 * The score of one (identity, context): evidence summed by family, fading with time, each family
 * capped, so that no single kind of evidence holds mail alone.
 */
import type { Evidence } from './evidence.ts';
import {
  EVIDENCE_FAMILIES,
  type ContextEvidence,
  type EvidenceFamily,
} from './profile/identity-profile.ts';
import type { Rung } from './verdict.ts';

export type Sums = Readonly<Record<EvidenceFamily, number>>;

/** Caps in nats (detection design 1.2). */
const CAPS: Sums = { context: 6, recipients: 6, content: 7, outcomes: 8, cross: 8 };
/** Evidence loses half its weight in five days. */
const HALF_LIFE_MS = 5 * 86_400_000;
/** A hold needs two families that each say at least this much. */
const SECOND_FAMILY = 1.5;

const NONE: Sums = { context: 0, recipients: 0, content: 0, outcomes: 0, cross: 0 };

export interface Scored {
  readonly sums: Sums;
  readonly score: number;
}

/** Adds new evidence to what the context has. Evidence of a context's novelty stands, not adds up. */
export function addEvidence(
  context: ContextEvidence | undefined,
  evidence: readonly Evidence[],
  nowMs: number,
): Scored {
  if (context === undefined && evidence.length === 0) return { sums: NONE, score: 0 };
  const fade = context ? 2 ** (-Math.max(0, nowMs - context.lastMs) / HALF_LIFE_MS) : 1;
  const before = context?.sums ?? NONE;
  const sums = {
    context: before.context * fade,
    recipients: before.recipients * fade,
    content: before.content * fade,
    outcomes: before.outcomes * fade,
    cross: before.cross * fade,
  };
  for (const { family, weight } of evidence) {
    const sum = family === 'context' ? Math.max(sums[family], weight) : sums[family] + weight;
    sums[family] = Math.min(CAPS[family], sum);
  }
  const score = sums.context + sums.recipients + sums.content + sums.outcomes + sums.cross;
  return { sums, score };
}

/**
 * The sums after evidence about a message sent before the context was used last: what came back for
 * it (a delivery, a bounce, a complaint). It fades from when the message was sent. Good news takes a
 * sum back to nothing, never below: credit could be bought with mail to oneself.
 */
export function addLateEvidence(
  context: ContextEvidence,
  evidence: { readonly family: EvidenceFamily; readonly weight: number; readonly sentMs: number },
): Sums {
  const { family, weight, sentMs } = evidence;
  const fade = 2 ** (-Math.max(0, context.lastMs - sentMs) / HALF_LIFE_MS);
  const sum = Math.max(0, Math.min(CAPS[family], context.sums[family] + weight * fade));
  return { ...context.sums, [family]: sum };
}

/** The rung a score asks for. A lock by score alone needs evidence from outside. */
export function rungOfScore(
  scored: Scored,
  thresholds: { readonly throttle: number; readonly hold: number; readonly lock: number },
): Rung {
  const { score, sums } = scored;
  // Nearly all mail ends here.
  if (score < thresholds.throttle && score < thresholds.hold && score < thresholds.lock) {
    return 'observe';
  }
  const families = EVIDENCE_FAMILIES.filter((family) => sums[family] >= SECOND_FAMILY).length;
  const external = sums.outcomes >= 2 || sums.cross >= 4;
  if (score >= thresholds.lock && families >= 3 && external) return 'lock';
  if (score >= thresholds.hold && families >= 2) return 'hold';
  if (score >= thresholds.throttle) return 'throttle';
  return 'observe';
}
