/** A gate with the shipped policy, out of anybody's reach, and a clock of its own. */
import { loadConfig } from '../src/config/load.ts';
import { toPolicy } from '../src/config/to-policy.ts';
import { defaultAccountFacts } from '../src/core/account.ts';
import type { LoginEvent, SubmissionEvent } from '../src/core/event.ts';
import { createKeyedHash } from '../src/core/hash.ts';
import { domainOf } from '../src/core/identity.ts';
import {
  FINGERPRINT_ROWS,
  type DerivedMessage,
  type TextBlock,
} from '../src/core/message/derived.ts';
import { mix } from '../src/core/message/fingerprint.ts';
import type { Gate } from '../src/gate-contract.ts';
import { createGate } from '../src/gate/gate.ts';
import { openNetworks } from '../src/network/open-networks.ts';
import { openReplyClassifier } from '../src/returned/reply-knowledge.ts';
import { NULL_JOURNAL } from '../src/store/memory/null-journal.ts';
import type { StandingStore } from '../src/store/standing.ts';
import { createSilentTelemetry } from '../src/telemetry/telemetry.ts';
import { benchConfig } from './product.ts';

export interface Judging {
  readonly gate: Gate;
  close(): Promise<void>;
}

/** Countries and networks of addresses are known when this resolves. */
export async function openJudging(folder: string, standing: StandingStore): Promise<Judging> {
  const policy = toPolicy(benchConfig(folder, loadConfig));
  const networks = await openNetworks({});
  await networks.ready();
  const room = createGate({
    standing,
    journal: NULL_JOURNAL,
    networks,
    directory: {
      find: defaultAccountFacts,
      isOwnDomain: () => false,
      close: () => Promise.resolve(),
    },
    effects: { start: () => undefined },
    locks: { find: () => undefined },
    telemetry: createSilentTelemetry(),
    hash: createKeyedHash(new Uint8Array(16)),
    classifyReply: openReplyClassifier(),
    isFreemail: () => false,
    policy: () => policy,
    now: Date.now,
    newId: () => '',
  });
  const gate = room.forDoor('milter', { onFailure: 'pass', timeoutMs: 60_000 });
  return { gate, close: () => networks.close() };
}

const DAY_MS = 86_400_000;
/** Events begin on Monday 1 June 2026. */
export const FIRST_DAY_MS = Date.UTC(2026, 5, 1);

let ids = 0;

export interface Sent {
  readonly account: string;
  readonly day: number;
  readonly minute: number;
  readonly clientAddress: string;
}

const timeOf = ({ day, minute }: Sent): string =>
  new Date(FIRST_DAY_MS + day * DAY_MS + minute * 60_000).toISOString();

/** A message to one or two people without its text, as the policy door sees it. */
export function submission(sent: Sent): SubmissionEvent {
  ids += 1;
  const recipients = ids % 4 === 0 ? 2 : 1;
  return {
    v: 1,
    kind: 'submission',
    id: `bench-${ids.toString(36)}`,
    at: timeOf(sent),
    mta: 'mx1',
    account: sent.account,
    queueId: `4Q${ids.toString(36)}`,
    service: 'submission',
    clientAddress: sent.clientAddress,
    clientName: 'host.isp.example',
    heloName: '[192.168.1.20]',
    mechanism: 'PLAIN',
    tls: 'TLSv1.3',
    envelopeSender: sent.account,
    envelopeRecipients: Array.from(
      { length: recipients },
      (_, i) => `person${(ids * 7 + i) % 50}@dest${ids % 30}.example`,
    ),
    sizeBytes: 4_321,
  };
}

const WORDS = 60;

/** The same with a message that was read: six paragraphs of its own, a footer, three links. */
export function submissionWithMessage(sent: Sent): SubmissionEvent {
  const event = submission(sent);
  const tenant = domainOf(sent.account);
  const paragraphs = Array.from({ length: 6 }, (_, i) => blockOf(`${event.id}-${i}`, WORDS));
  const derived: DerivedMessage = {
    version: 1,
    sizeBytes: 3_072,
    clientFamily: 'thunderbird',
    headerShape: '5e8f12aa',
    mimeShape: 'alternative(text/plain,text/html)',
    charset: 'utf-8',
    language: 'en',
    isReply: ids % 2 === 0,
    words: 6 * WORDS,
    hasHtml: true,
    blocks: [...paragraphs, blockOf(`footer of ${tenant}`, 40)],
    urlHosts: ['www.shop.example', `site${ids % 500}.example`, `www.${tenant}`],
    urlCount: 3,
    attachments: [
      {
        extension: 'pdf',
        declaredType: 'application/pdf',
        trueType: 'application/pdf',
        sizeBytes: 40_000,
        sha256: 'ab'.repeat(32),
      },
    ],
    scans: [{ scanner: 'clamd', result: 'clean' }],
  };
  return { ...event, message: { headerFrom: sent.account, derived } };
}

function blockOf(seed: string, words: number): TextBlock {
  let hash = 17;
  for (let i = 0; i < seed.length; i += 1) hash = mix(hash ^ seed.charCodeAt(i));
  const minima = Array.from({ length: FINGERPRINT_ROWS }, (_, i) => mix(hash + i) >>> 5);
  return { hash, words, minima };
}

export function login(sent: Sent): LoginEvent {
  ids += 1;
  return {
    v: 1,
    kind: 'login',
    id: `bench-${ids.toString(36)}`,
    at: timeOf(sent),
    account: sent.account,
    service: 'imap',
    ok: true,
    clientAddress: sent.clientAddress,
    tls: true,
    passwordHash: 'a1b2',
  };
}
