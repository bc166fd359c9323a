/** A day of a person or of those who share a mailbox: reads, answers, writes. */
import { placeOf } from '../build-world.ts';
import { isWeekend, zoneMinutes } from '../local-clock.ts';
import type { Place } from '../places.ts';
import { ORDINARY, type Platform } from '../platform.ts';
import { item, type Rng } from '../random.ts';
import { letter, quoted, subjectOf } from '../texts.ts';
import type { Account, Device, Waiting } from '../world.ts';

/** How likely an hour of the local day is, at work and at home. */
const WORK = [0, 0, 0, 0, 0, 0.1, 0.6, 2, 6, 9, 10, 9, 5, 6, 9, 9, 7, 5, 2, 1, 1, 1, 0.6, 0.2];
const HOME = [0.5, 0.2, 0.1, 0, 0, 0.2, 1, 2, 3, 4, 4, 4, 4, 3, 3, 3, 4, 5, 6, 8, 9, 8, 4, 1.5];

/** Milliseconds into the local day. */
export function momentOfDay(rng: Rng, hours: readonly number[]): number {
  const hour = rng.weighted(hours.map((weight, index) => [index, weight] as const));
  return (hour + rng.next()) * 3_600_000;
}

/** @param dayMs midnight in UTC of the day. */
export function planPerson(platform: Platform, account: Account, dayMs: number): void {
  const { rng, tenant } = account;
  if (account.devices.length === 0) return;
  const atHome = tenant.kind === 'isp';
  const weekend = isWeekend(tenant.timeZone, dayMs);
  const slack = weekend ? (atHome ? 0.9 : 0.12) : 1;
  const mood = rng.lognormal(1, 0.5) * season(dayMs);
  const count = rng.poisson(account.rate * slack * mood);
  const localMs = dayMs - zoneMinutes(tenant.timeZone, dayMs) * 60_000;
  const hours = atHome || weekend ? HOME : WORK;
  for (let index = 0; index < count; index += 1) {
    platform.at(localMs + momentOfDay(rng, hours), () => sendOne(platform, account));
  }
  planReading(platform, account, localMs, hours);
  const arriving = rng.poisson((account.rate * 0.8 + 0.7) * (weekend ? 0.5 : 1));
  for (let index = 0; index < arriving; index += 1) {
    platform.at(localMs + momentOfDay(rng, HOME), () => arrive(platform, account));
  }
}

/** Quiet around the turn of the year and in August. */
function season(dayMs: number): number {
  const date = new Date(dayMs);
  const month = date.getUTCMonth();
  if (month === 7) return 0.7;
  return month === 11 && date.getUTCDate() > 22 ? 0.35 : 1;
}

function planReading(
  platform: Platform,
  account: Account,
  localMs: number,
  hours: readonly number[],
): void {
  const { rng } = account;
  for (const device of account.devices) {
    const usual = { phone: 1.6, desktop: 1.2, webmail: 0.5, program: 0 }[device.kind];
    for (let left = rng.poisson(usual); left > 0; left -= 1) {
      platform.at(localMs + momentOfDay(rng, hours), () => {
        const place = placeNow(platform, account, device);
        const service = device.kind === 'webmail' ? 'webmail' : 'imap';
        const address = place.addressAt(platform.nowMs);
        if (rng.chance(0.004)) {
          platform.login({ account, device, address, service }, { ok: false, wrong: rng.hex(6) });
        }
        platform.login({ account, device, address, service });
      });
    }
  }
}

export function placeNow(platform: Platform, account: Account, device: Device): Place {
  const { timeZone } = account.tenant;
  const local = new Date(platform.nowMs + zoneMinutes(timeZone, platform.nowMs) * 60_000);
  const hour = local.getUTCHours();
  const atWork = !isWeekend(timeZone, platform.nowMs) && hour >= 8 && hour < 18;
  return placeOf(account, device, platform.nowMs, atWork);
}

/** The device used now: the phone more often away from the desk. */
export function deviceNow(platform: Platform, account: Account): Device {
  const { rng, devices } = account;
  const able = devices.filter(({ kind }) => kind !== 'program');
  if (able.length < 2) return item(able.length > 0 ? able : devices, 0);
  const away = platform.nowMs < account.awayUntilMs;
  return rng.weighted(
    able.map((device) => [device, device.kind === 'desktop' && !away ? 4 : 1] as const),
  );
}

