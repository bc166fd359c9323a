/** FBK-4: whether the weekly letters to abuse@ and postmaster@ of a domain came back to us. */
import type { Check } from '../contract.ts';
import { lettersIn, ROLES, type ProofLetter } from '../proofs.ts';
import { bad, fine, none, sumUp, type Note } from './observe.ts';

export const proof: Check = {
  id: 'proof',
  practices: ['FBK-4'],
  targets: ({ proof: letters, domains }) => (letters === undefined ? [] : domains),
  run: (domain, { plan, now }) => {
    const { file = '', withinMs = 0 } = plan.proof ?? {};
    const letters = lettersIn(file);
    const notes = ROLES.map((role) => {
      const address = `${role}@${domain}`;
      return letterNote(address, letters[address], { now: now(), withinMs });
    });
    return Promise.resolve([sumUp('FBK-4', notes)]);
  },
};

function letterNote(
  address: string,
  letter: ProofLetter | undefined,
  { now, withinMs }: { readonly now: number; readonly withinMs: number },
): Note {
  if (letter === undefined) return none(`No letter to ${address} was written yet.`);
  const { sentAt, backAt, missingSince } = letter;
  const day = sentAt.slice(0, 10);
  const isDue = (at: string): boolean => now - Date.parse(at) >= withinMs;
  if (backAt !== undefined && backAt >= sentAt)
    return fine(
      `The letter to ${address} of ${day} came back: what is written there is read here.`,
    );
  const missing = isDue(sentAt) ? (missingSince ?? sentAt) : missingSince;
  if (missing === undefined || !isDue(missing))
    return none(`The letter to ${address} of ${day} is under way.`);
  const last = backAt === undefined ? 'None ever did.' : `The last did on ${backAt.slice(0, 10)}.`;
  return bad(
    `The letter to ${address} of ${missing.slice(0, 10)} did not come back${missing === sentAt ? '' : ', and no later one did'}. ${last}`,
    `Have a copy of ${address} delivered to the LMTP door (docs/guides/lmtp.md), so that complaints are read.`,
  );
}
