import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenTransactions, type TransactionName } from './open-transactions.ts';

const ANN: TransactionName = {
  clientAddress: '192.0.2.7',
  clientPort: '40001',
  envelopeSender: 'ann@example.org',
};

describe('the open transactions of a milter door', () => {
  // prettier-ignore
  const asked = [
    ['the same client, port and sender',      {},                                             true],
    ['another sender: the port is enough',    { envelopeSender: 'x@example.org' },            true],
    ['another port of the client',            { clientPort: '40002' },                        false],
    ['another client',                        { clientAddress: '192.0.2.8' },                 false],
    ['a port nobody told',                    { clientPort: '' },                             false],
    ['port 0, which is none',                 { clientPort: '0' },                            false],
  ] as const;

  it.each(asked)('are found by client and port: %s', (_what, other, isFound) => {
    const transactions = new OpenTransactions();
    transactions.open(ANN);
    expect(transactions.isWatched({ ...ANN, ...other })).toBe(isFound);
  });

  // prettier-ignore
  const askedBySender = [
    ['the same sender',              { clientPort: '' },                                        true],
    ['port 0 as no port',            { clientPort: '0' },                                       true],
    ['the sender in capital letters', { clientPort: '', envelopeSender: 'Ann@Example.ORG' },    true],
    ['the address in capital letters', { clientPort: '', clientAddress: '2001:DB8::7' },        true],
    ['another sender',               { clientPort: '', envelopeSender: 'x@example.org' },       false],
    ['the null sender',              { clientPort: '', envelopeSender: '' },                    false],
    ['a port after all',             {},                                                        false],
  ] as const;

  it.each(askedBySender)('are found by client and sender where no port is told: %s', (...row) => {
    const [, other, isFound] = row;
    const transactions = new OpenTransactions();
    const opened = { ...ANN, clientAddress: '2001:db8::7' };
    transactions.open({ ...opened, clientPort: '' });
    expect(transactions.isWatched({ ...opened, ...other })).toBe(isFound);
  });

  it('stay until each of the same name is closed; closing twice closes once', () => {
    const transactions = new OpenTransactions();
    const bySender = { ...ANN, clientPort: '0' };
    const [closeFirst, closeSecond] = [transactions.open(bySender), transactions.open(bySender)];
    closeFirst();
    closeFirst();
    expect(transactions.isWatched(bySender)).toBe(true);
    closeSecond();
    expect([transactions.isWatched(bySender), transactions.size]).toEqual([false, 0]);
  });

  it('a sender cannot pass for another by its characters', () => {
    const transactions = new OpenTransactions();
    transactions.open({ ...ANN, clientPort: '', envelopeSender: '__proto__' });
    expect(transactions.isWatched({ ...ANN, clientPort: '', envelopeSender: 'constructor' })).toBe(
      false,
    );
    expect(transactions.isWatched({ ...ANN, clientPort: '', envelopeSender: '__proto__' })).toBe(
      true,
    );
  });

  it('nothing is left when all are closed, in whatever order', () => {
    const name = fc.record({
      clientAddress: fc.constantFrom('192.0.2.7', '2001:db8::7'),
      clientPort: fc.constantFrom('', '0', '40001', '40002'),
      envelopeSender: fc.constantFrom('', 'ann@example.org', 'ben@example.org'),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.nat())), (opened) => {
        const transactions = new OpenTransactions();
        const closers = opened.map(([each, order]) => ({ close: transactions.open(each), order }));
        for (const [each] of opened) expect(transactions.isWatched(each)).toBe(true);
        for (const { close } of closers.toSorted((a, b) => a.order - b.order)) close();
        expect(transactions.size).toBe(0);
      }),
    );
  });
});