export function sendOne(platform: Platform, account: Account): void {
  const { rng } = account;
  const answered = rng.chance(0.6) ? account.inbox.pop() : undefined;
  const count = rng.weighted([
    [1, 76],
    [2, 10],
    [3, 6],
    [rng.int(4, 8), 6],
    [rng.int(8, 25), 2],
  ] as const);
  const recipients =
    answered === undefined
      ? account.contacts.choose(count)
      : [answered.from, ...(count > 3 ? account.contacts.recent(count - 2) : [])];
  sendTo(platform, account, { recipients: [...new Set(recipients)], answered });
}

export interface Writing {
  readonly recipients: readonly string[];
  readonly answered?: Waiting | undefined;
  readonly subject?: string;
  readonly text?: string;
}

/** A letter in the owner's own way from the owner's own device. */
export function sendTo(platform: Platform, account: Account, writing: Writing): void {
  const { rng, style, tenant } = account;
  const { recipients, answered } = writing;
  const first = item(recipients, 0);
  const device = deviceNow(platform, account);
  const extra = [
    ...linksOf(rng, account),
    ...(tenant.disclaimer === undefined ? [] : ['', tenant.disclaimer]),
  ];
  const own = writing.text ?? letter(rng, style, { to: first, extra, texts: platform.parts.texts });
  const subject = writing.subject ?? subjectOf(rng, style.language);
  account.contacts.touch(first);
  platform.send({
    account,
    device,
    place: placeNow(platform, account, device),
    recipients,
    fate: ORDINARY,
    letter: {
      fromName: style.ownName,
      headerFrom: account.login,
      to: recipients,
      subject: answered === undefined ? subject : `Re: ${answered.subject.replace(/^(Re: )+/, '')}`,
      text: answered === undefined ? own : quoted(own, answered.text),
      ...(answered !== undefined && {
        inReplyTo: answered.messageId,
        references: [answered.messageId],
      }),
      ...(rng.chance(0.1) && { attachments: [attachmentOf(rng)] }),
    },
  });
}

const COMMON_SITES = [
  'www.youtube.com/watch?v=',
  'docs.google.com/document/d/',
  'zoom.us/j/',
  'maps.google.com/?q=',
  'teams.microsoft.com/l/meetup-join/',
  'en.wikipedia.org/wiki/',
  'www.dropbox.com/s/',
];

function linksOf(rng: Rng, account: Account): string[] {
  if (!rng.chance(0.15)) return [];
  const site = rng.weighted([
    [rng.pick(COMMON_SITES), 6],
    [`www.${account.tenant.domain}/`, 2],
    // A site that nobody here ever named: a craftsman, a club, an inn.
    [`www.${rng.text('abcdefghiklmnoprstu', 9)}.example/`, 2],
  ] as const);
  return ['', `https://${site}${rng.hex(8)}`];
}

export function attachmentOf(rng: Rng): { readonly name: string; readonly contentType: string } {
  const number = rng.int(1, 9_999);
  return rng.pick([
    { name: `document-${number}.pdf`, contentType: 'application/pdf' },
    { name: `IMG_${number}.jpg`, contentType: 'image/jpeg' },
    {
      name: `table-${number}.xlsx`,
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    },
  ]);
}

/** Somebody writes to the person: known people, newsletters, strangers. */
function arrive(platform: Platform, account: Account): void {
  const { rng } = account;
  const kind = rng.next();
  const known = account.contacts.old();
  const about = { subject: subjectOf(rng, account.style.language), text: '' };
  if (kind < 0.45 && known !== undefined) platform.inbound(account, known, about);
  else if (kind < 0.82) {
    platform.inbound(account, `news@shop${rng.int(1, 300)}.example`, {
      ...about,
      mayBeAnswered: false,
    });
  } else {
    const mayBeAnswered = rng.chance(account.cohort === 'shared' ? 0.9 : 0.35);
    platform.inbound(account, platform.parts.world.stranger(rng), { ...about, mayBeAnswered });
  }
}
