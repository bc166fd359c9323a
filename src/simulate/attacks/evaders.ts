/** Thieves who know how they are looked for: they wait, train the picture of the owner, or mix. */
import { DAY_MS } from '../places.ts';
import { ORDINARY, type Platform } from '../platform.ts';
import { item, type Rng } from '../random.ts';
import { letter, subjectOf } from '../texts.ts';
import type { Account } from '../world.ts';
import type { Campaign } from './campaign.ts';
import { makeFoothold, planTheft, type Foothold, type Theft } from './mailing.ts';
import { personaNamed } from './personas.ts';

export interface Victim {
  readonly platform: Platform;
  readonly account: Account;
  readonly campaign: Campaign;
  readonly rng: Rng;
  readonly fromMs: number;
}

/** Known and unknown recipients one to one. */
export function planAlternating(victim: Victim): number {
  const persona = { ...personaNamed('low-slow-careful'), name: 'evader-alternating' };
  return planTheft({ ...victim, persona, alternates: true });
}

/** Harmless mail to addresses of its own for a month, then the careful one. */
export function planTraining(victim: Victim): number {
  const days = Math.min(victim.rng.about(30), daysLeft(victim) * 0.6);
  return afterTraining(victim, { name: 'evader-training', days, perDay: 3 });
}

/** A week of a quiet session with a little harmless mail, so that the place is trusted. */
export function planTrusted(victim: Victim): number {
  const days = Math.min(victim.rng.about(8) + 3, daysLeft(victim) * 0.5);
  return afterTraining(victim, { name: 'evader-trusted', days, perDay: 2 });
}

function daysLeft({ platform, fromMs }: Victim): number {
  return (platform.parts.endMs - fromMs) / DAY_MS;
}

function afterTraining(
  victim: Victim,
  plan: { readonly name: string; readonly days: number; readonly perDay: number },
): number {
  const { platform, rng, fromMs } = victim;
  const persona = { ...personaNamed('low-slow-careful'), name: plan.name, reads: true };
  const theft: Theft = { ...victim, persona };
  const foothold = makeFoothold(theft, persona);
  const own = Array.from({ length: 12 }, () => platform.parts.world.stranger(rng));
  const count = rng.poisson(plan.days * plan.perDay);
  for (let index = 0; index < count; index += 1) {
    platform.at(fromMs + rng.next() * plan.days * DAY_MS, () => harmless(victim, foothold, own));
  }
  return planTheft({ ...theft, foothold, quietMs: plan.days * DAY_MS });
}

/** To an address the thief reads, or to one the owner knows; nothing in it is an attack. */
function harmless(victim: Victim, foothold: Foothold, own: readonly string[]): void {
  const { platform, account, rng } = victim;
  const recipients = [rng.chance(0.7) ? rng.pick(own) : (account.contacts.old() ?? item(own, 0))];
  platform.send({
    account,
    device: foothold.device,
    place: foothold.placeNow(platform.nowMs),
    recipients,
    fate: { ...ORDINARY, unknown: 0, answer: 0.7 },
    letter: {
      fromName: account.style.ownName,
      headerFrom: account.login,
      to: recipients,
      subject: subjectOf(rng, account.style.language),
      text: letter(rng, account.style, {}),
    },
  });
}
