/** What comes over the whole platform: guessing of passwords, an outage, a move to new programs, a mass reset. */
import { desktopClient } from '../clients.ts';
import { FOREIGN, HOSTING } from '../autonomous-systems.ts';
import { newDevice } from '../build-world.ts';
import { DAY_MS, systemPlace } from '../places.ts';
import type { Platform } from '../platform.ts';
import { item, type Rng } from '../random.ts';
import type { Account } from '../world.ts';

const HOUR_MS = 3_600_000;

/** Days from the start; drawn once a run. */
export function planWeather(platform: Platform, days: number): void {
  const rng = platform.rng.child('weather');
  const { startMs, world } = platform.parts;
  const day = (share: number): number =>
    startMs + Math.floor(rng.between(share - 0.1, share + 0.1) * days) * DAY_MS;
  platform.at(day(0.45) + 10 * HOUR_MS, () => outage(platform, rng));
  platform.at(day(0.55) + 6 * HOUR_MS, () => migration(platform, rng));
  platform.at(day(0.8) + 8 * HOUR_MS, () => massReset(platform, rng));
  for (let at = 0; at < days; at += 1) {
    platform.at(startMs + at * DAY_MS + 1, () => {
      for (let left = rng.poisson(world.accounts.length / 40); left > 0; left -= 1) {
        platform.later(rng.next() * DAY_MS * 0.99, () => guess(platform, rng));
      }
    });
  }
}

/** Somebody tries passwords that are wrong, on one account or along the list. */
function guess(platform: Platform, rng: Rng): void {
  const { world, book } = platform.parts;
  const place = systemPlace(rng, book, rng.chance(0.5) ? FOREIGN : HOSTING, 'abroad');
  const one = rng.pick(world.accounts);
  const spraying = rng.chance(0.5);
  const device = newDevice(rng, 'program', [place]);
  for (let tries = rng.int(1, 15); tries > 0; tries -= 1) {
    platform.later(tries * rng.between(500, 60_000), () => {
      const account = spraying ? rng.pick(world.accounts) : one;
      platform.login(
        { account, device, address: place.addressAt(platform.nowMs), service: 'submission' },
        {
          ok: false,
          wrong: rng.hex(8),
        },
      );
    });
  }
}

/** The route to one big place is gone for hours: mail is deferred, nobody is to blame. */
function outage(platform: Platform, rng: Rng): void {
  const lost = platform.parts.world.stranger(rng);
  const domain = lost.slice(lost.lastIndexOf('@') + 1);
  platform.retire(domain);
  platform.later(rng.between(3, 12) * HOUR_MS, () => platform.restore(domain));
}

/** A tenant gives all its people the same new program in a week. */
function migration(platform: Platform, rng: Rng): void {
  const tenant = rng.pick(platform.parts.world.tenants);
  const salt = rng.hex(6);
  for (const account of peopleOf(tenant.members)) {
    platform.later(rng.between(0, 5) * DAY_MS, () => {
      const at = account.devices.findIndex(({ kind }) => kind === 'desktop');
      if (at < 0) return;
      const old = item(account.devices, at);
      const client = desktopClient(account.rng.child(salt));
      account.devices[at] = { ...newDevice(account.rng, 'desktop', old.places), client };
    });
  }
}

/** After a scare everybody of a tenant gets a new password; devices fail until they know it. */
function massReset(platform: Platform, rng: Rng): void {
  const tenant = rng.pick(platform.parts.world.tenants);
  for (const account of peopleOf(tenant.members)) {
    account.passwordNumber += 1;
    platform.tell({ kind: 'password', account: account.login, by: 'operator' });
    for (const device of account.devices) {
      for (let tries = rng.int(0, 8); tries > 0; tries -= 1) {
        platform.later(rng.exponential(3 * HOUR_MS), () => {
          const address = item(device.places, 0).addressAt(platform.nowMs);
          const wrong = `p${account.passwordNumber - 1}`;
          platform.login({ account, device, address, service: 'imap' }, { ok: false, wrong });
        });
      }
    }
  }
}

function peopleOf(members: readonly Account[]): readonly Account[] {
  return members.filter(({ cohort }) => cohort === 'person');
}
