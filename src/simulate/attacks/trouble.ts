/** Trouble that is no takeover of a person's mailbox: bad customers, hacked forms, machines gone mad, griefing. */
import { libraryClient } from '../clients.ts';
import { HOSTING } from '../autonomous-systems.ts';
import { forwardOne, forwardTarget, machineOf } from '../benign/machines.ts';
import { deviceNow, placeNow } from '../benign/person.ts';
import { newDevice } from '../build-world.ts';
import { DAY_MS, fixedPlace, systemPlace } from '../places.ts';
import type { Platform, Sending } from '../platform.ts';
import { item } from '../random.ts';
import { letter, subjectOf } from '../texts.ts';
import type { Account } from '../world.ts';
import { rareUrl, word, type Campaign } from './campaign.ts';
import type { Victim } from './evaders.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A customer mails an old list from the usual desk. */
export function planBadList(victim: Victim): number {
  const { platform, account, campaign, rng, fromMs } = victim;
  const size = Math.round(rng.about(5_000));
  const perMessage = Math.round(rng.about(50));
  const unknown = rng.between(0.1, 0.25);
  const subject = subjectOf(rng, account.style.language);
  const text = letter(rng, account.style, {});
  const count = Math.ceil(size / perMessage);
  for (let index = 0; index < count; index += 1) {
    platform.at(fromMs + index * rng.between(20_000, 40_000), () => {
      const device = deviceNow(platform, account);
      platform.send({
        account,
        device,
        place: placeNow(platform, account, device),
        recipients: strangers(victim, perMessage),
        attack: { persona: 'bulk-bad-list', campaign: campaign.id },
        fate: { unknown, spam: 0.02, complaint: 0.002, answer: 0.002 },
        letter: {
          fromName: account.style.ownName,
          headerFrom: account.login,
          to: [account.login],
          subject,
          text,
          extraFields: [['List-Unsubscribe', `<mailto:${account.login}?subject=leave>`]],
        },
      });
    });
  }
  return fromMs + count * 40_000;
}

function strangers({ platform, rng }: Victim, count: number): string[] {
  const { world } = platform.parts;
  return [...new Set(Array.from({ length: count }, () => world.stranger(rng)))];
}

/** One of many customers who signed up for this: new, linked, each with a little. */
export function planSnowshoe(victim: Victim): number {
  const { platform, account, rng, fromMs } = victim;
  account.devices.length = 0;
  const place = systemPlace(rng, platform.parts.book, HOSTING, 'server');
  const device = { ...newDevice(rng, 'program', [place]), client: libraryClient(rng) };
  const url = rareUrl(rng);
  const days = rng.about(6);
  platform.at(fromMs, () => {
    platform.tell({
      kind: 'account',
      account: account.login,
      tenant: account.tenant.domain,
      class: 'person',
      since: new Date(fromMs).toISOString(),
      timeZone: account.tenant.timeZone,
      addresses: [account.login],
    });
  });
  const count = rng.poisson(days * rng.about(50));
  for (let index = 0; index < count; index += 1) {
    platform.at(fromMs + HOUR_MS + rng.next() * days * DAY_MS, () => {
      sendBad(victim, {
        device,
        place,
        persona: 'snowshoe',
        unknown: 0.08,
        campaign: { ...victim.campaign, url },
      });
    });
  }
  return fromMs + HOUR_MS + days * DAY_MS;
}

type BadSending = Pick<Sending, 'device' | 'place'> & {
  readonly persona: string;
  readonly unknown: number;
  readonly campaign: Campaign;
  readonly credential?: string;
};

function sendBad(victim: Victim, sending: BadSending): void {
  const { platform, account, rng } = victim;
  const { device, place, persona, campaign, credential } = sending;
  const recipients = strangers(victim, credential === undefined ? 1 : rng.int(1, 30));
  const { subject, text } = word(platform, campaign, rng, {
    alike: 0.7,
    url: 0.8,
    to: item(recipients, 0),
  });
  platform.send({
    account,
    ...(credential !== undefined && { credential, isLocal: true }),
    device,
    place,
    recipients,
    attack: { persona, campaign: campaign.id },
    fate: { unknown: sending.unknown, spam: 0.08, complaint: 0.003, answer: 0 },
    letter: { fromName: '', headerFrom: account.login, to: recipients.slice(0, 1), subject, text },
  });
}

