/**
 * The auth policy door with a gate that passes everything: what the door itself costs. Run as a
 * program it prints its port and answers until it is killed.
 */
import type { LoginAttempt, SubmissionEvent, LoginEvent } from '../src/core/event.ts';
import type { Verdict } from '../src/core/verdict.ts';
import { openAuthPolicyDoor } from '../src/doors/auth-policy/door.ts';
import type { AuthPolicyParts } from '../src/doors/auth-policy/door.ts';
import { BENCH_SECRET } from './auth-policy-null.ts';

let ids = 0;

function verdictOf(event: SubmissionEvent | LoginEvent | LoginAttempt): Verdict {
  return {
    kind: 'verdict',
    for: event.id,
    at: event.at,
    account: event.account ?? '',
    identity: '',
    context: '',
    verdict: 'pass',
    enforced: true,
    rung: 'observe',
    score: 0,
    reasons: [],
    reference: 'BENCH000',
  };
}

const nothing = (): void => undefined;

function emptyParts(): AuthPolicyParts {
  const telemetry = new Proxy({} as AuthPolicyParts['telemetry'], { get: () => nothing });
  return {
    gate: {
      judge: verdictOf,
      check: verdictOf,
      meet: () => {
        throw new Error('This door meets nobody from outside.');
      },
      note: nothing,
      newId: () => `bench-${++ids}`,
      now: Date.now,
    },
    lists: {
      match: () => undefined,
      add: () => Promise.resolve(),
      remove: () => Promise.resolve(false),
      entries: () => [],
    },
    inspector: {} as AuthPolicyParts['inspector'],
    locks: { find: () => undefined },
    telemetry,
  };
}

/** Resolves with the port on 127.0.0.1. */
export async function openTrivialDoor(): Promise<number> {
  const door = await openAuthPolicyDoor(
    {
      address: '127.0.0.1:0',
      credentials: [{ name: 'bench', secret: BENCH_SECRET, scopes: ['allow', 'report'] }],
      ready: () => true,
      metrics: () => '',
    },
    emptyParts(),
  );
  return Number(door.address.split(':')[1]);
}

if (import.meta.main) console.log(await openTrivialDoor());
