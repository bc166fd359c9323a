/**
 * The mail platform at work: takes what people, programs and thieves do and tells it as the events
 * that doors would have seen, in order of time, with what the rest of the world answers.
 */
import type { PrimumEvent, Service } from '../core/event.ts';
import { Agenda } from './agenda.ts';
import type { World } from './build-world.ts';
import { compose, type Letter } from './compose.ts';
import { zoneMinutes } from './local-clock.ts';
import type { AddressBook } from './networks.ts';
import type { Place } from './places.ts';
import type { Rng } from './random.ts';
import { remoteReply, type Outcome } from './remote.ts';
import type { TextSource } from './texts.ts';
import { MAX_BODY_CHARS, type Truth } from './truth.ts';
import { remember, type Account, type Device } from './world.ts';

type WithoutBase<T> = T extends PrimumEvent ? Omit<T, 'v' | 'id' | 'at'> : never;
/** An event before it has its id and time. */
export type Told = WithoutBase<PrimumEvent>;

/** How likely each recipient's side answers in which way. */
export interface Fate {
  readonly unknown: number;
  readonly spam: number;
  readonly complaint: number;
  /** Share that answers by mail. */
  readonly answer: number;
}

export const ORDINARY: Fate = { unknown: 0.006, spam: 0.0005, complaint: 0.00002, answer: 0.3 };

export interface Sending {
  readonly account: Account;
  readonly credential?: string;
  readonly device: Device;
  readonly place: Place;
  readonly recipients: readonly string[];
  readonly letter: Letter;
  readonly fate: Fate;
  readonly attack?: { readonly persona: string; readonly campaign?: string };
  /** Without a login: a script on the host itself. */
  readonly isLocal?: boolean;
  readonly envelopeSender?: string;
}

/** Somebody at a device, from an address, at a door. */
export interface Session {
  readonly account: Account;
  readonly device: Device;
  readonly address: string;
  readonly service: Service;
}

export interface PlatformParts {
  readonly rng: Rng;
  readonly book: AddressBook;
  readonly world: World;
  readonly texts: TextSource;
  readonly startMs: number;
  readonly endMs: number;
  /** Benign anomalies are this many times as frequent. */
  readonly anomalies: number;
  tell(event: object): void;
  truth(row: Truth): void;
}

export class Platform {
  readonly parts: PlatformParts;
  readonly agenda = new Agenda();
  readonly rng: Rng;
  nowMs: number;
  #events = 0;
  #queued = 0;
  /** Where a program last opened its mailbox. */
  readonly #readAt = new WeakMap<Device, string>();
  /** Addresses and domains that do not take mail any more. */
  readonly #gone = new Set<string>();

  constructor(parts: PlatformParts) {
    this.parts = parts;
    this.rng = parts.rng.child('platform');
    this.nowMs = parts.startMs;
  }

  /** Runs at that time; after the end it does not happen. */
  at(atMs: number, run: () => void): void {
    const when = Math.max(Math.round(atMs), this.nowMs);
    if (when < this.parts.endMs) this.agenda.add(when, run);
  }

  later(delayMs: number, run: () => void): void {
    this.at(this.nowMs + delayMs, run);
  }

  /** Does what is due before that time. */
  runUntil(untilMs: number, limit: number): boolean {
    for (let done = 0; done < limit; done += 1) {
      if (this.agenda.nextMs() >= untilMs) return false;
      const entry = this.agenda.take();
      if (entry === undefined) return false;
      this.nowMs = entry.atMs;
      entry.run();
    }
    return true;
  }

  tell(event: Told): string {
    this.#events += 1;
    const id = `s${this.#events.toString(36).padStart(7, '0')}`;
    const { kind, ...rest } = event;
    this.parts.tell({ v: 1, kind, id, at: new Date(this.nowMs).toISOString(), ...rest });
    return id;
  }

  login(
    { account, device, address, service }: Session,
    options: { readonly ok?: boolean; readonly wrong?: string } = {},
  ): void {
    const { ok = true, wrong } = options;
    if (ok && service === 'imap') this.#readAt.set(device, address);
    this.tell({
      kind: 'login',
      account: account.login,
      service,
      ok,
      clientAddress: address,
      mechanism: device.client.mechanism,
      tls: device.client.tls,
      passwordHash: wrong ?? `p${account.passwordNumber}`,
      ...(device.deviceId !== undefined && { deviceId: device.deviceId }),
    });
  }

  /** Logs in, submits, and lets the world answer. Gives the submission's id. */
  send(sending: Sending): { readonly id: string; readonly messageId: string } {
    const { account, device, attack } = sending;
    const address = sending.place.addressAt(this.nowMs);
    const shown = this.#shownAddress(sending, address);
    if (attack === undefined) this.#openMailbox(account, device, address);
    if (device.kind === 'webmail') this.login({ account, device, address, service: 'webmail' });
    else if (sending.isLocal !== true && sending.credential === undefined) {
      this.login({ account, device, address, service: 'submission' });
    }
    const clock = {
      atMs: this.nowMs,
      zoneMinutes: zoneMinutes(account.tenant.timeZone, this.nowMs),
    };
    const { raw, messageId } = compose(this.rng, device.client, sending.letter, clock);
    const queueId = this.#queueId();
    const id = this.tell({
      kind: 'submission',
      mta: 'mx1',
      account: account.login,
      ...(sending.credential !== undefined && { credential: sending.credential }),
      queueId,
      service: sending.isLocal === true ? 'sendmail' : 'submission',
      clientAddress: shown,
      ...(sending.isLocal !== true && {
        heloName: device.client.heloName(address),
        mechanism: device.client.mechanism,
        tls: device.client.tls,
      }),
      envelopeSender: sending.envelopeSender ?? account.login,
      envelopeRecipients: sending.recipients,
      sizeBytes: Buffer.byteLength(raw),
      message: { raw },
    });
    this.parts.truth({
      submission: id,
      attack: attack?.persona ?? null,
      ...(attack?.campaign !== undefined && { campaign: attack.campaign }),
      ...(attack !== undefined && { recipients: sending.recipients.length }),
    });
    const sent: Sent = { sending, id, queueId, messageId };
    for (const recipient of sending.recipients) this.#deliver(sent, recipient);
    return { id, messageId };
  }

