/** Who is attacked, when and by whom: every persona as often as the platform asks, on accounts of their own. */
import type { LureKind } from '../lures.ts';
import { DAY_MS } from '../places.ts';
import type { Platform } from '../platform.ts';
import { item, type Rng } from '../random.ts';
import type { Account, Cohort } from '../world.ts';
import { makeCampaign, type Campaign } from './campaign.ts';
import { planAlternating, planTraining, planTrusted, type Victim } from './evaders.ts';
import { planTheft } from './mailing.ts';
import { MAILING_PERSONAS } from './personas.ts';
import {
  planAlertStorm,
  planBackscatter,
  planBadList,
  planBouncingForward,
  planForgedComplaints,
  planScript,
  planSnowshoe,
} from './trouble.ts';

export interface Attack {
  readonly name: string;
  /** DETECTION's number of the persona. */
  readonly number: number;
  readonly kind: LureKind;
  readonly cohort: Cohort;
  /** When it may begin, as a share of the run. */
  readonly begins: readonly [number, number];
  /** Locking for it would be wrong. */
  readonly neverLock?: boolean;
  /** Accounts of one campaign, at most. */
  readonly together: number;
  readonly plan: (victim: Victim) => number;
}

const NUMBERS: Readonly<Record<string, number>> = {
  blaster: 1,
  'low-slow-typical': 2,
  'low-slow-careful': 3,
  'low-slow-best': 4,
  botnet: 5,
  'geo-hop': 6,
  lateral: 7,
  'thread-hijack': 8,
  bec: 9,
  'own-pc-malware': 10,
};

const USUAL = { cohort: 'person', begins: [0.4, 0.62], together: 4 } as const;

export const ATTACKS: readonly Attack[] = [
  ...MAILING_PERSONAS.map((persona): Attack => ({
    ...USUAL,
    name: persona.name,
    number: NUMBERS[persona.name] ?? 0,
    kind: persona.kind,
    plan: (victim) => planTheft({ ...victim, persona }),
  })),
  { ...USUAL, name: 'bulk-bad-list', number: 11, kind: 'spam', together: 1, plan: planBadList },
  { ...USUAL, name: 'snowshoe', number: 12, kind: 'spam', together: 30, plan: planSnowshoe },
  { ...USUAL, name: 'script', number: 13, kind: 'spam', cohort: 'application', plan: planScript },
  {
    ...USUAL,
    name: 'alert-storm',
    number: 14,
    kind: 'spam',
    cohort: 'alert',
    neverLock: true,
    together: 1,
    plan: planAlertStorm,
  },
  {
    ...USUAL,
    name: 'bouncing-forward',
    number: 15,
    kind: 'spam',
    cohort: 'forward',
    neverLock: true,
    together: 1,
    plan: planBouncingForward,
  },
  {
    ...USUAL,
    name: 'evader-training',
    number: 16,
    kind: 'spam',
    begins: [0.1, 0.2],
    plan: planTraining,
  },
  { ...USUAL, name: 'evader-alternating', number: 16, kind: 'spam', plan: planAlternating },
  {
    ...USUAL,
    name: 'evader-trusted',
    number: 16,
    kind: 'spam',
    begins: [0.3, 0.4],
    plan: planTrusted,
  },
  {
    ...USUAL,
    name: 'forged-complaints',
    number: 17,
    kind: 'spam',
    neverLock: true,
    together: 1,
    plan: planForgedComplaints,
  },
  {
    ...USUAL,
    name: 'backscatter',
    number: 17,
    kind: 'spam',
    neverLock: true,
    together: 1,
    plan: planBackscatter,
  },
];

/** @param each how many takeovers of each persona; fewer where accounts of its kind are fewer. */
export function planAttacks(
  platform: Platform,
  options: { readonly each: number; readonly snowshoe: number },
): void {
  const rng = platform.rng.child('attacks');
  const free = freeAccounts(platform, rng);
  for (const attack of ATTACKS) {
    const own = rng.child(attack.name);
    const count = attack.name === 'snowshoe' ? options.snowshoe : options.each;
    let campaign: Campaign | undefined;
    let left = 0;
    for (let index = 0; index < count; index += 1) {
      const account =
        attack.name === 'snowshoe' ? signUp(platform, own, index) : free.get(attack.cohort)?.pop();
      if (account === undefined) break;
      if (campaign === undefined || left === 0) {
        campaign = makeCampaign(
          platform,
          own.child(`campaign ${index}`),
          `${attack.name}-${index}`,
          attack.kind,
        );
        left = attack.together === 30 ? 30 : own.int(1, attack.together);
      }
      left -= 1;
      launch(platform, attack, { account, campaign, rng: own.child(index) });
    }
  }
}

function freeAccounts(platform: Platform, rng: Rng): Map<Cohort, Account[]> {
  const free = new Map<Cohort, Account[]>();
  const { accounts } = platform.parts.world;
  for (const account of rng.sample(accounts, accounts.length)) {
    const list = free.get(account.cohort) ?? [];
    list.push(account);
    free.set(account.cohort, list);
  }
  return free;
}

function signUp(platform: Platform, rng: Rng, index: number): Account {
  const { world, startMs } = platform.parts;
  const own = rng.child(`customer ${index}`);
  const isp = world.tenants.find(({ kind }) => kind === 'isp') ?? item(world.tenants, 0);
  return world.found({ tenant: isp, cohort: 'person', createdMs: startMs, rng: own });
}

function launch(
  platform: Platform,
  attack: Attack,
  parts: { readonly account: Account; readonly campaign: Campaign; readonly rng: Rng },
): void {
  const { startMs, endMs } = platform.parts;
  const { account, campaign, rng } = parts;
  const [early, late] = attack.begins;
  const days = (endMs - startMs) / DAY_MS;
  const fromMs = startMs + (rng.between(early, late) * days + rng.next() / 24) * DAY_MS;
  const toMs = attack.plan({ platform, account, campaign, rng, fromMs });
  platform.parts.truth({
    account: account.login,
    attack: attack.name,
    from: new Date(fromMs).toISOString(),
    to: new Date(Math.min(toMs, endMs)).toISOString(),
    campaign: campaign.id,
    ...(attack.neverLock === true && { expect: 'never-lock' as const }),
  });
}
