/** SND-10: accounts that have nothing to do with each other come to one place at once (design 1.2, cross). */
import { expect, it } from 'vitest';
import { createPlatform } from '../../../test/platform.ts';
import { UNKNOWN_NETWORK, type NetworkFacts } from '../network.ts';
import type { ContextFound } from '../detection/context.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Verdict } from '../verdict.ts';
import { sharedPlace } from './shared-place.ts';

const HOUR = 3_600_000;
const THERE = '10.10.7.1';

interface Visit {
  readonly accounts: readonly string[];
  /** Accounts at home at the place. */
  readonly locals?: readonly string[];
  readonly network?: Partial<NetworkFacts>;
  readonly recipient?: (i: number) => string;
}

/** Weeks at home, each in a place of its own; then one after the other writes from there. The last verdict. */
function visit({ accounts, locals = [], network = {}, recipient }: Visit): Verdict {
  const p = createPlatform({
    network: (address) => {
      const [, second = '0'] = address.split('.');
      const prefix = address.replace(/\.\d+$/, '.0/24');
      const facts = { ...UNKNOWN_NETWORK, address, asn: 64_500 + Number(second), country: 'DE' };
      const here = { ...facts, prefix, place: prefix };
      return address === THERE ? { ...here, ...network } : here;
    },
  });
  const people = [...locals, ...accounts];
  const homeOf = (account: string) =>
    locals.includes(account) ? THERE : `10.${20 + people.indexOf(account)}.1.1`;
  for (let i = 0; i < 30; i += 1) {
    for (const account of people) {
      p.submit(account, {
        clientAddress: homeOf(account),
        envelopeRecipients: [i % 9 === 8 ? `n${i}@${account}.test` : 'bob@dest.test'],
      });
    }
    p.wait(12 * HOUR);
  }
  const to = recipient ?? ((i: number) => `s${i}@s${i}.test`);
  const verdicts = people.map((account, i) => {
    p.wait(HOUR);
    return p.submit(account, { clientAddress: THERE, envelopeRecipients: [to(i)] });
  });
  return verdicts.at(-1) as Verdict;
}

const four = ['ann@one.example', 'bob@two.example', 'cas@three.example', 'dee@four.example'];

// prettier-ignore
const cases = [
  ['four accounts of four tenants',           { accounts: four },                                                          4],
  ['two accounts',                            { accounts: four.slice(0, 2) },                                              undefined],
  ['four of one tenant',                      { accounts: ['a@one.example', 'b@one.example', 'c@one.example', 'd@one.example'] }, undefined],
  ['four, where others are at home',          { accounts: four, locals: ['eve@five.example', 'fay@six.example'] },         undefined],
  ['four telephones of one carrier',          { accounts: four, network: { class: 'mobile', place: 'mobile:Example' } },   undefined],
  ['four who write to people they know',      { accounts: four, recipient: () => 'bob@dest.test' },                        undefined],
] as const;

it.each(cases)('%s at a new place', (_, how, cross) => {
  const { sums, reasons } = visit(how);
  expect(sums?.cross).toBe(cross);
  const said = reasons.find(({ signal }) => signal === 'shared-place');
  expect(said?.text).toBe(
    cross === undefined
      ? undefined
      : '4 accounts of 4 tenants came to this place for the first time in 72 hours and wrote to strangers from there; usually it is one.',
  );
});

it('a form that was there for days did not come with the others: machines of a data centre are neighbours', () => {
  const weight = (days: number, apart: number): number => {
    const state = new IdentityProfile(undefined).detection;
    for (let i = 0; i < apart; i += 1) state.countCompany(0, true);
    const subject = {
      nowMs: 1_800_000_000_000,
      outcomes: { strangers: 1, company: { newcomers: 3, tenants: 3, usual: 0 } },
      profile: {
        context: () => ({ firstMs: 1_800_000_000_000 - days * 24 * HOUR, days, messages: 40 }),
        detection: state,
      },
    } as unknown as SubmissionSubject;
    const place = { index: 0, isTrusted: false, networkWeight: 3.4 } as unknown as ContextFound;
    return sharedPlace(subject, place)?.by[0] ?? 0;
  };
  expect([weight(2, 1), weight(8, 1)]).toEqual([3, 0]);
  // Who writes a letter of his own to each is no form, however long he is there.
  expect(weight(8, 16)).toBe(3);
});

it('of a form whose letters lead nowhere its neighbours say little, even in its first days', () => {
  const weight = (isProgram: boolean, derived: object): number => {
    const subject = {
      nowMs: 1_800_000_000_000,
      event: { envelopeSender: 'ann@one.example', message: {} },
      content: { derived, newHosts: [] },
      outcomes: { strangers: 1, company: { newcomers: 3, tenants: 3, usual: 0 } },
      profile: new IdentityProfile(undefined),
    } as unknown as SubmissionSubject;
    const place = { index: -1, isTrusted: false, networkWeight: 3.4, isProgram };
    return sharedPlace(subject, place as unknown as ContextFound)?.by[0] ?? 0;
  };
  expect([weight(true, {}), weight(false, {})]).toEqual([1, 3]);
  expect(weight(true, { attachments: [{ name: 'order.zip' }] })).toBe(3);
});