  /** A mail program has its mailbox open while its owner writes, and opens it anew at another address. */
  #openMailbox(account: Account, device: Device, address: string): void {
    if (!device.reads || device.kind === 'webmail') return;
    if (this.#readAt.get(device) === address) return;
    this.login({ account, device, address, service: 'imap' });
  }

  /** From now on mail to this address or domain bounces, or is not taken at all. */
  retire(addressOrDomain: string): void {
    this.#gone.add(addressOrDomain);
  }

  /** It takes mail again. */
  restore(addressOrDomain: string): void {
    this.#gone.delete(addressOrDomain);
  }

  #shownAddress({ account, device, isLocal }: Sending, address: string): string {
    if (isLocal === true) return '127.0.0.1';
    const server = account.tenant.webmail;
    return device.kind === 'webmail' && server !== undefined
      ? server.addressAt(this.nowMs)
      : address;
  }

  #queueId(): string {
    this.#queued += 1;
    return `4${this.#queued.toString(36).toUpperCase().padStart(8, '0')}`;
  }

  #deliver(sent: Sent, recipient: string): void {
    const local = this.parts.world.byLogin.get(recipient);
    const outcome = local === undefined ? this.#outcome(sent.sending.fate, recipient) : 'ok';
    const soon = local === undefined ? 800 + this.rng.exponential(4_000) : 200;
    this.later(soon, () => {
      this.#report(sent, recipient, outcome);
      if (outcome !== 'ok' && outcome !== 'greylist' && outcome !== 'rate') return;
      if (local !== undefined) this.#receive(sent, local);
      else this.#answer(sent, recipient);
      if (this.rng.chance(sent.sending.fate.complaint)) this.#complain(sent, recipient);
    });
    if (outcome === 'greylist' || outcome === 'rate') {
      this.later(soon + 300_000 + this.rng.exponential(400_000), () =>
        this.#report(sent, recipient, 'ok'),
      );
    }
  }

  #outcome(fate: Fate, recipient: string): Outcome {
    const domain = recipient.slice(recipient.lastIndexOf('@') + 1);
    if (this.#gone.has(domain)) return 'dead';
    if (this.#gone.has(recipient)) return 'unknown';
    return this.rng.weighted<Outcome>([
      ['unknown', fate.unknown],
      ['spam', fate.spam],
      ['full', 0.0015],
      ['greylist', 0.02],
      ['rate', 0.001 + fate.spam / 4],
      ['ok', Math.max(0.01, 1 - fate.unknown - fate.spam)],
    ]);
  }

  #report(sent: Sent, recipient: string, outcome: Outcome): void {
    const { result, status, reply, remote } = remoteReply(this.rng, recipient, outcome);
    this.tell({
      kind: 'delivery',
      mta: 'mx1',
      submission: sent.id,
      queueId: sent.queueId,
      recipient,
      result,
      status,
      reply,
      remote,
    });
  }

  #receive({ sending, messageId }: Sent, local: Account): void {
    const { headerFrom, subject, text } = sending.letter;
    this.tell({ kind: 'received', account: local.login, headerFrom, messageId });
    if (sending.attack !== undefined || !this.rng.chance(sending.fate.answer)) return;
    remember(local, { from: headerFrom, messageId, subject, text: text.slice(0, MAX_BODY_CHARS) });
  }

  #answer({ sending }: Sent, recipient: string): void {
    const { account, fate, letter } = sending;
    if (!this.rng.chance(fate.answer)) return;
    this.later(this.rng.lognormal(2.5 * 3_600_000, 1.3), () => {
      this.inbound(account, recipient, { subject: `Re: ${letter.subject}`, text: letter.text });
    });
  }

  /** Mail from outside arrives, perhaps to be answered one day. */
  inbound(
    account: Account,
    from: string,
    about: { readonly subject: string; readonly text: string; readonly mayBeAnswered?: boolean },
  ): void {
    const messageId = `<${this.rng.hex(20)}@${from.slice(from.lastIndexOf('@') + 1)}>`;
    this.tell({ kind: 'received', account: account.login, headerFrom: from, messageId });
    if (about.mayBeAnswered === false || !this.rng.chance(0.45)) return;
    const text = about.text.slice(0, MAX_BODY_CHARS);
    remember(account, { from, messageId, subject: about.subject, text });
  }

  /** What the far side of a forward said. */
  forwardAnswered(mail: {
    readonly queueId: string;
    readonly recipient: string;
    readonly isBad: boolean;
  }): void {
    const { queueId, recipient, isBad } = mail;
    const outcome = this.#gone.has(recipient) ? 'unknown' : isBad ? 'spam' : 'ok';
    const answer = remoteReply(this.rng, recipient, outcome);
    this.tell({ kind: 'delivery', mta: 'mx1', queueId, recipient, ...answer });
  }

  #complain({ id, queueId }: Sent, recipient: string): void {
    this.later(this.rng.lognormal(6 * 3_600_000, 1), () => {
      this.tell({
        kind: 'complaint',
        submission: id,
        queueId,
        feedbackType: 'abuse',
        reporter: recipient,
        verified: true,
      });
    });
  }
}

interface Sent {
  readonly sending: Sending;
  readonly id: string;
  readonly queueId: string;
  readonly messageId: string;
}
