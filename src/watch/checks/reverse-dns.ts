/** OWN-2, OWN-3, SND-15: every sending address has a name, the name leads back, and it is no home. */
import { whyNoHostName } from '../../core/reverse-name/host-name.ts';
import { judgeReverseName } from '../../network/reverse-names.ts';
import type { Check, Tools } from '../contract.ts';
import { addressesOfHost } from '../host-addresses.ts';
import { heloNotes, isSame } from '../helo-notes.ts';
import { hostNamed, hostsAs } from '../plan.ts';
import {
  bad,
  failedNote,
  fine,
  listed,
  none,
  recordsOf,
  sumUp,
  unclear,
  type Note,
} from './observe.ts';

export const reverseDns: Check = {
  id: 'reverse-dns',
  practices: ['OWN-2', 'OWN-3', 'SND-15'],
  targets: (plan) => hostsAs(plan, 'outbound'),
  async run(name, tools) {
    const host = hostNamed(tools.plan, name);
    if (host === undefined) return [];
    const found = await addressesOfHost(host, tools.dns);
    if (!found.ok) {
      const note = unclear(`The addresses of ${name}: ${found.why}.`, 'Name them in watch.hosts.');
      return ['OWN-2', 'OWN-3', 'SND-15'].map((practice) => sumUp(practice, [note]));
    }
    const seen = await Promise.all(found.addresses.map((address) => nameNotes(address, tools)));
    const agreeing = found.addresses.filter((_, at) => seen[at]?.agrees.state === 'pass');
    const gaps =
      found.gap === undefined ? [] : [unclear(`The addresses of ${name}: ${found.gap}.`)];
    return [
      sumUp('OWN-2', [...gaps, ...seen.map(({ agrees }) => agrees)]),
      sumUp('OWN-3', await heloNotes(host, { addresses: found.addresses, agreeing }, tools)),
      sumUp('SND-15', [...gaps, ...seen.map(({ line }) => line)]),
    ];
  },
};

const PTR_ADVICE =
  'Ask whoever gave you the address to set its reverse name to the name of the host.';

async function nameNotes(address: string, tools: Tools): Promise<{ agrees: Note; line: Note }> {
  const answer = await tools.dns.ask(address, 'PTR');
  const failed = failedNote(`The reverse name of ${address}`, answer);
  if (failed !== undefined) return { agrees: failed, line: failed };
  const names = recordsOf(answer);
  const reasons = names.flatMap((name) => whyNoHostName(name) ?? []);
  const [why] = reasons;
  if (why !== undefined && reasons.length === names.length) {
    const text = `The reverse name of ${address} is "${listed(names)}", and no host can be called so: ${why}.`;
    return { agrees: bad(text, PTR_ADVICE), line: none(`${address} has no name to judge.`) };
  }
  if (names.length === 0) {
    const text = `${address} has no reverse name; many servers refuse its mail.`;
    return { agrees: bad(text, PTR_ADVICE), line: none(`${address} has no name to judge.`) };
  }
  return { agrees: await agreement(address, names, tools), line: lineNote(address, names) };
}

/** Names of one address that are followed. */
const MAX_NAMES = 10;

async function agreement(address: string, names: readonly string[], { dns }: Tools): Promise<Note> {
  const back = await Promise.all(
    names.slice(0, MAX_NAMES).map(async (name) => {
      const answer = await dns.ask(name, address.includes(':') ? 'AAAA' : 'A');
      return { name, answer };
    }),
  );
  const matching = back.find(({ answer }) =>
    recordsOf(answer).some((found) => isSame(found, address)),
  );
  if (matching !== undefined)
    return fine(`${address} is ${matching.name}, and ${matching.name} is ${address}.`);
  const failed = back.find(({ answer }) => answer.kind === 'failed');
  if (failed !== undefined) return unclear(`The address of ${failed.name} could not be found out.`);
  const [first] = back;
  const there = recordsOf(first?.answer ?? { kind: 'none' });
  return bad(
    `The reverse name of ${address} is ${listed(names)}, but that name has ${there.length === 0 ? 'no address' : listed(there)}.`,
    'Make both say the same: the address record of the name, and the reverse name of the address.',
  );
}

function lineNote(address: string, names: readonly string[]): Note {
  const judged = names.map((name) => ({ name, verdict: judgeReverseName(name, address) }));
  const home = judged.find(({ verdict }) => verdict.kind === 'dynamic');
  if (home === undefined)
    return fine(`The name ${names[0] ?? ''} of ${address} does not look like a home connection.`);
  return bad(
    `The name ${home.name} of ${address} looks like a home connection: ${home.verdict.reason}.`,
    'Send through a smarthost, or get a fixed address with a name of its own.',
  );
}
