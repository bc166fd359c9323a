/** What happens to people now and then and looks strange: each with its own rate, all of it innocent. */
import { libraryClient } from '../clients.ts';
import { CLOUD } from '../autonomous-systems.ts';
import { newDevice } from '../build-world.ts';
import { DAY_MS, homeLine, hotel, mobileCarrier, systemPlace } from '../places.ts';
import { ORDINARY, type Platform } from '../platform.ts';
import { item } from '../random.ts';
import { letter, makeStyle, subjectOf } from '../texts.ts';
import type { Account } from '../world.ts';
import { sendOne, sendTo } from './person.ts';

interface LifeEvent {
  readonly name: string;
  /** Mean days between two of a person. */
  readonly everyDays: number;
  readonly happen: (platform: Platform, account: Account) => void;
}

const HOUR_MS = 3_600_000;

export const LIFE_EVENTS: readonly LifeEvent[] = [
  { name: 'new device', everyDays: 200, happen: newDeviceComes },
  { name: 'travel', everyDays: 90, happen: travel },
  { name: 'new wifi', everyDays: 30, happen: newWifi },
  { name: 'new application', everyDays: 2_000, happen: newApplication },
  { name: 'job change', everyDays: 900, happen: jobChange },
  { name: 'greeting burst', everyDays: 365, happen: greetings },
  { name: 'mail merge', everyDays: 200, happen: mailMerge },
  { name: 'dead contact', everyDays: 120, happen: deadContact },
  { name: 'phone and laptop at once', everyDays: 10, happen: bothAtOnce },
  { name: 'new password', everyDays: 300, happen: newPassword },
  { name: 'filter changed', everyDays: 150, happen: filterChanged },
];

/** @param dayMs midnight in UTC of the day. */
export function planLife(platform: Platform, account: Account, dayMs: number): void {
  const { rng } = account;
  if (account.devices.length === 0) return;
  for (const { everyDays, happen } of LIFE_EVENTS) {
    if (!rng.chance(platform.parts.anomalies / everyDays)) continue;
    platform.at(dayMs + rng.between(7, 19) * HOUR_MS, () => happen(platform, account));
  }
}

function newDeviceComes(platform: Platform, account: Account): void {
  const { rng, devices } = account;
  const at = rng.int(0, devices.length - 1);
  const old = item(devices, at);
  const kind = rng.chance(0.15) ? 'webmail' : old.kind;
  const device = newDevice(rng, kind, old.places);
  if (rng.chance(0.7)) devices[at] = device;
  else devices.push(device);
  platform.login({
    account,
    device,
    address: item(device.places, 0).addressAt(platform.nowMs),
    service: 'imap',
  });
}

function travel(platform: Platform, account: Account): void {
  const { rng, tenant } = account;
  account.away = hotel(rng, platform.parts.book, tenant.country);
  account.awayUntilMs = platform.nowMs + rng.lognormal(4, 0.6) * DAY_MS;
}

function newWifi(platform: Platform, account: Account): void {
  const { rng, tenant, devices } = account;
  const device = rng.pick(devices);
  if (device.kind === 'program') return;
  // A friend's line for a day, or a new contract for good.
  const line = homeLine(rng, platform.parts.book, tenant.country);
  if (rng.chance(0.3) && device.places.length > 1) device.places[device.places.length - 1] = line;
  else {
    account.away = line;
    account.awayUntilMs = platform.nowMs + rng.between(0.1, 1.5) * DAY_MS;
  }
}

/** A web application gets the mailbox password and writes to the customers from now on. */
function newApplication(platform: Platform, account: Account): void {
  const { rng } = account;
  const place = systemPlace(rng, platform.parts.book, CLOUD, 'server');
  const device = { ...newDevice(rng, 'program', [place]), client: libraryClient(rng) };
  const subject = subjectOf(rng, account.style.language);
  const style = makeStyle(rng, account.style.language, account.style.ownName);
  const text = letter(rng, style, {});
  const perDay = rng.between(1, 12);
  const next = (): void => {
    const recipient = rng.chance(0.8)
      ? platform.parts.world.stranger(rng)
      : (account.contacts.old() ?? platform.parts.world.stranger(rng));
    platform.send({
      account,
      device,
      place,
      recipients: [recipient],
      fate: { ...ORDINARY, unknown: 0.015, answer: 0.05 },
      letter: {
        fromName: account.style.ownName,
        headerFrom: account.login,
        to: [recipient],
        subject: `${subject} ${rng.int(1_000, 9_999)}`,
        text: `${text}\nNo. ${rng.int(1_000, 99_999)}`,
      },
    });
    platform.later(rng.exponential(DAY_MS / perDay), next);
  };
  platform.later(HOUR_MS, next);
}

