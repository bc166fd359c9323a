/**
 * The ladder: ordered responses with clocks. It climbs at once to what the evidence asks for and
 * comes down one rung at a time, each after a full quiet time without new evidence.
 */
import { RUNGS, type Rung } from './verdict.ts';

export interface LadderState {
  readonly rung: Rung;
  /** When this rung was reached, milliseconds since 1970. */
  readonly sinceMs: number;
  /** When evidence last asked for this rung or a higher one. */
  readonly evidenceAtMs: number;
}

export interface QuietTimes {
  readonly throttle: number;
  readonly hold: number;
  readonly lock: number;
}

/** Events may come out of order by this much. */
const CLOCK_TRUST_MS = 86_400_000;

export function rungIndex(rung: Rung): number {
  return RUNGS.indexOf(rung);
}

export function higherRung(a: Rung, b: Rung): Rung {
  return rungIndex(a) >= rungIndex(b) ? a : b;
}

/**
 * The state after looking at the evidence at `nowMs`.
 * @param wanted the rung that today's evidence asks for; `observe` when there is none
 * @param quietSeconds how long each rung stays without evidence
 */
export function stepLadder(
  state: LadderState,
  wanted: Rung,
  nowMs: number,
  quietSeconds: QuietTimes,
): LadderState {
  const settled = comeDown(state, nowMs, quietSeconds);
  if (wanted === 'observe' || rungIndex(wanted) < rungIndex(settled.rung)) return settled;
  if (wanted === settled.rung) {
    return { ...settled, evidenceAtMs: Math.max(settled.evidenceAtMs, nowMs) };
  }
  return { rung: wanted, sinceMs: nowMs, evidenceAtMs: nowMs };
}

function comeDown(state: LadderState, nowMs: number, quietSeconds: QuietTimes): LadderState {
  let { rung, sinceMs, evidenceAtMs } = state;
  // Evidence from far ahead was dated by a wrong clock; it must not hold a rung for years.
  if (evidenceAtMs - nowMs > CLOCK_TRUST_MS) evidenceAtMs = nowMs;
  while (rung !== 'observe') {
    const leavesAtMs = evidenceAtMs + quietSeconds[rung] * 1000;
    if (nowMs < leavesAtMs) break;
    rung = RUNGS[rungIndex(rung) - 1] ?? 'observe';
    sinceMs = leavesAtMs;
    evidenceAtMs = leavesAtMs;
  }
  const isSame = rung === state.rung && evidenceAtMs === state.evidenceAtMs;
  return isSame ? state : { rung, sinceMs, evidenceAtMs };
}
