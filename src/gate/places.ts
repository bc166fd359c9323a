/** Who writes to strangers from one place: read with what came back, kept with the judgement. */
import type { SubmissionDecision } from '../core/decide-submission.ts';
import { PlaceRecord, type PlaceCompany, type PlaceUse } from '../core/profile/place-record.ts';
import type { StandingRecord } from '../store/standing.ts';
import type { Known } from './subject.ts';
import { accountHashOf, type SubmissionFrame } from './submission-frame.ts';

export interface PlaceFound {
  readonly use: PlaceUse;
  readonly company: PlaceCompany;
  readonly isToldAlready: boolean;
}

/** As strange as this it is a place of its own, no other line of a provider the account uses. */
const NEW = 1;

export function placeOf(
  { known, frame }: { readonly known: Known; readonly frame: SubmissionFrame },
  bytes: StandingRecord,
  nowMs: number,
): PlaceFound {
  const { hash } = known.world;
  const record = new PlaceRecord(bytes);
  const use = {
    account: accountHashOf(hash, frame.who.account),
    tenant: hash.low(`tenant|${known.facts.tenant}`),
    nowMs,
  };
  return { use, company: record.companyWith(use), isToldAlready: record.has(use) };
}

export function visited(
  bytes: StandingRecord,
  { use }: PlaceFound,
  { assessment: { context } }: SubmissionDecision,
): Uint8Array {
  const record = new PlaceRecord(bytes);
  record.learn(use, !context.isTrusted && context.networkWeight >= NEW);
  return record.toBytes();
}
