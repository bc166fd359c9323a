import { describe, expect, it } from 'vitest';
import { recordedTelemetry, scriptedGate } from '../../../test/dialogues/scripted-gate.ts';
import { newClient } from './client.ts';
import { MilterJudge } from './judge.ts';
import { NAME_COST } from './name-room.ts';
import {
  MAX_NAMED_CHARACTERS_IN_ALL,
  MAX_NAMED_RECIPIENTS,
  MAX_RECIPIENT_LENGTH,
  withDefaults,
} from './options.ts';
import { newTransaction, type Transaction } from './transaction.ts';

const LONGEST = 'x'.repeat(MAX_RECIPIENT_LENGTH);
const FULL = Math.floor(MAX_NAMED_CHARACTERS_IN_ALL / (LONGEST.length + NAME_COST));

function setUp() {
  const gate = scriptedGate();
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundDaemons: [] }),
    deferAs: 'tempfail',
  });
  const judge = new MilterJudge(settings, gate, recordedTelemetry());
  const begin = (saslLogin = 'ann@example.org'): Transaction =>
    newTransaction(
      { ...newClient(), address: '192.0.2.7', saslLogin },
      { id: judge.newId(), at: judge.now(), envelopeSender: saslLogin, forget: () => undefined },
    );
  const accept = (transaction: Transaction, ...names: readonly string[]): void => {
    for (const name of names) void judge.rcpt(transaction, name, true);
    gate.checked.length = 0;
  };
  /** Transactions that together leave no room for another name. */
  const fill = (): readonly Transaction[] => {
    const all: Transaction[] = [];
    for (let kept = 0; kept < FULL; kept += MAX_NAMED_RECIPIENTS) {
      const transaction = begin();
      const room = Math.min(MAX_NAMED_RECIPIENTS, FULL - kept);
      accept(transaction, ...Array.from({ length: room }, () => LONGEST));
      all.push(transaction);
    }
    return all;
  };
  return { gate, judge, begin, accept, fill };
}

describe('recipients by name over all connections', () => {
  it('are kept up to the bound; further ones are counted, and judged by their number', () => {
    const { gate, judge, begin, accept, fill } = setUp();
    const [first, ...others] = fill();
    expect([first, ...others].map((full) => full?.unnamed)).toEqual([0, ...others.map(() => 0)]);
    const over = begin();
    accept(over, LONGEST, 'a@dest.example', LONGEST);
    expect([over.recipients, over.unnamed]).toEqual([['a@dest.example'], 2]);
    void judge.message(over, { inspected: undefined }, true);
    expect(gate.judged).toMatchObject([
      { envelopeRecipients: ['a@dest.example'], recipientCount: 3 },
    ]);
  });

  it.each([
    [
      'is judged',
      (judge: MilterJudge, one: Transaction) =>
        void judge.message(one, { inspected: undefined }, true),
    ],
    ['is given up', (judge: MilterJudge, one: Transaction) => judge.abandon(one)],
  ])('have room again when a transaction %s', (_what, end) => {
    const { judge, begin, accept, fill } = setUp();
    const [first] = fill();
    if (first !== undefined) end(judge, first);
    const next = begin();
    accept(next, LONGEST);
    expect([next.recipients.length, next.unnamed]).toEqual([1, 0]);
  });

  it('that are refused are evidence while there is room, and leave room for others', () => {
    const { judge, begin, accept, fill } = setUp();
    const [first] = fill();
    const limited = begin('limited@example.org');
    const names = ['a', 'b', 'c'].map((name) => `${name}${LONGEST.slice(1)}`);
    accept(limited, ...names);
    expect([limited.unnamed, limited.refused]).toEqual([2, []]);
    if (first !== undefined) judge.abandon(first);
    accept(limited, ...names);
    expect([limited.unnamed, limited.refused]).toEqual([2, names]);
    judge.abandon(limited);
    expect(limited.namedCharacters).toBe(0);
  });
});
