/**
 * Several accounts of different tenants come to one place they were never at, and write to strangers from there: one
 * hand has them all (detection design 1.2, cross). Where accounts are at home, too, it is a hotel or a school.
 */
import type { ContextFound } from '../detection/context.ts';
import { isSettledForm } from '../detection/form.ts';
import type { Found } from '../detection/found.ts';
import { alike } from '../detection/hypotheses.ts';
import type { IdentityProfile } from '../profile/identity-profile.ts';
import { PLACE_HOURS } from '../profile/place-record.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { leadsNowhere } from './not-an-answer.ts';

/** Two people with one place are a couple. */
const ACCOUNTS = 3;
const TENANTS = 2;
/** For each that is at home there, so many newcomers. */
const NEWCOMERS_EACH = 3;
const MOST = 5;
const FORM = 1;
/** As strange as this it is new to the account. */
const NEW = 1;

export function sharedPlace(subject: SubmissionSubject, context: ContextFound): Found | undefined {
  const { outcomes, profile, nowMs } = subject;
  if (isOldForm(profile, context.index, nowMs)) return undefined;
  if (outcomes?.company === undefined || outcomes.strangers === 0) return undefined;
  if (context.isTrusted || context.networkWeight < NEW) {
    return undefined;
  }
  const { newcomers, tenants, usual } = outcomes.company;
  if (newcomers < ACCOUNTS || tenants < TENANTS || usual * NEWCOMERS_EACH > newcomers) {
    return undefined;
  }
  return {
    signal: 'shared-place',
    practice: 'SND-10',
    family: 'cross',
    by: alike(isHarmlessForm(subject, context) ? FORM : Math.min(MOST, newcomers)),
    text: () =>
      `${newcomers} accounts of ${tenants} tenants came to this place for the first time in ${PLACE_HOURS} hours and wrote to strangers from there; usually it is one.`,
  };
}

/** Applications of several customers are neighbours in a data centre; a campaign's letter leads somewhere. */
function isHarmlessForm(subject: SubmissionSubject, { isProgram }: ContextFound): boolean {
  return isProgram && subject.content !== undefined && leadsNowhere(subject);
}

/** A form that was there before did not come with the others: machines of a data centre are neighbours. */
function isOldForm(profile: IdentityProfile, index: number, nowMs: number): boolean {
  if (!isSettledForm(profile, index)) return false;
  return nowMs - profile.context(index).firstMs > PLACE_HOURS * 3_600_000;
}
