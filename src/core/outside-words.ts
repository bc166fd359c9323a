/** A decision on mail from outside (INB-1 to INB-4), for the operator of the server that brought it. */
import type { Verdict } from './verdict.ts';

/** What he can mend, by the rule of the way in. */
const MEND: Readonly<Record<string, string>> = {
  'no-reverse-name':
    'Give the address a reverse name (a PTR record) that leads back to it; whoever provides the address sets it.',
  'forward-mismatch':
    'Give that name an address record (A or AAAA) with the address of the server.',
  'home-connection':
    'Send through the mail server of your provider, or have the address named after your mail server in reverse DNS.',
  'impossible-helo':
    'Let the server say in HELO its own full name, which leads to its address in DNS (myhostname in Postfix).',
  'connection-limit':
    'Open fewer connections at once, and look whether a machine behind the address tries passwords.',
  virus: 'Look for it on the machine that sent the message.',
};
const LATER = 'Try again later.';

const DONE = { pass: 'let in', defer: 'deferred', hold: 'held', reject: 'refused' } as const;

/** No submission: who came is an address, and its context is that of no account. */
export function isFromOutside({ identity, context }: Verdict): boolean {
  return context === '' && identity.startsWith('address:');
}

/** What is to be mended comes once each, after why. */
export function toOutsideOperator({ identity, verdict, enforced, reasons }: Verdict): string {
  const address = identity.slice('address:'.length);
  const did = enforced || verdict === 'pass' ? 'was' : 'would have been';
  const what = `Mail from the server at ${address} ${did} ${DONE[verdict]}.`;
  const mend = reasons.flatMap(({ signal }) => MEND[signal] ?? []);
  const next = mend.length > 0 || verdict === 'pass' ? mend : [LATER];
  return [what, ...reasons.map(({ text }) => text), ...new Set(next)].join(' ');
}
