/**
 * INB-3: whether the Postfix of this machine refuses unknown recipients while the sender waits, or
 * takes them and has to bounce later. Reads its settings; OWN-10 tries it from outside.
 */
import type { Check } from '../contract.ts';
import { readPostconf, settingsIn } from '../postconf.ts';
import { bad, fine, none, sumUp, warn, type Note } from './observe.ts';

const PARAMETERS = [
  ...['smtpd_reject_unlisted_recipient', 'smtpd_recipient_restrictions'],
  ...['smtpd_relay_restrictions', 'mydestination', 'local_recipient_maps', 'luser_relay'],
  ...['relay_domains', 'relay_recipient_maps', 'virtual_mailbox_domains', 'virtual_mailbox_maps'],
  ...['virtual_alias_domains', 'virtual_alias_maps', 'soft_bounce', 'content_filter'],
  ...['unknown_local_recipient_reject_code', 'unknown_relay_recipient_reject_code'],
  ...['unknown_virtual_mailbox_reject_code', 'unknown_virtual_alias_reject_code'],
];

export const recipientMaps: Check = {
  id: 'recipient-maps',
  practices: ['INB-3'],
  targets: ({ hosts }) => (hosts.some(({ roles }) => roles.includes('mx')) ? ['this machine'] : []),
  run: async () => [sumUp('INB-3', judgeSettings(await readPostconf(['-x', ...PARAMETERS])))],
};

/** @param text What `postconf -x` says of the parameters. */
export function judgeSettings(text: string): readonly Note[] {
  const settings = settingsIn(text);
  if (settings.size === 0)
    return [none('This machine has no Postfix, so how it checks recipients was not read.')];
  const value = (name: string): string => (settings.get(name) ?? '').trim();
  const notes = [
    ...listNotes(value),
    ...codeNotes(settings),
    ...(value('luser_relay') === ''
      ? []
      : [
          bad(
            `Postfix gives mail for unknown local users to ${value('luser_relay')} (luser_relay).`,
            'Empty luser_relay, so that unknown users are refused.',
          ),
        ]),
    ...(value('content_filter') === ''
      ? []
      : [
          warn(
            `Mail goes to ${value('content_filter')} after it was taken (content_filter): what is found there can only be bounced or dropped.`,
            'Scan before the queue: with a milter, or with inbound.virus and doors.milter.inbound_daemons.',
          ),
        ]),
  ];
  return notes.length > 0
    ? notes
    : [fine('Postfix of this machine refuses unknown recipients of all its domains at once.')];
}

const CLASSES = [
  ['mydestination', 'local_recipient_maps', 'local'],
  ['relay_domains', 'relay_recipient_maps', 'relay'],
  ['virtual_mailbox_domains', 'virtual_mailbox_maps', 'virtual mailbox'],
  ['virtual_alias_domains', 'virtual_alias_maps', 'virtual alias'],
] as const;

type Value = (name: string) => string;

/** Without a list of recipients Postfix takes mail for anybody in the domain (ADDRESS_CLASS_README). */
function listNotes(value: Value): readonly Note[] {
  const restrictions = `${value('smtpd_recipient_restrictions')} ${value('smtpd_relay_restrictions')}`;
  const asksNextHop = /\breject_unverified_recipient\b/.test(restrictions);
  const asksLists = /\breject_unlisted_recipient\b/.test(restrictions);
  if (value('smtpd_reject_unlisted_recipient') === 'no' && !asksLists && !asksNextHop)
    return [
      bad(
        'Postfix does not check recipients (smtpd_reject_unlisted_recipient = no).',
        'Set it to yes, its default.',
      ),
    ];
  if (asksNextHop) return [];
  return CLASSES.filter(([domains, maps]) => value(domains) !== '' && value(maps) === '').map(
    ([domains, maps, kind]) =>
      bad(
        `Postfix takes mail for anybody in its ${kind} domains: ${domains} is "${value(domains).slice(0, 120)}" and ${maps} is empty.`,
        `Name the recipients in ${maps}, or ask the next host with reject_unverified_recipient.`,
      ),
  );
}

/** A 4xx lets the sender try for days what will never be taken. */
function codeNotes(settings: ReadonlyMap<string, string>): readonly Note[] {
  const soft = [...settings].filter(
    ([name, code]) => name.endsWith('_reject_code') && code.startsWith('4'),
  );
  if (settings.get('soft_bounce') === 'yes')
    return [
      warn('Postfix asks to come again in place of refusing (soft_bounce).', 'Set it to no.'),
    ];
  return soft.map(([name, code]) =>
    warn(`Unknown recipients are answered ${code} (${name}).`, `Set ${name} to 550.`),
  );
}