/** Another place of work: a new desk, new people, a burst of first contacts. */
function jobChange(platform: Platform, account: Account): void {
  const { rng, tenant } = account;
  const place = mobileCarrier(rng, platform.parts.book, tenant.country);
  account.devices.push(
    newDevice(rng, 'desktop', [place, homeLine(rng, platform.parts.book, tenant.country)]),
  );
  const strangers = Array.from({ length: rng.int(8, 25) }, () =>
    platform.parts.world.stranger(rng),
  );
  for (const stranger of strangers) {
    platform.later(rng.exponential(6 * DAY_MS), () => {
      sendTo(platform, account, { recipients: [stranger] });
    });
  }
}

/** The same few lines to many one by one: birthdays, obituaries, season's greetings. */
function greetings(platform: Platform, account: Account): void {
  const { rng, style } = account;
  const subject = subjectOf(rng, style.language);
  const text = letter(rng, style, {});
  const old = account.contacts.recent(rng.int(10, 40));
  const dormant = Array.from({ length: rng.int(5, 30) }, () => platform.parts.world.stranger(rng));
  let delayMs = 0;
  for (const recipient of rng.sample([...old, ...dormant], 60)) {
    delayMs += rng.lognormal(90_000, 0.8);
    platform.later(delayMs, () =>
      sendTo(platform, account, { recipients: [recipient], subject, text }),
    );
  }
}

/** One text to a list of the owner's own, in pieces; some of it is old. */
function mailMerge(platform: Platform, account: Account): void {
  const { rng, style } = account;
  // One in five people does this at all.
  if (!account.rng.child('merges').chance(0.2)) return;
  const subject = subjectOf(rng, style.language);
  const text = letter(rng, style, {});
  const size = rng.int(30, 120);
  const written = new Set<string>();
  for (let sent = 0; sent < size; sent += 10) {
    platform.later(sent * rng.between(2_000, 20_000), () => {
      const recipients = Array.from({ length: 10 }, () =>
        rng.chance(0.4) ? (account.contacts.old() ?? '') : platform.parts.world.stranger(rng),
      ).filter((address) => address !== '' && !written.has(address) && written.add(address));
      if (recipients.length > 0) sendTo(platform, account, { recipients, subject, text });
    });
  }
}

function deadContact(platform: Platform, account: Account): void {
  const contact = account.contacts.old();
  if (contact === undefined || platform.parts.world.byLogin.has(contact)) return;
  const domain = contact.slice(contact.lastIndexOf('@') + 1);
  platform.retire(domain.endsWith('.example') && account.rng.chance(0.1) ? domain : contact);
}

function bothAtOnce(platform: Platform, account: Account): void {
  sendOne(platform, account);
  platform.later(account.rng.between(20_000, 120_000), () => sendOne(platform, account));
}

function newPassword(platform: Platform, account: Account): void {
  const { rng, devices } = account;
  const by = rng.chance(0.85) ? 'owner' : 'operator';
  account.passwordNumber += 1;
  platform.tell({ kind: 'password', account: account.login, by });
  // Devices that do not know it yet go on trying.
  for (const device of devices.slice(1)) {
    for (let tries = rng.int(1, 12); tries > 0; tries -= 1) {
      platform.later(rng.exponential(2 * HOUR_MS), () => {
        const address = item(device.places, 0).addressAt(platform.nowMs);
        const wrong = `p${account.passwordNumber - 1}`;
        platform.login({ account, device, address, service: 'imap' }, { ok: false, wrong });
      });
    }
  }
}

function filterChanged(platform: Platform, account: Account): void {
  const { rng } = account;
  const place = item(rng.pick(account.devices).places, 0);
  platform.tell({
    kind: 'change',
    account: account.login,
    what: rng.weighted([
      ['filter', 6],
      ['app-password', 2],
      ['forward', 1],
      ['reply-to', 1],
    ] as const),
    clientAddress: place.addressAt(platform.nowMs),
  });
}
