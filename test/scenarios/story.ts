/** Plays a scenario on the judging platform in memory: virtual clock, real gate, seeded chance. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { toPolicy } from '../../src/config/to-policy.ts';
import type { LoginEvent } from '../../src/core/event.ts';
import type { DerivedMessage } from '../../src/core/message/derived.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { createPlatform, type Platform } from '../platform.ts';
import { derivedFrom } from '../derived.ts';
import type { Action, Head, Result, Saying } from './forms.ts';
import { NetworkMap } from './map.ts';
import { DAY_MS, DAY_ONE_MS, type Scenario } from './scenario.ts';

/** One message or login as it was answered. */
export interface Outcome {
  readonly atMs: number;
  readonly account: string;
  readonly result: Result;
  readonly verdict: Verdict;
}

/** What came of one action. */
export interface Chapter {
  readonly outcomes: Outcome[];
  /** Practice ids of the alerts it raised, each cause of each account once. */
  readonly alerts: Set<string>;
  isLocked: boolean;
}

type HeadOf<K extends Head['kind']> = Extract<Head, { readonly kind: K }>;
type Settings = Extract<Head, { readonly yaml: string }>;
type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

interface Moment {
  readonly atMs: number;
  readonly chapter: Chapter;
  readonly run: (chapter: Chapter) => void;
}

/** One recipient of a message that was let go. */
interface Letter {
  readonly queueId: string;
  readonly recipient: string;
}

const FIRST_PASSWORD = 'secret';
/** Working hours of those who have habits. */
const WORK_FROM_MS = 8 * 3_600_000;
const WORK_MS = 9 * 3_600_000;

