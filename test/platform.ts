/**
 * A whole judging platform in memory with a clock of its own: the real gate and core, memory
 * stores, networks and accounts given by the test. For tables and scenarios.
 */
import { loadConfig } from '../src/config/load.ts';
import { toPolicy } from '../src/config/to-policy.ts';
import { defaultAccountFacts, type AccountFacts } from '../src/core/account.ts';
import type { LoginEvent, SubmissionEvent } from '../src/core/event.ts';
import { createKeyedHash } from '../src/core/hash.ts';
import type { Intent, Lock } from '../src/core/intent.ts';
import { UNKNOWN_NETWORK, type NetworkFacts } from '../src/core/network.ts';
import type { Policy, RuleSet } from '../src/core/policy.ts';
import type { Verdict } from '../src/core/verdict.ts';
import type { Directory } from '../src/directory/contract.ts';
import type { Gate } from '../src/gate-contract.ts';
import { createGate } from '../src/gate/gate.ts';
import { createInspector } from '../src/gate/inspector.ts';
import type { Journal, JournalLine } from '../src/store/journal.ts';
import { openReplyClassifier } from '../src/returned/reply-knowledge.ts';
import type { StandingStore } from '../src/store/standing.ts';
import { createMemoryStanding } from '../src/store/memory/standing.ts';
import { createSilentTelemetry } from '../src/telemetry/telemetry.ts';

export interface PlatformOptions {
  readonly rules?: Partial<RuleSet>;
  readonly policy?: Partial<Policy>;
  readonly accounts?: readonly (Partial<AccountFacts> & { readonly account: string })[];
  readonly startAt?: string;
  /** The directory, where it is not the accounts given. */
  readonly find?: Directory['find'];
  /** What is known of an address; `testNetwork` by default. */
  readonly network?: (address: string) => NetworkFacts;
  /** What another platform knew: this one is that one after a restart. */
  readonly standing?: StandingStore;
}

/** The shipped policy, enforced, with the changes given. */
export function policyWith(options: Pick<PlatformOptions, 'rules' | 'policy'>): Policy {
  const shipped = toPolicy(loadConfig(undefined, {}));
  const policy = { ...shipped, ...options.policy };
  return { ...policy, rules: { ...policy.rules, mode: 'enforce', ...options.rules } };
}

/** `10.x` addresses are given countries by their second number, for tests to choose. */
const COUNTRIES = ['DE', 'FR', 'US', 'BR', 'CN', 'NG', 'IN', 'AU', 'JP', 'ZA'];

export function testNetwork(address: string): NetworkFacts {
  const second = Number(address.split('.')[1] ?? 0);
  const country = address.startsWith('10.') ? (COUNTRIES[second % COUNTRIES.length] ?? '') : 'DE';
  const prefix = address.replace(/\.\d+$/, '.0/24');
  const isRelay = address.startsWith('172.');
  return {
    ...UNKNOWN_NETWORK,
    address,
    country,
    asn: 64500 + second,
    asnName: `Network ${second}`,
    prefix,
    class: isRelay ? 'relay' : 'fixed',
    className: isRelay ? 'Example Relay' : '',
    place: isRelay ? 'relay:Example Relay' : prefix,
  };
}

const classifyReply = openReplyClassifier();

export type Platform = ReturnType<typeof createPlatform>;

