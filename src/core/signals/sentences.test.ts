/** Each signal of the registry: an input that makes it speak, and the sentence it says. */
import { describe, expect, it } from 'vitest';
import { createKeyedHash } from '../hash.ts';
import type { ContentKnown } from '../message/content.ts';
import { NOTHING_CAME_BACK } from '../outcomes-known.ts';
import { AccountRecord } from '../profile/account-record.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';
import { UNKNOWN_NETWORK } from '../network.ts';
import type { Looked } from '../rules/content.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import { addLateEvidence } from '../score.ts';
import { CONTENT_SIGNALS, MEASURES, SIGNALS } from './registry.ts';

const NOW = Date.UTC(2026, 2, 10, 3);
const DAY_MS = 86_400_000;
const KEY = [1, 2] as const;
const hash = createKeyedHash(new Uint8Array(16));
const ROWS = Array.from({ length: 32 }, (_, i) => i + 1) as unknown as NonNullable<
  ContentKnown['text']
>['rows'];

/** Twenty days of three messages at ten o'clock, unless there are to be more. */
function profile(): IdentityProfile {
  const made = new IdentityProfile(undefined);
  const network = { asn: 1, country: 'DE' };
  for (let i = 0; i < 60; i += 1) {
    const nowMs = NOW - (20 - Math.floor(i / 3)) * DAY_MS;
    made.learnMessage({ nowMs, recipients: 1, hourOfWeek: (i % 5) * 24 + 10 });
    made.learnContext(KEY, { nowMs, accepted: true, network });
  }
  return made;
}

/** Only what signals read; the rest of the world is not asked. */
function subject(changes: object = {}): SubmissionSubject {
  return {
    event: {
      kind: 'submission',
      account: 'ann@example.org',
      clientAddress: '10.0.0.1',
      envelopeSender: 'ann@example.org',
      envelopeRecipients: ['a@dest.test'],
      sizeBytes: 4_000,
    },
    world: {
      hash,
      isOwnDomain: () => false,
      isFreemail: (domain: string) => domain === 'freemail.test',
      attachmentKinds: new Map([['exe', 'executable']]),
      policy: {
        timeZone: 'UTC',
        domains: [],
        outcomes: { suppression: { unknown: 'observe', complained: 'observe' } },
      },
    },
    nowMs: NOW,
    facts: {
      class: 'person',
      tenant: 'example.org',
      addresses: ['ann@example.org'],
      domains: [],
      source: 'directory',
    },
    network: UNKNOWN_NETWORK,
    context: { key: KEY, text: '000000010000' },
    profile: profile(),
    account: new AccountRecord(undefined),
    outcomes: { ...NOTHING_CAME_BACK, fresh: 1, strangers: 1 },
    ...changes,
  } as unknown as SubmissionSubject;
}

const content = (derived: object, changes: object = {}): ContentKnown => ({
  derived: { version: 1, sizeBytes: 1, ...derived },
  isNew: true,
  platformIsKnown: true,
  replyToIsUsual: false,
  ...changes,
});

const withEvent = (more: object): SubmissionSubject =>
  subject({ event: { ...subject().event, ...more } });
const seen = (derived: object, changes: object = {}): SubmissionSubject =>
  subject({ content: content(derived, changes) });

function copied(): SubmissionSubject {
  const made = subject({ content: content({}, { text: { rows: ROWS, words: 40 } }) });
  made.profile.detection.learnCopy({
    seconds: NOW / 1000 - 60,
    recipients: [0, 0],
    sizeBytes: 4_000,
    rows: Uint8Array.from(ROWS),
  });
  return made;
}

const unseenCopy = (): SubmissionSubject => ({ ...copied(), content: undefined }) as never;

function busy(): SubmissionSubject {
  const made = subject();
  for (let i = 0; i < 30; i += 1) {
    made.profile.learnMessage({ nowMs: NOW, recipients: 1, hourOfWeek: 3 });
  }
  return made;
}

/** Three answers of the last hour, the third one now. */
function inARow(): SubmissionSubject {
  const made = seen({ isReply: true });
  for (const seconds of [NOW / 1000 - 60, NOW / 1000 - 900]) {
    const copy = { seconds, recipients: [0, 0], sizeBytes: 0, rows: new Uint8Array(32) } as const;
    made.profile.detection.learnCopy(copy);
  }
  return made;
}

function bounced(): SubmissionSubject {
  const week = { known: 20, hard: 3, unknown: 2, complaints: 1 };
  const made = subject({ outcomes: { ...NOTHING_CAME_BACK, week } });
  made.profile.detection.touchLane(0, NOW / 1000);
  addLateEvidence(made.profile, { key: KEY, by: [4, 4, 4, 4], sentMs: NOW });
  return made;
}

/** The sentence of a yes, with the own and the others' value. */
// prettier-ignore
const MEASURED: Readonly<Record<string, { readonly of: () => SubmissionSubject; readonly says: string }>> = {
  'new-recipients': { of: subject, says: '1 of 1 recipients never had mail from this account nor wrote to it; usually that is so of 7 % of its messages, as of others.' },
  'many-recipients': { of: () => withEvent({ envelopeRecipients: Array.from({ length: 9 }, (_, i) => `r${i}@dest.test`) }), says: '9 recipients in one message; 8 or more have 3 % of its messages, as of others.' },
  'not-an-answer': { of: () => seen({ isReply: false }), says: 'It answers nothing; that is so of 55 % of its messages, as of others.' },
  'own-copies': { of: copied, says: 'Nearly the same text went to other people in the last three days; usually that is so of 6 % of its messages, as of others.' },
  'same-size': { of: unseenCopy, says: 'It is as long (4000 bytes) as another to other strangers in the last three days; usually that is so of 15 % of its messages, as of others.' },
  'new-url-host': { of: () => seen({}, { newHosts: [{ host: 'odd.test', isKnownElsewhere: false }] }), says: 'Links lead to odd.test, which nobody here has linked to before; usually that is so of 4 % of its messages, as of others.' },
  payment: { of: () => seen({ paymentWords: 3 }), says: 'It is about payment (3 such words); usually that is so of 8 % of its messages, as of others.' },
};

