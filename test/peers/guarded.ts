/** A mail platform with Primum beside it, and what an operator does at the command line. */
import type { SettingsInput } from '../../src/config/schema.ts';
import { afterAll, beforeAll } from 'vitest';
import { startMailStack, type MailStack, type StackOptions } from './mail-stack.ts';
import { startPrimum, type Primum, type PrimumOptions } from './primum.ts';

export interface Operator {
  /** Runs any command that must succeed; what it prints. */
  say(...args: string[]): Promise<string>;
  lock(account: string, why: string): Promise<void>;
  unlock(account: string, why: string): Promise<void>;
  /** What `primum locks` prints. */
  locks(): Promise<string>;
  /** What `primum relays` prints: who sends without AUTH. */
  relays(): Promise<string>;
  /** What `primum explain` prints of a decision. */
  explain(reference: string): Promise<string>;
  /** What `primum account` prints. */
  account(account: string): Promise<string>;
}

export interface Guarded {
  readonly stack: MailStack;
  readonly primum: Primum;
  readonly operator: Operator;
  stop(): Promise<void>;
}

export type PlatformOptions = Omit<PrimumOptions, 'policy'> & StackOptions;

async function mustSay(primum: Primum, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await primum.cli(...args);
  if (code !== 0)
    throw new Error(`primum ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

function operatorOf(primum: Primum): Operator {
  return {
    say: (...args) => mustSay(primum, args),
    lock: async (account, why) => {
      await mustSay(primum, ['lock', account, '--why', why]);
    },
    unlock: async (account, why) => {
      await mustSay(primum, ['unlock', account, '--why', why]);
    },
    locks: () => mustSay(primum, ['locks']),
    relays: () => mustSay(primum, ['relays']),
    explain: (reference) => mustSay(primum, ['explain', reference]),
    account: (account) => mustSay(primum, ['account', account]),
  };
}

/** Four servers start in seconds; a machine that is busy with other tests needs longer. */
export const HOOK_MS = 180_000;

/** For tests that talk to several programs in turn. */
export const PEER_TEST_MS = 120_000;

/**
 * A platform for all tests of the `describe` it is called in: started before the first, stopped
 * after the last. The accessor works inside tests.
 */
export function guardedPlatform(
  users: Readonly<Record<string, string>>,
  policy: SettingsInput['policy'],
  more: PlatformOptions = {},
): () => Guarded {
  let guarded: Guarded | undefined;
  beforeAll(async () => {
    guarded = await startGuarded(users, { policy, ...more });
  }, HOOK_MS);
  afterAll(() => guarded?.stop(), HOOK_MS);
  return () => {
    if (!guarded) throw new Error('The platform is used before its tests begin');
    return guarded;
  };
}

/** Starts both. Limits and thresholds are the shipped ones unless the policy says otherwise. */
export async function startGuarded(
  users: Readonly<Record<string, string>>,
  options: PrimumOptions & StackOptions,
): Promise<Guarded> {
  const stack = await startMailStack(users, options);
  try {
    const primum = await startPrimum(stack, options);
    return {
      stack,
      primum,
      operator: operatorOf(primum),
      stop: async () => {
        try {
          await primum.stop();
        } finally {
          await stack.stop();
        }
      },
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** The reference a client was told, such as `7KQ2M9XA`. @throws when there is none. */
export function referenceIn(text: string): string {
  const reference = /Reference ([0-9A-Z]+)/.exec(text)?.[1];
  if (reference === undefined) throw new Error(`No reference in: ${text}`);
  return reference;
}