export function createPlatform(options: PlatformOptions = {}) {
  let nowMs = Date.parse(options.startAt ?? '2026-03-02T09:00:00.000Z');
  let policy = policyWith(options);
  let count = 0;
  const accounts = new Map<string, AccountFacts>();
  for (const facts of options.accounts ?? []) {
    accounts.set(facts.account, {
      ...defaultAccountFacts(facts.account),
      source: 'directory',
      ...facts,
    });
  }
  const networks = new Map<string, NetworkFacts>();
  const locks = new Map<string, Lock>();
  const intents: Intent[] = [];
  const lines: JournalLine[] = [];
  const standing = options.standing ?? createMemoryStanding();
  const journal: Journal = {
    append: (...more) => void lines.push(...more),
    find: (match) => Promise.resolve(lines.findLast(match)),
    findBy: (_, match) => Promise.resolve(lines.findLast(match)),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ appended: lines.length, dropped: 0, queuedBytes: 0 }),
  };
  const hash = createKeyedHash(new Uint8Array(16));
  const parts = {
    standing,
    journal,
    hash,
    networks: {
      find: (address: string) => {
        if (address === '') return UNKNOWN_NETWORK;
        const known = networks.get(address) ?? (options.network ?? testNetwork)(address);
        networks.set(address, known);
        return known;
      },
      close: () => Promise.resolve(),
    },
    directory: {
      find:
        options.find ??
        ((login: string) => accounts.get(login.toLowerCase()) ?? defaultAccountFacts(login)),
      isOwnDomain: () => false,
      close: () => Promise.resolve(),
    },
    policy: () => policy,
    now: () => nowMs,
  };
  const room = createGate({
    ...parts,
    effects: {
      start: (intent) => {
        intents.push(intent);
        if (intent.kind === 'lock') {
          const { account, at, by, why, reference, unlockOn } = intent;
          locks.set(account, { account, at, by, why, reference, unlockOn, incident: 'i1' });
        }
        if (intent.kind === 'password-changed') unlock(intent.account, 'owner');
      },
    },
    locks: { find: (account) => locks.get(account) },
    telemetry: createSilentTelemetry(),
    classifyReply,
    isFreemail: (domain) => domain === 'freemail.test',
    newId: () => `e${++count}`,
  });
  const gate: Gate = room.forDoor('policy', { onFailure: 'pass', timeoutMs: 5000 });
  const at = (): string => new Date(nowMs).toISOString();

  function unlock(account: string, by: string): void {
    if (!locks.delete(account)) return;
    void gate.note({ v: 1, kind: 'unlock', id: `e${++count}`, at: at(), account, by, why: 'test' });
  }

  const submissionOf = (account: string, changes: Partial<SubmissionEvent>): SubmissionEvent => ({
    v: 1,
    kind: 'submission',
    id: `e${++count}`,
    at: at(),
    ...(account === '' ? {} : { account }),
    clientAddress: '192.0.2.1',
    heloName: 'client.example',
    tls: 'TLSv1.3',
    envelopeSender: account,
    envelopeRecipients: ['bob@dest.test'],
    ...changes,
  });
  const loginOf = (account: string, changes: Partial<LoginEvent>): LoginEvent => ({
    v: 1,
    kind: 'login',
    id: `e${++count}`,
    at: at(),
    account,
    service: 'imap',
    ok: true,
    clientAddress: '192.0.2.1',
    passwordHash: 'good',
    tls: true,
    ...changes,
  });

  return {
    gate,
    room,
    intents,
    get policy() {
      return policy;
    },
    lines,
    locks,
    standing,
    inspector: createInspector(parts),
    now: () => nowMs,
    at,
    wait: (ms: number) => void (nowMs += ms),
    goTo: (iso: string) => void (nowMs = Date.parse(iso)),
    unlock,
    reload: (changes: Pick<PlatformOptions, 'rules' | 'policy'>) =>
      void (policy = policyWith(changes)),
    submission: submissionOf,
    loginEvent: loginOf,
    submit: (account: string, changes: Partial<SubmissionEvent> = {}) =>
      gate.judge(submissionOf(account, changes)) as Verdict,
    checkSubmit: (account: string, changes: Partial<SubmissionEvent> = {}) =>
      gate.check(submissionOf(account, changes)) as Verdict,
    login: (account: string, changes: Partial<LoginEvent> = {}) =>
      gate.judge(loginOf(account, changes)) as Verdict,
    attempt: (account: string, changes: Partial<LoginEvent> = {}) => {
      const { ok: _ok, policyReject: _reject, ...attempt } = loginOf(account, changes);
      return gate.check(attempt) as Verdict;
    },
  };
}