// prettier-ignore
const SPOKEN: Readonly<Record<string, { readonly of: () => SubmissionSubject; readonly says: string }>> = {
  hour: { of: subject, says: 'Sent at an hour of the week at which 36 % of an even share of its mail is sent.' },
  'busy-day': { of: busy, says: 'Message 31 of this day; 3 a day are usual.' },
  'answers-in-a-row': { of: inARow, says: 'An answer, and message 3 within an hour to strangers or from places hardly known; 3 a day are usual.' },
  'foreign-sender': { of: () => withEvent({ envelopeSender: 'x@freemail.test' }), says: "The sender address is in freemail.test, a freemail provider; the account's mail comes from example.org." },
  outcomes: { of: bounced, says: 'In the last week 2 of 20 recipients did not exist, 1 of 20 could not be reached for good, 1 complained; it weighs 4.0 against this use.' },
  'suppressed-recipient': { of: () => subject({ outcomes: { ...NOTHING_CAME_BACK, suppressed: [{ kind: 'unknown', isOwn: false, atMs: NOW, recipient: 'a@dest.test' }] } }), says: '1 of 1 recipients did not exist when somebody here last wrote to them (2026-03-10).' },
};

const cluster = { accounts: 4, authors: 4, tenants: 2, messages: 9, firstMs: NOW };
const replyTo = (): SubmissionSubject =>
  withEvent({ message: { replyTo: 'x@freemail.test', headerFrom: 'ann@example.org' } });
const exe = {
  extension: 'exe',
  declaredType: 'application/octet-stream',
  trueType: '',
  sizeBytes: 1,
  sha256: '',
};

// prettier-ignore
const READ: Readonly<Record<string, { readonly of?: () => SubmissionSubject; readonly content: ContentKnown; readonly says: string }>> = {
  'near-duplicate': { content: content({}, { cluster }), says: 'Nearly the same text came from 4 accounts of 2 tenants in 72 hours; usually a text has one sender.' },
  'reply-to': { of: replyTo, content: content({}), says: 'Answers are to go to freemail.test, a freemail provider; the sender is at example.org and never asked for this.' },
  'listed-host': { content: content({ listedHosts: [{ host: 'bad.test', list: 'ours' }] }), says: 'Links lead to listed hosts: bad.test (on ours); usually none is.' },
  'dangerous-attachment': { content: content({ attachments: [exe] }), says: 'Attachments that carry harm: .exe, a program; usually there is none.' },
  'external-spam': { content: content({ scans: [{ scanner: 'rspamd', result: 'spam', score: 12 }] }), says: 'The filter rspamd says spam with 12 points; usually it lets mail pass.' },
  wording: { content: content({ credentialWords: 3, urlCount: 1 }), says: 'It asks for credentials (3 such words) and gives a link; usually there is one such word at most.' },
  'asks-nothing': { content: content({ paymentWords: 0, credentialWords: 0 }), says: 'It asks for nothing.' },
  malformed: { content: content({ malformed: ['no-body'] }), says: 'The message is malformed (no-body), so only a part of it could be looked at.' },
  'bulk-tool': { content: content({ bulkTools: ['interspire'] }), says: 'Written with interspire, a tool for bulk mail; people use a mail program.' },
};

const looked = (of: SubmissionSubject, known: ContentKnown): Looked =>
  ({ subject: of, content: known, rules: {} }) as unknown as Looked;

describe('SND-6: every signal has a sentence', () => {
  it.each(MEASURES.map((measure) => [measure.signal, measure] as const))(
    '%s says what was seen, what is usual, and what for others',
    (name, measure) => {
      const row = MEASURED[name];
      const of = row?.of() as SubmissionSubject;
      expect(measure.look(of)).toBe(true);
      const usual = `${Math.round(measure.prior(of).rate * 100)} %`;
      expect(measure.text(of, true, usual)).toBe(row?.says);
    },
  );

  it.each(Object.entries(SPOKEN))('%s says it', (name, { of, says }) => {
    const said = SIGNALS.map((signal) => signal(of())).filter((one) => one?.signal === name);
    expect(said).toEqual([expect.objectContaining({ signal: name, text: says })]);
  });

  it.each(Object.entries(READ))('%s says it', (name, { of = subject, content: known, says }) => {
    const said = CONTENT_SIGNALS.map((signal) => signal(looked(of(), known))).filter(
      (one) => one?.signal === name,
    );
    expect(said).toEqual([expect.objectContaining({ signal: name, text: says })]);
  });

  it('and each that is registered is in these tables', () => {
    expect(MEASURES.map(({ signal }) => signal).sort()).toEqual(Object.keys(MEASURED).sort());
    expect(SIGNALS).toHaveLength(Object.keys(SPOKEN).length);
    expect(CONTENT_SIGNALS).toHaveLength(Object.keys(READ).length);
  });
});
