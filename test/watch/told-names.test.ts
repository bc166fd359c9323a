/** OWN-5: VRFY tells names apart by bare names, or by those of a hosted domain only. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { hear, type Says } from './spoken-house.ts';

/** What VRFY is answered to postmaster and to a made-up name, bare and in the own domain. */
const vrfy =
  (bare: readonly [string, string], hosted: readonly [string, string]): Says =>
  ({ line }) => {
    if (!line.startsWith('VRFY')) return undefined;
    const [known, made] = line.endsWith('@house.test') ? hosted : bare;
    return line.startsWith('VRFY postmaster') ? known : made;
  };

const YES = '252 2.0.0 postmaster';
const NO = '550 5.1.1 <x>: Recipient address rejected: User unknown';
const RELAY = '454 4.7.1 <x>: Relay access denied';
const OFF = '502 5.5.1 VRFY command is disabled';

describe('OWN-5: VRFY', () => {
  it.each<[string, readonly [string, string], readonly [string, string], string]>([
    ['tells bare names apart', [YES, NO], [OFF, OFF], '252 for a name that exists and 550'],
    ['tells those of a hosted domain apart', [YES, RELAY], [YES, NO], 'exists in house.test'],
    ['does so with a 450', [OFF, OFF], [YES, NO.replace('550 5', '450 4')], '450 for one that'],
    ['names who is there', [RELAY, RELAY], ['250 <a@house.test>', NO], 'answers VRFY with "250'],
  ])('that %s fails', async (_, bare, hosted, evidence) => {
    const { rows, text } = await hear(conformance, vrfy(bare, hosted));
    expect(rows['OWN-5'], text).toBe('fail');
    expect(text).toContain(evidence);
  });

  it.each<[string, readonly [string, string], readonly [string, string]]>([
    ['is off', [OFF, OFF], [OFF, OFF]],
    ['says 252 to all', [YES, YES], [YES, YES]],
    ['relays no questions', [YES, RELAY], [YES, RELAY.replace('454 4', '554 5')]],
  ])('that %s passes', async (_, bare, hosted) => {
    const { rows, text } = await hear(conformance, vrfy(bare, hosted));
    expect(rows['OWN-5'], text).toBe('pass');
  });

  it('that is put off is unknown', async () => {
    const later = '450 4.7.0 Too many commands';
    const { rows, text } = await hear(conformance, vrfy([later, later], [later, later]));
    expect(rows['OWN-5'], text).toBe('unknown');
  });
});
