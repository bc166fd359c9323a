/**
 * Several accounts of different tenants come to one place they were never at, and write to strangers from there: one
 * hand has them all (detection design 1.2, cross). Where accounts are at home, too, it is a hotel or a school.
 */
import type { ContextFound } from '../detection/context.ts';
import type { Found } from '../detection/found.ts';
import { alike } from '../detection/hypotheses.ts';
import { PLACE_HOURS } from '../profile/place-record.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

/** Two people with one place are a couple. */
const ACCOUNTS = 3;
const TENANTS = 2;
/** For each that is at home there, so many newcomers. */
const NEWCOMERS_EACH = 3;
const MOST = 5;
/** As strange as this it is new to the account. */
const NEW = 1;

export function sharedPlace(
  { outcomes }: SubmissionSubject,
  context: ContextFound,
): Found | undefined {
  if (outcomes?.company === undefined || context.isTrusted || context.networkWeight < NEW) {
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
    by: alike(Math.min(MOST, newcomers)),
    text: () =>
      `${newcomers} accounts of ${tenants} tenants came to this place for the first time in ${PLACE_HOURS} hours and wrote to strangers from there; usually it is one.`,
  };
}
