/**
 * `primum simulate`: a mail platform that never was, with its people, machines, mishaps and
 * attackers, told as events, and beside them what was true. Shares nothing with the judgement but
 * the form of events. The same options give the same bytes.
 */
import { PrimumError } from '../errors.ts';
import { planAttacks } from './attacks/plan.ts';
import { planLife } from './benign/life.ts';
import { planForward, planMachine } from './benign/machines.ts';
import { planPerson } from './benign/person.ts';
import { planWeather } from './benign/weather.ts';
import { buildWorld } from './build-world.ts';
import { openAddressBook } from './networks.ts';
import { DAY_MS } from './places.ts';
import { Platform } from './platform.ts';
import { Rng } from './random.ts';
import { openLineFile, type LineFile } from './sink.ts';
import { loadStreams, splice } from './streams.ts';
import { loadTexts } from './text-folder.ts';
import { NO_TEXTS } from './texts.ts';
import type { Account } from './world.ts';

export interface PlatformSize {
  readonly identities: number;
  readonly days: number;
  /** Takeovers of each persona. */
  readonly each: number;
  readonly snowshoe: number;
}

export const PLATFORMS: Readonly<Record<'small' | 'medium' | 'full', PlatformSize>> = {
  small: { identities: 60, days: 40, each: 1, snowshoe: 3 },
  medium: { identities: 600, days: 60, each: 10, snowshoe: 30 },
  full: { identities: 20_000, days: 120, each: 100, snowshoe: 300 },
};

export interface SimulateOptions {
  readonly platform: keyof typeof PLATFORMS;
  readonly seed: number;
  readonly out: string;
  readonly truth: string;
  readonly streams?: string | undefined;
  readonly texts?: string | undefined;
  readonly anomalies?: number | undefined;
  /** In place of the platform's own size. */
  readonly size?: PlatformSize | undefined;
}

export interface SimulateSummary {
  readonly events: number;
  readonly bytes: number;
  readonly accounts: number;
  readonly days: number;
}

/** A Monday. */
const START_MS = Date.UTC(2025, 0, 6);
/** Things done between two looks at the disk. */
const STEP = 2_000;

/** @throws PrimumError INPUT_UNREADABLE when data or folders cannot be used. */
export async function simulate(options: SimulateOptions): Promise<SimulateSummary> {
  const size = options.size ?? PLATFORMS[options.platform];
  const rng = new Rng(`primum ${options.seed} ${options.platform}`);
  const book = await openAddressBook();
  const streams = options.streams === undefined ? [] : loadStreams(options.streams);
  const texts = options.texts === undefined ? NO_TEXTS : loadTexts(options.texts);
  const endMs = START_MS + size.days * DAY_MS;
  const world = buildWorld(rng, book, { identities: size.identities, startMs: START_MS });
  const events = openLineFile(options.out);
  const truth = openLineFile(options.truth);
  const platform = new Platform({
    rng,
    book,
    world,
    texts,
    startMs: START_MS,
    endMs,
    anomalies: options.anomalies ?? 1,
    tell: (event) => events.write(event),
    truth: (row) => truth.write(row),
  });
  introduce(platform);
  planAttacks(platform, size);
  planWeather(platform, size.days);
  const spliced = spliceStreams(platform, rng, streams);
  await run(platform, { days: size.days, spliced, files: [events, truth] });
  await events.close();
  await truth.close();
  return {
    events: events.lines(),
    bytes: events.bytes(),
    accounts: world.accounts.length,
    days: size.days,
  };
}

/** What the directory says of those it knows; a few it does not. */
function introduce(platform: Platform): void {
  for (const account of platform.parts.world.accounts) {
    const { rng, tenant } = account;
    if (rng.chance(0.05)) continue;
    platform.tell({
      kind: 'account',
      account: account.login,
      tenant: tenant.domain,
      ...(account.class !== undefined && { class: account.class }),
      since: new Date(account.createdMs).toISOString(),
      timeZone: tenant.timeZone,
      addresses: [account.login],
    });
  }
}

/** Each stream goes to one person of a company, as long as there are both. */
function spliceStreams(
  platform: Platform,
  rng: Rng,
  streams: ReturnType<typeof loadStreams>,
): ReadonlySet<Account> {
  const people = platform.parts.world.accounts.filter(
    ({ cohort, tenant, devices }) =>
      cohort === 'person' && tenant.kind !== 'isp' && devices.length > 0,
  );
  const spliced = new Set<Account>();
  streams.slice(0, people.length).forEach((stream, index) => {
    const account = people[index];
    if (account === undefined) return;
    splice(platform, account, stream, rng.child(`stream ${index}`));
    spliced.add(account);
  });
  return spliced;
}

interface Running {
  readonly days: number;
  readonly spliced: ReadonlySet<Account>;
  readonly files: readonly LineFile[];
}

/** Day by day, so that only one day's plans are in memory at once. */
async function run(platform: Platform, { days, spliced, files }: Running): Promise<void> {
  for (let day = 0; day <= days; day += 1) {
    const dayMs = START_MS + day * DAY_MS;
    // Local days of the west begin late and those of the east early: plans are made a day ahead.
    for (const account of platform.parts.world.accounts) planDay(platform, account, dayMs, spliced);
    while (platform.runUntil(day === days ? Infinity : dayMs, STEP)) {
      for (const file of files) await file.drained();
    }
  }
}

function planDay(
  platform: Platform,
  account: Account,
  dayMs: number,
  spliced: ReadonlySet<Account>,
): void {
  switch (account.cohort) {
    case 'person':
    case 'shared':
      if (!spliced.has(account)) planPerson(platform, account, dayMs);
      planLife(platform, account, dayMs);
      break;
    case 'application':
    case 'alert':
    case 'list':
      planMachine(platform, account, dayMs);
      break;
    case 'forward':
      planForward(platform, account, dayMs);
  }
}

/** For the command line. @throws PrimumError USAGE for a platform that is not known. */
export async function simulateFiles(
  options: Omit<SimulateOptions, 'platform'> & { readonly platform: string },
  out: { write(text: string): unknown },
): Promise<number> {
  const { platform } = options;
  if (platform !== 'small' && platform !== 'medium' && platform !== 'full') {
    throw new PrimumError('USAGE', `There is no platform ${platform}: name small, medium or full.`);
  }
  const { events, bytes, accounts, days } = await simulate({ ...options, platform });
  out.write(
    `${events} events of ${accounts} accounts in ${days} days, ${(bytes / 1e6).toFixed(1)} MB, ` +
      `are in ${options.out}; what was true is in ${options.truth}.\n`,
  );
  return 0;
}
