/** OWN-8: the DKIM keys of a domain (RFC 6376, RFC 8301). */
import { createPublicKey } from 'node:crypto';
import { isSpf, sendsNothing } from '../../protocol/mail-policy/spf.ts';
import { parseTags } from '../../protocol/mail-policy/tags.ts';
import type { Check, Tools } from '../contract.ts';
import { bad, failedNote, fine, none, recordsOf, sumUp, warn, type Note } from './observe.ts';

/** RFC 8301 section 3.2: shorter keys must not be believed; 2048 bits should be used. */
const MIN_BITS = 1024;
const GOOD_BITS = 2048;

export const dkim: Check = {
  id: 'dkim',
  practices: ['OWN-8'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const { dkimSelectors } = tools.plan;
    if (dkimSelectors.length === 0)
      return [
        sumUp('OWN-8', [
          none(
            'No selectors are named, so no DKIM key is looked at: name yours in watch.dkim_selectors.',
          ),
        ]),
      ];
    const notes = await Promise.all(
      dkimSelectors.map((selector) => keyNote(selector, domain, tools)),
    );
    const found = notes.filter((note) => note !== undefined);
    // A parked domain says by one record for all selectors that none of them has a key.
    const isParked =
      found.every(({ isRevoked }) => isRevoked === true) && (await isSilent(domain, tools));
    if (found.length > 0 && !isParked) return [sumUp('OWN-8', found)];
    if (isParked)
      return [
        sumUp('OWN-8', [none(`${domain} sends no mail, and says so, so it needs no DKIM key.`)]),
      ];
    const missing = warn(
      `${domain} has no DKIM key under ${dkimSelectors.join(', ')}: what it sends cannot be verified.`,
      'Publish the key of the selector you sign with.',
    );
    return [sumUp('OWN-8', [missing])];
  },
};

/** SPF that allows nobody, or a null MX and no SPF: who takes no answers sends nothing (RFC 7505 section 4.2). */
async function isSilent(domain: string, { dns }: Tools): Promise<boolean> {
  const record = recordsOf(await dns.ask(domain, 'TXT')).find(isSpf);
  if (record !== undefined) return sendsNothing(record);
  const [mx = '', ...others] = recordsOf(await dns.ask(domain, 'MX'));
  return others.length === 0 && mx.endsWith(' .');
}

interface KeyNote extends Note {
  readonly isRevoked?: true;
}

/** `undefined` where there is no such selector: not every domain has each. */
async function keyNote(
  selector: string,
  domain: string,
  { dns }: Tools,
): Promise<KeyNote | undefined> {
  const name = `${selector}._domainkey.${domain}`;
  const answer = await dns.ask(name, 'TXT');
  const failed = failedNote(`The DKIM key ${name}`, answer);
  if (failed !== undefined || answer.kind === 'none') return failed;
  // A wildcard for SPF (*.example.org) answers at every selector, too.
  if (recordsOf(answer).every(isSpf)) return undefined;
  const [record = '', ...others] = recordsOf(answer);
  if (others.length > 0)
    return bad(
      `${name} has ${others.length + 1} records; receivers may take any.`,
      'Leave one key under each selector.',
    );
  return readKey(name, record);
}

function readKey(name: string, record: string): KeyNote {
  const list = parseTags(record);
  if (!list.ok)
    return bad(
      `The DKIM key ${name} is broken: ${list.reason}.`,
      'Publish it anew as your signer prints it.',
    );
  const { tags } = list;
  const key = (tags.get('p') ?? '').replaceAll(/\s/g, '');
  if (!tags.has('p'))
    return bad(
      `The DKIM record ${name} has no key (p=).`,
      'Publish it anew as your signer prints it.',
    );
  if (key === '')
    return {
      ...warn(
        `The DKIM key ${name} is revoked (empty p=).`,
        'Do not sign with it; remove the selector once no mail signed with it is under way.',
      ),
      isRevoked: true,
    };
  const unused = whyUnused(tags);
  if (unused !== undefined)
    return bad(
      `The DKIM key ${name} ${unused}: receivers ignore it.`,
      'Publish it anew as your signer prints it.',
    );
  const isTest = (tags.get('t') ?? '').split(':').some((flag) => flag.trim() === 'y');
  const bits = keyBits(tags.get('k') ?? 'rsa', key);
  if (bits === undefined)
    return bad(`The DKIM key ${name} cannot be read.`, 'Publish it anew as your signer prints it.');
  if (bits !== 'ed25519' && bits < MIN_BITS)
    return bad(
      `The DKIM key ${name} has ${bits} bits; receivers do not believe keys under ${MIN_BITS}.`,
      `Make a new key of ${GOOD_BITS} bits.`,
    );
  if (isTest)
    return warn(
      `The DKIM key ${name} is marked as a test (t=y): receivers ignore it.`,
      'Remove t=y.',
    );
  if (bits !== 'ed25519' && bits < GOOD_BITS)
    return warn(
      `The DKIM key ${name} has ${bits} bits.`,
      `Make a new key of ${GOOD_BITS} bits (RFC 8301).`,
    );
  return fine(
    `The DKIM key ${name} is sound (${bits === 'ed25519' ? bits : `RSA, ${bits} bits`}).`,
  );
}

/** RFC 6376 section 3.6.1, RFC 8301 section 3.1: what makes a receiver pass over a key. */
function whyUnused(tags: ReadonlyMap<string, string>): string | undefined {
  const words = (tag: string): readonly string[] =>
    (tags.get(tag) ?? '').split(':').map((word) => word.trim().toLowerCase());
  const version = tags.get('v');
  if (version !== undefined && (version !== 'DKIM1' || [...tags.keys()][0] !== 'v'))
    return `begins with "v=${version.slice(0, 40)}" and not with v=DKIM1`;
  const kind = tags.get('k')?.trim().toLowerCase();
  if (kind !== undefined && kind !== 'rsa' && kind !== 'ed25519')
    return `is of the kind "${kind.slice(0, 40)}" and not rsa or ed25519`;
  if (tags.has('h') && !words('h').includes('sha256')) return 'does not allow sha256 (h=)';
  if (tags.has('s') && !words('s').some((word) => word === '*' || word === 'email'))
    return 'is not for mail (s=)';
  return undefined;
}

function keyBits(kind: string, key: string): number | 'ed25519' | undefined {
  const bytes = Buffer.from(key, 'base64');
  // RFC 8463 section 3: an Ed25519 key stands as its 32 bytes.
  if (kind.trim().toLowerCase() === 'ed25519') return bytes.length === 32 ? 'ed25519' : undefined;
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const parsed = createPublicKey({ key: bytes, format: 'der', type });
      return parsed.asymmetricKeyDetails?.modulusLength;
    } catch {
      // The other form may fit.
    }
  }
  return undefined;
}
