/** What a verdict says of its score (detection design 1.7): kept with it, so that it reads the same for ever. */
import type { Verdict } from '../verdict.ts';
import type { Assessment } from './assess.ts';
import { FAMILIES, MODEL, type Family } from './hypotheses.ts';

interface Thresholds {
  readonly throttle: number;
  readonly hold: number;
}

/** From here on somebody may want to know. */
const WORTH_A_LOOK = 2;

const WITHOUT: Readonly<Partial<Record<Family, string>>> = {
  context: 'From a place and a program known for this account',
  recipients: 'To people it writes to or hears from',
  content: 'Without what is odd in the message',
  outcomes: 'Without what came back for earlier mail',
  cross: 'Had no other account sent the same',
  preparation: 'Without the settings that were changed before',
};

export function accountOf(
  assessment: Assessment,
  thresholds: Thresholds,
): Pick<Verdict, 'hypothesis' | 'sums' | 'model' | 'wouldChange'> {
  const { score, hypothesis, sums } = assessment;
  if (score < WORTH_A_LOOK) return {};
  const said: Partial<Record<Family, number>> = {};
  for (const family of FAMILIES) {
    const sum = Math.round(sums[family] * 100) / 100;
    if (sum !== 0) said[family] = sum;
  }
  const change = score < thresholds.throttle ? undefined : wouldChange(assessment, thresholds);
  return {
    hypothesis,
    sums: said,
    model: MODEL,
    ...(change !== undefined && { wouldChange: change }),
  };
}

/** The family whose absence would matter most. */
function wouldChange({ score, sums }: Assessment, thresholds: Thresholds): string | undefined {
  const [heaviest] = FAMILIES.filter((family) => WITHOUT[family] !== undefined).sort(
    (a, b) => sums[b] - sums[a],
  );
  if (heaviest === undefined || sums[heaviest] <= 0) return undefined;
  const left = Math.max(0, score - sums[heaviest]);
  const then =
    left >= thresholds.hold
      ? 'still enough to hold'
      : left >= thresholds.throttle
        ? 'no hold, only waiting for strangers'
        : 'nothing to stop';
  return `${WITHOUT[heaviest] ?? ''} it would score ${left.toFixed(1)} in place of ${score.toFixed(1)}: ${then}.`;
}
