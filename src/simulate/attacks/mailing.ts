/** A thief mails from somebody's account, as a row of personas.ts says. */
import { webmailClient, type MailClient } from '../clients.ts';
import { CLOUD, FOREIGN, HOSTING, VPN } from '../autonomous-systems.ts';
import { newDevice } from '../build-world.ts';
import { zoneMinutes } from '../local-clock.ts';
import { DAY_MS, homeLine, systemPlace, type Place } from '../places.ts';
import type { Platform } from '../platform.ts';
import { item, type Rng } from '../random.ts';
import { letter, makeStyle, quoted } from '../texts.ts';
import type { Account, Device, Waiting } from '../world.ts';
import { word, type Campaign } from './campaign.ts';
import type { Persona } from './personas.ts';

const HOUR_MS = 3_600_000;

export interface Theft {
  readonly platform: Platform;
  readonly account: Account;
  readonly persona: Persona;
  readonly campaign: Campaign;
  readonly rng: Rng;
  /** When the thief is in. */
  readonly fromMs: number;
  /** Known and new recipients take turns, in place of chance. */
  readonly alternates?: boolean;
  /** Mail begins this much later than the session. */
  readonly quietMs?: number;
  /** The thief's way in, when it is there already. */
  readonly foothold?: Foothold;
}

/** A device and where it is at the moment. */
export interface Foothold {
  readonly device: Device;
  readonly placeNow: (atMs: number) => Place;
}

/** Plans the whole takeover and gives its end. */
export function planTheft(theft: Theft): number {
  const { platform, account, rng, fromMs, quietMs = 0 } = theft;
  const persona = vary(theft.persona, rng);
  const foothold = theft.foothold ?? makeFoothold(theft, persona);
  const toMs = Math.min(fromMs + quietMs + persona.days * DAY_MS, platform.parts.endMs - 1);
  platform.at(fromMs, () => enter(theft, persona, foothold));
  const moments = momentsOf({ persona, rng, account, fromMs: fromMs + quietMs, toMs });
  moments.forEach((atMs, index) => {
    platform.at(atMs, () => mail({ ...theft, persona }, foothold, index));
  });
  if (persona.reads) {
    for (let atMs = fromMs; atMs < toMs; atMs += rng.exponential(8 * HOUR_MS)) {
      platform.at(atMs, () => read(theft, foothold));
    }
  }
  return toMs;
}

/** Each figure give or take a half; shares stay shares. */
function vary(persona: Persona, rng: Rng): Persona {
  const share = (value: number): number =>
    value >= 0.9 ? Math.min(1, 1 - rng.about(1 - value)) : Math.min(0.98, rng.about(value));
  return {
    ...persona,
    days: rng.between(0.8, 1.2) * persona.days,
    perDay: rng.about(persona.perDay),
    recipients: persona.recipients === 1 ? 1 : Math.round(rng.about(persona.recipients)),
    fresh: share(persona.fresh),
    unknown: rng.about(persona.unknown),
    alike: share(persona.alike),
    url: share(persona.url),
    replyTo: share(persona.replyTo),
    slips: share(persona.slips),
    spam: rng.about(persona.spam),
    complaint: rng.about(persona.complaint),
  };
}

export function makeFoothold(theft: Theft, persona: Persona): Foothold {
  const { platform, account, rng, campaign } = theft;
  if (persona.origin === 'own') {
    const device = item(account.devices, 0);
    const place = item(device.places, 0);
    return { device, placeNow: () => place };
  }
  const { book } = platform.parts;
  const { country } = account.tenant;
  const drawn = (): Place => {
    switch (persona.origin) {
      case 'hosting':
        return systemPlace(rng, book, HOSTING, 'server');
      case 'vpn-daily':
        return systemPlace(rng, book, VPN, 'abroad');
      case 'botnet':
        return systemPlace(rng, book, rng.chance(0.7) ? FOREIGN : HOSTING, 'abroad');
      case 'same-country':
        return homeLine(rng, book, country);
      default:
        return systemPlace(
          rng,
          book,
          rng.weighted([
            [FOREIGN, 5],
            [VPN, 2],
            [HOSTING, 3],
          ] as const),
          'abroad',
        );
    }
  };
  const first =
    persona.client === 'api'
      ? systemPlace(rng, book, rng.chance(0.5) ? CLOUD : FOREIGN, 'server')
      : drawn();
  const device: Device = {
    ...newDevice(rng, persona.client === 'webmail' ? 'webmail' : 'desktop', [first]),
    client: clientOf(persona, account, campaign, rng),
  };
  return { device, placeNow: mover(persona, rng, first, drawn) };
}

function mover(persona: Persona, rng: Rng, first: Place, draw: () => Place): Foothold['placeNow'] {
  let place = first;
  let day = -1;
  let left = 1;
  return (atMs) => {
    const today = Math.floor(atMs / DAY_MS);
    if (persona.origin === 'botnet') {
      left -= 1;
      if (left < 0) {
        place = draw();
        left = rng.int(1, 3);
      }
    } else if (persona.origin === 'vpn-daily' && today !== day) place = draw();
    day = today;
    return place;
  };
}

function clientOf(persona: Persona, account: Account, campaign: Campaign, rng: Rng): MailClient {
  switch (persona.client) {
    case 'webmail':
      return webmailClient(rng);
    case 'api':
      return campaign.library;
    case 'mimic':
      return item(account.devices, 0).client;
    default:
      return campaign.tool;
  }
}

interface Timing {
  readonly persona: Persona;
  readonly rng: Rng;
  readonly account: Account;
  readonly fromMs: number;
  readonly toMs: number;
}

