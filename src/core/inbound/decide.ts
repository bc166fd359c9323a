/**
 * The verdict on a connection from outside (INB-1 to INB-4). It is no submission: no account, no
 * profile, nothing is learned. A new rule is a file here and a line in RULES.
 */
import { isInForce, isMixed, type Modes } from '../in-force.ts';
import { referenceOf } from '../reference.ts';
import type { Verdict, VerdictKind } from '../verdict.ts';
import { forwardMismatch } from './forward-mismatch.ts';
import { homeConnection } from './home-connection.ts';
import { impossibleHelo } from './impossible-helo.ts';
import { noReverseName } from './no-reverse-name.ts';
import { connectionLimit } from './connection-limit.ts';
import type { InboundAction, InboundFinding, InboundRule, InboundSubject } from './subject.ts';
import { virus } from './virus.ts';

const RULES: readonly InboundRule[] = [
  noReverseName,
  forwardMismatch,
  homeConnection,
  impossibleHelo,
  connectionLimit,
];

/** Asked of a message; whoever brings it was asked the others when he came. */
const MESSAGE_RULES: readonly InboundRule[] = [virus];

const KINDS = { observe: 'pass', defer: 'defer', reject: 'reject' } as const satisfies Record<
  Exclude<InboundAction, 'off'>,
  VerdictKind
>;

const SEVERITY: readonly InboundFinding['action'][] = ['observe', 'defer', 'reject'];

export interface InboundDecision {
  readonly verdict: Verdict;
  readonly findings: readonly InboundFinding[];
}

export function decideInbound(subject: InboundSubject, modes: Modes): InboundDecision {
  const { event } = subject;
  const looks = event.viruses === undefined ? RULES : MESSAGE_RULES;
  // The most severe first: its sentence is the one that the client is told.
  const findings = looks
    .flatMap((rule) => rule(subject) ?? [])
    .sort((a, b) => SEVERITY.indexOf(b.action) - SEVERITY.indexOf(a.action));
  // What is in force decides where it stops anything; else the verdict says what all would do.
  const acting = findings.find(
    ({ practice, action }) => action !== 'observe' && isInForce(modes, practice),
  );
  const worst = (acting ?? findings[0])?.action ?? 'observe';
  const who = `address:${event.clientAddress}`;
  return {
    findings,
    verdict: {
      kind: 'verdict',
      for: event.id,
      at: event.at,
      account: who,
      identity: who,
      context: '',
      verdict: KINDS[worst],
      enforced: isMixed(modes) ? acting !== undefined : modes.mode === 'enforce',
      rung: 'observe',
      score: 0,
      reasons: [...new Set(acting ? [acting, ...findings] : findings)].map(
        ({ rule, practice, text, detail }) => ({
          signal: rule,
          practice,
          weight: 0,
          text,
          ...(detail === undefined ? {} : { detail }),
        }),
      ),
      reference: referenceOf(event.id),
    },
  };
}