/** A form on a web site is made to write to anybody, in bursts at night. */
export function planScript(victim: Victim): number {
  const { platform, account, campaign, rng, fromMs } = victim;
  const place = fixedPlace('server', '127.0.0.1');
  const device = item(account.devices, 0);
  const credential = machineOf(platform, account).credential ?? 'script:contact.php';
  const nights = Math.round(rng.about(4));
  for (let night = 0; night < nights; night += 1) {
    const startMs = fromMs + night * DAY_MS;
    for (let left = Math.round(rng.about(60)); left > 0; left -= 1) {
      platform.at(startMs + rng.next() * 3 * HOUR_MS, () => {
        sendBad(victim, { device, place, persona: 'script', unknown: 0.15, campaign, credential });
      });
    }
  }
  return fromMs + nights * DAY_MS;
}

/** A monitor that says the same thing ten thousand times an hour. */
export function planAlertStorm(victim: Victim): number {
  const { platform, account, rng, fromMs } = victim;
  const machine = machineOf(platform, account);
  const lastsMs = rng.about(4) * MINUTE_MS;
  const count = Math.round((rng.about(10_000) * lastsMs) / HOUR_MS);
  const values = { name: '', number: '', date: new Date(fromMs).toISOString().slice(0, 10) };
  const text = machine.template.render(rng, values);
  const device = item(account.devices, 0);
  for (let index = 0; index < count; index += 1) {
    platform.at(fromMs + (index * lastsMs) / count, () => {
      platform.send({
        account,
        device,
        place: item(device.places, 0),
        recipients: machine.owners,
        attack: { persona: 'alert-storm' },
        fate: { unknown: 0, spam: 0, complaint: 0, answer: 0 },
        letter: {
          fromName: '',
          headerFrom: account.login,
          to: machine.owners,
          subject: machine.template.subject,
          text,
          extraFields: [['Auto-Submitted', 'auto-generated']],
        },
      });
    });
  }
  return fromMs + lastsMs;
}

/** The target of a forward is gone, and spam arrives for it. */
export function planBouncingForward(victim: Victim): number {
  const { platform, account, rng, fromMs } = victim;
  const to = forwardTarget(account);
  const days = 8;
  platform.at(fromMs, () => platform.retire(to));
  for (let left = Math.round(rng.about(60 * days)); left > 0; left -= 1) {
    platform.at(fromMs + rng.next() * days * DAY_MS, () => {
      const from = platform.parts.world.stranger(rng);
      forwardOne(platform, account, { from, to, isBad: true });
    });
  }
  return fromMs + days * DAY_MS;
}

/** Complaints that nobody can verify, and a few real ones of one enemy. */
export function planForgedComplaints(victim: Victim): number {
  const { platform, account, rng, fromMs } = victim;
  const enemy = platform.parts.world.stranger(rng);
  for (let left = Math.round(rng.about(120)); left > 0; left -= 1) {
    platform.at(fromMs + rng.next() * 4 * DAY_MS, () => {
      platform.tell({
        kind: 'complaint',
        account: account.login,
        feedbackType: 'abuse',
        reporter: rng.chance(0.2) ? enemy : platform.parts.world.stranger(rng),
        verified: false,
      });
    });
  }
  return fromMs + 4 * DAY_MS;
}

/** Bounces of mail that somebody else sent in the victim's name, and a flood of mail to it. */
export function planBackscatter(victim: Victim): number {
  const { platform, account, rng, fromMs } = victim;
  for (let left = Math.round(rng.about(400)); left > 0; left -= 1) {
    platform.at(fromMs + rng.next() * 2 * DAY_MS, () => bounceBack(platform, account));
  }
  return fromMs + 2 * DAY_MS;
}

function bounceBack(platform: Platform, account: Account): void {
  const { rng } = account;
  const recipient = platform.parts.world.stranger(rng);
  const host = recipient.slice(recipient.lastIndexOf('@') + 1);
  platform.tell({
    kind: 'received',
    account: account.login,
    headerFrom: `mailer-daemon@${host}`,
    messageId: `<${rng.hex(18)}@${host}>`,
  });
  // The door that reads bounces finds no message of ours behind it.
  platform.tell({
    kind: 'delivery',
    queueId: `7X${rng.text('0123456789BCDFGHJK', 8)}`,
    recipient,
    result: 'bounced',
    status: '5.1.1',
    reply: `550 5.1.1 <${recipient}>: Recipient address rejected: User unknown`,
    remote: host,
  });
}
