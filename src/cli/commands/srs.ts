/** `primum srs forward|reverse ADDRESS`: the sender of forwarded mail, there and back; its keys (FWD-1). */
import { CONFIG_OPTION } from '../command.ts';
import type { Command, SrsAnswer } from '../command.ts';

/** Left alone, or nothing that can be read; 1 and 2 are failures, as everywhere. */
const EXIT_AS_IT_IS = 3;

const KEYS_TEXT =
  "Works without a daemon, with the keys in the state folder; run it as root or as the daemon's user. " +
  'Of your own domains it knows those in `policy.domains` and in the directory file.';

export const srsForward: Command = {
  name: 'srs forward',
  summary: 'Show the sender that a forwarded message gets.',
  details:
    `${KEYS_TEXT} With --account it is the form that names the account, as the milter writes it. ` +
    'Exit code 3: the sender stays as it is.',
  arguments: [{ name: 'ADDRESS' }],
  options: {
    account: { type: 'string', value: 'ACCOUNT', help: 'Whose forward it is.' },
    ...CONFIG_OPTION,
  },
  async run({ wiring, argument, option, show }) {
    const answer = await wiring.srs({
      way: 'forward',
      address: argument(0),
      account: option('account'),
      configFile: option('config'),
    });
    const isUnnamed = option('account') !== undefined && answer.ok && answer.form === 'plain';
    show(answer, (shown) => answerText(shown) + (isUnnamed ? UNNAMED : ''));
    return answer.ok ? 0 : EXIT_AS_IT_IS;
  },
};

const UNNAMED =
  'It is the plain form and does NOT name the account: with the tag the local part would be longer than ' +
  '64 bytes. A bounce that comes to it later counts for no forward.\n';

export const srsReverse: Command = {
  name: 'srs reverse',
  summary: 'Show where a bounce to an address of a forward goes on to.',
  details: `${KEYS_TEXT} Exit code 3: it is no address of ours, forged or too old.`,
  arguments: [{ name: 'ADDRESS' }],
  options: CONFIG_OPTION,
  async run({ wiring, argument, option, show }) {
    const answer = await wiring.srs({
      way: 'reverse',
      address: argument(0),
      account: undefined,
      configFile: option('config'),
    });
    show(answer, answerText);
    return answer.ok ? 0 : EXIT_AS_IT_IS;
  },
};

export const srsRotate: Command = {
  name: 'srs rotate',
  summary: 'Make a new key for senders of forwards now, and drop one that was stolen.',
  details:
    'Bounces to senders made with older keys still come home for 21 days. After a theft, drop the key: ' +
    'then they are refused, those to mail that left with it included.',
  options: {
    drop: {
      type: 'string',
      value: 'KEY|all',
      help: 'The key to drop, or all that there are until now.',
    },
  },
  asksDaemon: true,
  async run({ option, io, client, show }) {
    const drop = option('drop');
    const request = { by: io.user(), ...(drop !== undefined && { drop }) };
    show(await (await client()).rotateForwardKey(request), ({ key, dropped }) => {
      const now = `The key ${key} makes senders of forwards from now on.`;
      return dropped.length === 0
        ? `${now} Older ones are still read.\n`
        : `${now}\nBounces to senders of ${dropped.join(', ')} are refused.\n`;
    });
    return 0;
  },
};

function answerText(answer: SrsAnswer): string {
  if (!answer.ok) return `${REASONS[answer.reason] ?? answer.reason}\n`;
  const tag = answer.tag === undefined ? '' : `It names the account with the tag ${answer.tag}.\n`;
  return `${answer.address}\n${tag}`;
}

const REASONS: Readonly<Record<string, string>> = {
  'no-domain': 'Nothing is rewritten: set forwards.domain in the configuration.',
  'null-sender': 'The null sender stays as it is: it is a bounce.',
  'not-an-address':
    'It stays as it is: it is no plain mail address. Write user@domain without quotes.',
  ours: 'It stays as it is: it is an address of forwards already.',
  'own-domain': 'It stays as it is: the domain is your own.',
  excluded: 'It stays as it is: forwards.exclude_domains names its domain.',
  'too-long': 'It stays as it is: rewritten it would be longer than the 64 bytes of a local part.',
  'other-domain':
    'It is no address of forwards: neither forwards.domain nor forwards.former_domains is its domain.',
  'not-srs': 'It is no address of forwards: it does not begin with SRS0= or SRS1=.',
  malformed: 'It is FORGED or cut: a part of it is missing.',
  forged: 'It is FORGED, or made with a key that is no longer here.',
  expired: 'It is too old: addresses of forwards live for 21 days.',
};