function momentsOf({ persona, rng, account, fromMs, toMs }: Timing): number[] {
  const count = Math.max(1, rng.poisson((persona.perDay * (toMs - fromMs)) / DAY_MS));
  const isRegular = persona.hours === 'any' && rng.chance(0.3);
  const moments: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const share = isRegular ? (index + rng.between(0.45, 0.55)) / count : rng.next();
    const atMs = fromMs + 60_000 + share * (toMs - fromMs - 60_000);
    moments.push(
      persona.hours === 'office' && persona.days >= 1 ? inOffice(rng, account, atMs) : atMs,
    );
  }
  const inside = moments.filter((atMs) => atMs >= fromMs && atMs <= toMs);
  // Nobody steals an account for nothing.
  return inside.length > 0 ? inside.sort((one, other) => one - other) : [(fromMs + toMs) / 2];
}

/** The same day, between eight and six o'clock of the owner. */
function inOffice(rng: Rng, account: Account, atMs: number): number {
  const zone = zoneMinutes(account.tenant.timeZone, atMs) * 60_000;
  const midnight = Math.floor((atMs + zone) / DAY_MS) * DAY_MS - zone;
  return midnight + rng.between(8, 18) * HOUR_MS;
}

function enter(theft: Theft, persona: Persona, { device, placeNow }: Foothold): void {
  const { platform, account, rng } = theft;
  if (persona.origin === 'own') return;
  const address = placeNow(platform.nowMs).addressAt(platform.nowMs);
  const service = device.kind === 'webmail' ? 'webmail' : persona.reads ? 'imap' : 'submission';
  if (rng.chance(0.3)) {
    platform.login({ account, device, address, service }, { ok: false, wrong: rng.hex(6) });
  }
  platform.login({ account, device, address, service });
  if (!rng.chance(persona.changes)) return;
  const what = rng.weighted([
    ['filter', 5],
    ['forward', 3],
    ['reply-to', 1],
    ['export', 1],
  ] as const);
  platform.later(rng.exponential(HOUR_MS / 3), () => {
    platform.tell({ kind: 'change', account: account.login, what, clientAddress: address });
  });
}

function read({ platform, account }: Theft, { device, placeNow }: Foothold): void {
  const address = placeNow(platform.nowMs).addressAt(platform.nowMs);
  platform.login({
    account,
    device,
    address,
    service: device.kind === 'webmail' ? 'webmail' : 'imap',
  });
}

function mail(theft: Theft, { device, placeNow }: Foothold, index: number): void {
  const { platform, account, persona, campaign, rng } = theft;
  const answered = persona.answers && rng.chance(0.9) ? pickThread(account, rng) : undefined;
  const recipients = answered === undefined ? chooseVictims(theft, index) : [answered.from];
  const to = item(recipients, 0);
  const { subject, text } = wordFor(theft, to);
  platform.send({
    account,
    device,
    place: placeNow(platform.nowMs),
    recipients,
    attack: { persona: persona.name, campaign: campaign.id },
    fate: {
      unknown: persona.unknown,
      spam: persona.spam,
      complaint: persona.complaint,
      answer: 0.01,
    },
    letter: {
      fromName: rng.chance(0.8) ? account.style.ownName : '',
      headerFrom: account.login,
      // A crowd is hidden; a few are named.
      to: recipients.length > 10 ? [] : recipients,
      subject: answered === undefined ? subject : `Re: ${answered.subject.replace(/^(Re: )+/, '')}`,
      text: answered === undefined ? text : quoted(text, answered.text),
      ...(rng.chance(persona.replyTo) && { replyTo: campaign.contact }),
      ...(answered !== undefined && {
        inReplyTo: answered.messageId,
        references: [answered.messageId],
      }),
      ...(persona.kind === 'thread' &&
        rng.chance(0.4) && {
          attachments: [
            rng.pick([
              { name: 'document.html', contentType: 'text/html' },
              { name: 'scan.iso', contentType: 'application/octet-stream' },
              { name: 'details.zip', contentType: 'application/zip' },
            ]),
          ],
        }),
    },
  });
}

function pickThread(account: Account, rng: Rng): Waiting | undefined {
  return account.inbox.length > 0 ? rng.pick(account.inbox) : undefined;
}

function chooseVictims(theft: Theft, index: number): string[] {
  const { platform, account, persona, campaign, rng } = theft;
  const victims = new Set<string>();
  for (
    let draw = 0;
    draw < persona.recipients * 2 && victims.size < persona.recipients;
    draw += 1
  ) {
    const isFresh = theft.alternates === true ? index % 2 === 0 : rng.chance(persona.fresh);
    const fresh = (): string =>
      rng.chance(0.15) ? rng.pick(campaign.harvest) : platform.parts.world.stranger(rng);
    victims.add(isFresh ? fresh() : (account.contacts.old() ?? fresh()));
  }
  return [...victims];
}

/** Who mimics writes like the owner but for a slip now and then; the others use the campaign's text. */
function wordFor(theft: Theft, to: string): { readonly subject: string; readonly text: string } {
  const { platform, account, persona, campaign, rng } = theft;
  const made = word(platform, campaign, rng, { alike: persona.alike, url: persona.url, to });
  if (persona.client !== 'mimic') return made;
  const style = rng.chance(persona.slips)
    ? makeStyle(rng, 'en', account.style.ownName)
    : account.style;
  const [, ...lines] = made.text.split('\n');
  return {
    subject: made.subject,
    text: letter(rng, { ...style, length: 1 }, { to, extra: lines.slice(0, -1) }),
  };
}
