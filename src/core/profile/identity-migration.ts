/** What version 1 of an identity's record said of its contexts, in the words of version 2. */
import { alike } from '../detection/hypotheses.ts';
import { add, emptyLane, placeOfFamily } from '../detection/lanes.ts';
import type { DetectionState } from './detection-state.ts';
import { toSeconds } from './record.ts';

/** Five sums a context, for one hypothesis: the place first. */
const OLD_SUMS = 24;
const OLD_FAMILIES = ['recipients', 'content', 'outcomes', 'cross'] as const;

interface UsedContext {
  readonly lastMs: number;
  readonly messages: number;
  readonly days: number;
}

/** @param places where each context's row begins in the record */
export function takeOldEvidence(
  view: DataView,
  detection: DetectionState,
  rows: readonly UsedContext[],
  places: readonly number[],
): void {
  rows.forEach((row, i) => {
    const at = (places[i] ?? 0) + OLD_SUMS;
    const [context = 0, ...others] = [0, 4, 8, 12, 16].map((by) => view.getFloat32(at + by, true));
    const lane = emptyLane();
    OLD_FAMILIES.forEach((family, n) => add(lane, placeOfFamily(family), alike(others[n] ?? 0)));
    detection.setLane(i, lane);
    detection.touchLane(i, toSeconds(row.lastMs));
    detection.setNetworkWeight(i, context);
    if (context === 0 || (row.days >= 3 && row.messages >= 10)) detection.setTrust(i, 'trusted');
  });
}
