/** A place that sends one letter to everybody: the form of a shop, a machine's messages, or a campaign. */
import type { IdentityProfile } from '../profile/identity-profile.ts';

/** Messages of a place that show it to be a program's, and of how many one may be something else. */
const FORM_MESSAGES = 4;
const FORM_SHARE = 4;
/** Counts of company are halved from twice as many on. */
const FORM_APART = 20;
const SETTLED_DAYS = 2;

/** Of a place's messages all but the copies of one letter are counted by the company they went to. */
export function sendsOneLetter(profile: IdentityProfile, index: number): boolean {
  const { messages } = profile.context(index);
  const { strangers, others } = profile.detection.company(index);
  const apart = strangers + others;
  return messages >= FORM_MESSAGES && apart < FORM_APART && apart * FORM_SHARE <= messages;
}

export function staysForDays(profile: IdentityProfile, index: number): boolean {
  return index >= 0 && profile.context(index).days >= SETTLED_DAYS;
}

/** A form that was there for days, and is not usual yet: nobody's hop, neither to it nor from it. */
export function isSettledForm(profile: IdentityProfile, index: number): boolean {
  return staysForDays(profile, index) && sendsOneLetter(profile, index);
}
