/**
 * SND-10: several accounts at one place that none of them was at before are one matter. The score judges each; what
 * people are told has the place for its cause, so that the incidents of all of them are found as one campaign.
 */
import type { Evidence } from '../evidence.ts';
import type { Rung, VerdictKind } from '../verdict.ts';
import type { Finding, SubmissionSubject } from './finding.ts';

/** Begins the cause of its incidents: `shared-place:PLACE`. */
export const SHARED_PLACE_CAUSE = 'shared-place:';

/** Where the score asks for nothing, nobody is told: a hotel is a shared place, too. */
export function sharedPlace(
  { network, outcomes }: SubmissionSubject,
  found: {
    readonly evidence: readonly Evidence[];
    readonly asked: Rung;
    readonly kind: VerdictKind;
  },
): Finding | undefined {
  if (found.asked === 'observe' || network.place === '') return undefined;
  const said = found.evidence.find(({ signal }) => signal === 'shared-place');
  const company = outcomes?.company;
  if (said === undefined || company === undefined) return undefined;
  return {
    rule: 'shared-place',
    practice: 'SND-10',
    action: found.kind === 'hold' ? 'hold' : 'observe',
    cause: `${SHARED_PLACE_CAUSE}${network.place}`,
    text: said.text,
    figures: [
      { name: `Accounts new at ${network.place}`, observed: String(company.newcomers), usual: '1' },
      { name: 'Tenants they belong to', observed: String(company.tenants), usual: '1' },
      { name: 'Accounts at home there', observed: String(company.usual), usual: '' },
    ],
  };
}
