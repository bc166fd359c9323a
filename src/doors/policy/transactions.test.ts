import { describe, expect, it } from 'vitest';
import { DUNNO, POLICY_ATTRIBUTES } from '../../protocol/postfix-policy.ts';
import { MAX_NAMED_RECIPIENTS, MAX_NAMED_RECIPIENTS_IN_ALL } from './options.ts';
import type { Attributes } from './submission.ts';
import { acceptedCount, REMEMBERED_MESSAGES, Transactions } from './transactions.ts';

const NONE = Object.fromEntries(POLICY_ATTRIBUTES.map((name) => [name, ''])) as Attributes;

function open(transactions: Transactions, instance: string, login = 'ann@example.org') {
  return transactions.open(instance, `id-${instance}`, { ...NONE, instance, sasl_username: login });
}

describe('open transactions', () => {
  it('keep 500,000 recipients by name over all; further ones are counted', () => {
    const transactions = new Transactions();
    const full = MAX_NAMED_RECIPIENTS_IN_ALL / MAX_NAMED_RECIPIENTS;
    const first = open(transactions, '0');
    for (let n = 0; n < full; n += 1) {
      const transaction = n === 0 ? first : open(transactions, String(n));
      for (let i = 0; i < MAX_NAMED_RECIPIENTS; i += 1) transactions.accept(transaction, 'a@x');
    }
    const over = open(transactions, 'over');
    transactions.accept(over, 'b@x');
    expect([over.recipients.length, over.unnamed]).toEqual([0, 1]);
    transactions.close(first);
    transactions.remember(first);
    transactions.accept(over, 'c@x');
    expect([over.recipients, over.unnamed]).toEqual([['c@x'], 1]);
  });

  it('count what is under way by sender: the login, else the client address', () => {
    const transactions = new Transactions();
    const [mine, mine2, others] = [
      open(transactions, '1'),
      open(transactions, '2'),
      open(transactions, '3', ''),
    ];
    transactions.accept(mine, 'a@x');
    transactions.accept(mine, '');
    transactions.accept(others, 'a@x');
    expect(transactions.underWayBeside(mine2)).toEqual({ messages: 1, recipients: 2 });
    expect(transactions.underWayBeside(mine)).toBeUndefined();
    expect(transactions.underWayBeside(others)).toBeUndefined();
    transactions.refuse(mine, 'a@x');
    expect(transactions.underWayBeside(mine2)).toEqual({ messages: 1, recipients: 1 });
    transactions.settle(mine, acceptedCount(mine), DUNNO);
    expect(transactions.underWayBeside(mine2)).toBeUndefined();
  });

  it('are no longer under way when they close without a judgement', () => {
    const transactions = new Transactions();
    const [mine, mine2] = [open(transactions, '1'), open(transactions, '2')];
    transactions.accept(mine, 'a@x');
    transactions.close(mine);
    transactions.remember(mine);
    expect(transactions.underWayBeside(mine2)).toBeUndefined();
    expect(open(transactions, '1').action).toBeUndefined();
  });

  it('are remembered for at least 10,000 further messages, and forgotten after 20,000', () => {
    const transactions = new Transactions();
    const judge = (instance: string) => {
      const transaction = open(transactions, instance);
      transactions.accept(transaction, 'a@x');
      transactions.settle(transaction, 1, DUNNO);
      transactions.close(transaction);
      transactions.remember(transaction);
    };
    judge('early');
    for (let n = 0; n < REMEMBERED_MESSAGES; n += 1) judge(`n${n}`);
    expect(open(transactions, 'early')).toMatchObject({ action: DUNNO, judged: 1 });
    for (let n = 0; n < REMEMBERED_MESSAGES; n += 1) judge(`m${n}`);
    expect(open(transactions, 'n0').action).toBeUndefined();
    expect(open(transactions, `m${REMEMBERED_MESSAGES - 1}`).action).toEqual(DUNNO);
  });
});
