/**
 * First use of an account from a network it was never used from. Weights are the shipped ones of
 * the detection design (1.2, context): known 0, new network in the same country 1.2, new country
 * 2.6, hosting or Tor 3.4. Silent until the identity has a history to compare with, and while
 * networks are not known yet.
 */
import type { Evidence } from '../evidence.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

/** Messages before an identity's contexts say what is usual for it. */
const HISTORY_MESSAGES = 20;

export function newContext(subject: SubmissionSubject): Evidence | undefined {
  const { profile, network, account, context } = subject;
  if (profile.messages < HISTORY_MESSAGES || network.address === '') return undefined;
  // A context that is only half known looks new.
  if (network.isLoading || profile.hasContext(context.key)) return undefined;
  const where = network.asnName === '' ? network.prefix : network.asnName;
  const evidence = (weight: number, what: string): Evidence => ({
    signal: 'new-context',
    family: 'context',
    weight,
    text: `First use from ${where}${network.country === '' ? '' : ` (${network.country})`}, ${what}.`,
  });
  if (network.class === 'hosting' || network.class === 'tor') {
    return evidence(3.4, 'a hosting or anonymising network');
  }
  const countries = new Set(account.addresses().map((row) => row.country));
  if (network.country !== '' && !countries.has(network.country)) {
    return evidence(2.6, 'a country never seen for this account');
  }
  return evidence(1.2, 'a network never seen for this account');
}
