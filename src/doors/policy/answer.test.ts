import { describe, expect, it } from 'vitest';
import type { Verdict, VerdictKind } from '../../core/verdict.ts';
import { formatPolicyAnswer } from '../../protocol/postfix-policy.ts';
import { failureAction, messageAction, recipientAction } from './answer.ts';
import type { DeferAs } from './options.ts';

function verdict(kind: VerdictKind, more: Partial<Verdict> = {}): Verdict {
  return {
    kind: 'verdict',
    for: 'event',
    at: '2026-11-21T00:00:00.000Z',
    account: 'ann@example.org',
    identity: 'ann@example.org/main',
    context: 'c0ffee',
    verdict: kind,
    enforced: true,
    rung: 'observe',
    score: 0,
    reasons: [{ signal: 'limit', practice: 'SND-1', weight: 0, text: 'Over the limit.' }],
    reference: '8F2K',
    ...more,
  };
}

const LIMITED = 'Sending is limited for this account. Try again later. Reference 8F2K';
const WAITS = 'The message waits for a check. Reference 8F2K';

describe('the answer for a message', () => {
  it.each<[VerdictKind, DeferAs, string]>([
    ['pass', 'tempfail', 'DUNNO'],
    ['defer', 'tempfail', `DEFER_IF_PERMIT 4.7.1 ${LIMITED}`],
    ['defer', { filter: 'slow:' }, 'FILTER slow:'],
    ['hold', 'tempfail', `HOLD ${WAITS}`],
    ['hold', { filter: 'slow:' }, `HOLD ${WAITS}`],
    ['reject', 'tempfail', `REJECT 5.7.1 ${LIMITED}`],
  ])('%s, deferred as %o', (kind, deferAs, action) => {
    expect(formatPolicyAnswer(messageAction(verdict(kind), { deferAs }))).toBe(
      `action=${action}\n\n`,
    );
  });

  it('is another try for what nobody could look at, whatever else is done with what is slowed', () => {
    const said = verdict('defer', { notLookedAt: true });
    expect(messageAction(said, { deferAs: { filter: 'slow:' } }).kind).toBe('defer-if-permit');
  });

  it.each(['pass', 'defer', 'hold', 'reject'] as const)(
    'is DUNNO for a %s that is not enforced',
    (kind) => {
      const said = verdict(kind, { enforced: false });
      expect(messageAction(said, { deferAs: 'tempfail' }).kind).toBe('dunno');
      expect(recipientAction(said, 'a@x').kind).toBe('dunno');
    },
  );
});

describe('the answer for a recipient', () => {
  it.each<[VerdictKind, string]>([
    ['pass', 'DUNNO'],
    ['defer', `DEFER_IF_PERMIT 4.7.1 ${LIMITED}`],
    ['hold', 'DUNNO'],
    ['reject', `REJECT 5.7.1 ${LIMITED}`],
  ])('%s', (kind, action) => {
    const said = formatPolicyAnswer(recipientAction(verdict(kind), 'a@x'));
    expect(said).toBe(`action=${action}\n\n`);
  });

  it('follows what the verdict says of that recipient', () => {
    const said = verdict('pass', { perRecipient: { 'b@x': 'defer' }, reasons: [] });
    expect(recipientAction(said, 'a@x').kind).toBe('dunno');
    expect(formatPolicyAnswer(recipientAction(said, 'b@x'))).toBe(
      'action=DEFER_IF_PERMIT 4.7.1 Sending is slowed for this account. Try again later. Reference 8F2K\n\n',
    );
  });
});

describe('the answer when nothing can be judged', () => {
  it('is the failure stance', () => {
    expect(formatPolicyAnswer(failureAction('pass'))).toBe('action=DUNNO\n\n');
    expect(formatPolicyAnswer(failureAction('defer'))).toBe(
      'action=DEFER_IF_PERMIT 4.3.0 The check of this message failed. Try again later.\n\n',
    );
  });
});