/** mulberry32: a small generator with a seed, good enough to scatter minutes. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function policyOf(lines: readonly Settings[]): Policy {
  if (lines.length === 0) return toPolicy(loadConfig(undefined, {}));
  const folder = mkdtempSync(join(tmpdir(), 'primum-scenario-'));
  try {
    const file = join(folder, 'primum.yaml');
    const section = (kind: Settings['kind']): string => {
      const own = lines.filter((line) => line.kind === kind).map(({ yaml }) => `  ${yaml}\n`);
      return own.length === 0 ? '' : `${kind}:\n${own.join('')}`;
    };
    writeFileSync(file, section('policy') + section('outcomes'));
    return toPolicy(loadConfig(file, {}));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export class Story {
  readonly chapters: readonly Chapter[];
  /** Accounts with an answer other than `pass`, wrong passwords aside. */
  readonly stopped = new Set<string>();
  readonly platform: Platform;
  readonly #scenario: Scenario;
  readonly #policy: Policy;
  readonly #map: NetworkMap;
  readonly #chance: () => number;
  readonly #passwords = new Map<string, string>();
  readonly #moments: Moment[] = [];
  /** Notes that are not taken in yet. */
  readonly #words: unknown[] = [];
  #uses = 0;
  #strangers = 0;
  /** What each account has under way, and what was delivered of it last. */
  readonly #underWay = new Map<string, Letter[]>();
  readonly #delivered = new Map<string, readonly Letter[]>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#policy = policyOf(scenario.heads.filter((head) => 'yaml' in head));
    this.#map = new NetworkMap(this.#heads('place'));
    this.#chance = seeded(scenario.seed);
    // A story that switches to enforcing begins as every operator does.
    const switches = scenario.steps.some(({ action }) => action.kind === 'mode');
    this.platform = createPlatform({
      policy: this.#policy,
      rules: { ...this.#policy.rules, mode: switches ? 'observe' : 'enforce' },
      accounts: this.#heads('account').flatMap(({ names, class: kind, zone }) =>
        names.map((account) => ({
          account,
          class: kind,
          ...(zone === '' ? {} : { timeZone: zone }),
        })),
      ),
      network: (address) => this.#map.find(address),
    });
    this.chapters = scenario.steps.map(() => ({
      outcomes: [],
      alerts: new Set<string>(),
      isLocked: false,
    }));
  }

  /** Plays everything in the order of time. */
  /** A person's word is taken in before anything else happens. */
  async play(): Promise<void> {
    for (const usual of this.#heads('usual')) this.#planUsual(usual);
    this.#scenario.steps.forEach(({ action, atMs }, i) => {
      const chapter = this.chapters[i];
      if (chapter !== undefined) this.#plan(action, atMs, chapter);
    });
    this.#moments.sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, chapter, run } of this.#moments) {
      this.platform.goTo(new Date(atMs).toISOString());
      const alerted = this.platform.intents.length;
      run(chapter);
      for (const intent of this.platform.intents.slice(alerted)) {
        if (intent.kind === 'alert') chapter.alerts.add(intent.practice);
      }
      if (this.#words.length > 0) await Promise.all(this.#words.splice(0));
    }
  }

  #heads<K extends Head['kind']>(kind: K): HeadOf<K>[] {
    return this.#scenario.heads.filter((head): head is HeadOf<K> => head.kind === kind);
  }

  #at(atMs: number, chapter: Chapter, run: Moment['run']): void {
    this.#moments.push({ atMs: Math.round(atMs), chapter, run });
  }

  #planUsual({ who, messages, recipients, workingDays, days, place }: HeadOf<'usual'>): void {
    const chapter: Chapter = { outcomes: [], alerts: new Set(), isLocked: false };
    for (let day = 0; day < days; day++) {
      if (workingDays && day % 7 > 4) continue;
      for (let i = 0; i < messages; i++) {
        const atMs = DAY_ONE_MS + day * DAY_MS + WORK_FROM_MS + this.#chance() * WORK_MS;
        this.#at(atMs, chapter, (into) => {
          const usual = { who, recipients, areNew: false, place, as: '', saying: undefined };
          this.#send(into, usual);
        });
      }
    }
  }

  #plan(action: Action, atMs: number, chapter: Chapter): void {
    switch (action.kind) {
      case 'send':
        this.#repeat({ ...action, times: action.messages }, atMs, chapter, (into) => {
          this.#send(into, action);
        });
        return;
      case 'each-sends':
        for (const who of this.#everyone(action.prefix)) {
          this.#at(atMs, chapter, (into) => {
            const { place, saying } = action;
            this.#send(into, { who, recipients: 1, areNew: false, place, as: '', saying });
          });
        }
        return;
      case 'login': {
        const addressOf = this.#map.addresses(action.origin);
        this.#repeat(action, atMs, chapter, (into, n) => {
          this.#login(into, action.who, { from: addressOf(n), password: action.password });
        });
        return;
      }
      case 'came-back':
      case 'complain':
        this.#at(atMs, chapter, (into) => {
          if (action.kind === 'came-back') this.#comeBack(action);
          else this.#complain(action);
          into.isLocked = this.platform.locks.has(action.who);
        });
        return;
      case 'each-logs-in':
        this.#planMorning(action, atMs, chapter);
        return;
      case 'guess': {
        const addressOf = this.#map.addresses(action.origin);
        this.#repeat({ ...action, times: action.guesses }, atMs, chapter, (into, n) => {
          this.#login(into, action.who, { from: addressOf(n), password: `guess-${atMs}-${n}` });
        });
        return;
      }
      default:
        this.#at(atMs, chapter, (into) => {
          this.#settle(action);
          if (action.kind !== 'mode') into.isLocked = this.platform.locks.has(action.who);
        });
    }
  }

  #repeat(
    over: { readonly times: number; readonly overMs: number },
    atMs: number,
    chapter: Chapter,
    run: (chapter: Chapter, n: number) => void,
  ): void {
    for (let n = 0; n < over.times; n++) {
      this.#at(atMs + (n * over.overMs) / over.times, chapter, (into) => {
        run(into, n);
      });
    }
  }

  /** Half an hour in which everybody logs in; those who mistype try again half a minute later. */
  #planMorning(action: ActionOf<'each-logs-in'>, atMs: number, chapter: Chapter): void {
    this.#everyone(action.prefix).forEach((who, i) => {
      const from = this.#map.addressAt(action.place, 0);
      const beginsMs = atMs + this.#chance() * 1_800_000;
      if (i < action.mistypes) {
        this.#at(beginsMs - 30_000, chapter, (into) => {
          this.#login(into, who, { from, password: `secrte-${i}` });
        });
      }
      this.#at(beginsMs, chapter, (into) => {
        this.#login(into, who, { from, password: this.#passwordOf(who) });
      });
    });
  }

  #settle(action: ActionOf<'password' | 'desk' | 'mode'>): void {
    if (action.kind === 'mode') {
      const rules = { ...this.#policy.rules, mode: action.mode };
      this.platform.reload({ policy: this.#policy, rules });
    } else if (action.kind === 'password') {
      this.#passwords.set(action.who, action.password);
    } else this.#actAtDesk(action.what, action.who);
  }

  #actAtDesk(what: ActionOf<'desk'>['what'], account: string): void {
    const { platform } = this;
    const told = { account, at: platform.at(), by: 'postmaster', why: 'looked at it' };
    if (what === 'lock') {
      platform.locks.set(account, { ...told, reference: '', incident: '', unlockOn: 'person' });
    } else if (what === 'unlock') platform.unlock(account, 'postmaster');
    else {
      const id = platform.gate.newId();
      this.#words.push(platform.gate.note({ v: 1, kind: 'release', id, ...told }));
    }
  }

  #everyone(prefix: string): readonly string[] {
    const names = this.#heads('account').flatMap((head) => head.names);
    const found = names.filter((name) => new RegExp(`^${prefix}\\d+@`).test(name));
    if (found.length === 0) throw new Error(`No accounts ${prefix}# are named above.`);
    return found;
  }

  #passwordOf(account: string): string {
    return this.#passwords.get(account) ?? FIRST_PASSWORD;
  }

  /** Asks before the authentication and tells after it, as a mail server does. */
  #login(
    chapter: Chapter,
    account: string,
    use: {
      readonly from: string;
      readonly password: string;
      readonly service?: LoginEvent['service'];
    },
  ): boolean {
    const { service = 'imap' } = use;
    const told = { clientAddress: use.from, passwordHash: use.password, service };
    const asked = this.platform.attempt(account, told);
    if (asked.enforced && asked.verdict === 'reject') {
      this.platform.login(account, { ...told, ok: false, policyReject: true });
      this.#keep(chapter, account, { result: 'reject', verdict: asked });
      return false;
    }
    const ok = use.password === this.#passwordOf(account);
    const verdict = this.platform.login(account, { ...told, ok });
    const slowed = asked.enforced && asked.verdict === 'defer' ? 'defer' : 'pass';
    // Who is let in late is in; only the judgement of the whole login can still say hold.
    this.#keep(chapter, account, { result: ok ? slowed : 'wrong', verdict });
    return ok;
  }

  #send(
    chapter: Chapter,
    message: {
      readonly who: string;
      readonly recipients: number;
      readonly areNew: boolean;
      readonly place: string;
      readonly as: string;
      readonly saying: Saying | undefined;
    },
  ): void {
    const { who, recipients, areNew, place, saying } = message;
    const from = this.#map.addressAt(place, this.#uses++);
    if (who !== '') {
      const scratch: Chapter = { outcomes: [], alerts: chapter.alerts, isLocked: false };
      const use = { from, password: this.#passwordOf(who), service: 'submission' as const };
      if (!this.#login(scratch, who, use)) {
        chapter.outcomes.push(...scratch.outcomes);
        chapter.isLocked = scratch.isLocked;
        return;
      }
    }
    const domain = saying?.isInside === true ? who.slice(who.indexOf('@') + 1) : 'dest.test';
    const queueId = `4Q${this.#uses}`;
    const to = Array.from({ length: recipients }, (_, i) =>
      areNew ? this.#stranger() : `r${i}@${domain}`,
    );
    const verdict = this.platform.submit(who, {
      mta: 'mx1',
      queueId,
      clientAddress: from,
      envelopeSender: message.as === '' ? who : message.as,
      envelopeRecipients: to,
      ...(saying && { message: { headerFrom: who, derived: this.#derived(saying) } }),
    });
    const result = verdict.enforced ? verdict.verdict : 'pass';
    if (result === 'pass') {
      const letters = this.#underWay.get(who) ?? [];
      letters.push(...to.map((recipient) => ({ queueId, recipient })));
      this.#underWay.set(who, letters);
    }
    this.#keep(chapter, who === '' ? verdict.account : who, { result, verdict });
  }

  #stranger(): string {
    this.#strangers += 1;
    return `s${this.#strangers}@away${this.#strangers % 40}.test`;
  }

  /** The latest of what is under way do not exist, the others take it. */
  #comeBack({ who, unknown }: ActionOf<'came-back'>): void {
    const letters = this.#underWay.get(who) ?? [];
    const facts = { v: 1, mta: 'mx1', at: this.platform.at() } as const;
    letters.forEach((letter, i) => {
      const told =
        i >= letters.length - unknown
          ? ({ result: 'bounced', status: '5.1.1', reply: '550 5.1.1 user unknown' } as const)
          : ({ result: 'delivered', status: '2.0.0' } as const);
      const id = this.platform.gate.newId();
      void this.platform.gate.note({ ...facts, kind: 'delivery', id, ...letter, ...told });
    });
    this.#delivered.set(who, letters.slice(0, letters.length - unknown));
    this.#underWay.delete(who);
  }

  #complain({ who, count }: ActionOf<'complain'>): void {
    const facts = { v: 1, mta: 'mx1', feedbackType: 'abuse', verified: true } as const;
    for (const letter of (this.#delivered.get(who) ?? []).slice(0, count)) {
      const told = { id: this.platform.gate.newId(), at: this.platform.at(), ...letter };
      void this.platform.gate.note({ ...facts, kind: 'complaint', ...told });
    }
  }

  #derived({ texts, isAnswer }: Saying): DerivedMessage {
    const paragraphs = texts.flatMap((name) => {
      const text = this.#heads('text').find((head) => head.name === name);
      if (text === undefined) throw new Error(`The text "${name}" is not written above.`);
      return text.paragraphs;
    });
    const said = paragraphs.map((paragraph) => paragraph.replaceAll('{n}', String(this.#uses)));
    return derivedFrom(said, { isReply: isAnswer });
  }

  #keep(chapter: Chapter, account: string, what: Pick<Outcome, 'result' | 'verdict'>): void {
    chapter.outcomes.push({ atMs: this.platform.now(), account, ...what });
    chapter.isLocked = this.platform.locks.has(account);
    if (what.result !== 'pass' && what.result !== 'wrong') this.stopped.add(account);
  }
}
