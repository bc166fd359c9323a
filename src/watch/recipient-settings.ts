/** INB-3: what the settings of Postfix say of unknown recipients. */
import { bad, fine, warn, type Note } from './checks/observe.ts';
import { wordsIn } from './postconf.ts';

const RESTRICTIONS = ['smtpd_relay_restrictions', 'smtpd_recipient_restrictions'];
/** Asked at RCPT where smtpd_delay_reject is on, else before anybody has named a recipient. */
const EARLY = ['smtpd_client_restrictions', 'smtpd_helo_restrictions', 'smtpd_sender_restrictions'];

export const PARAMETERS: readonly string[] = [
  ...['smtpd_reject_unlisted_recipient', 'smtpd_delay_reject', ...RESTRICTIONS, ...EARLY],
  ...['mydestination', 'local_recipient_maps', 'luser_relay'],
  ...['relay_domains', 'relay_recipient_maps', 'virtual_mailbox_domains', 'virtual_mailbox_maps'],
  ...['virtual_alias_domains', 'virtual_alias_maps', 'virtual_transport'],
  ...['soft_bounce', 'content_filter'],
  ...['unknown_local_recipient_reject_code', 'unknown_relay_recipient_reject_code'],
  ...['unknown_virtual_mailbox_reject_code', 'unknown_virtual_alias_reject_code'],
];

export const CLASSES = [
  ['mydestination', 'local_recipient_maps', 'local'],
  ['relay_domains', 'relay_recipient_maps', 'relay'],
  ['virtual_mailbox_domains', 'virtual_mailbox_maps', 'virtual mailbox'],
  ['virtual_alias_domains', 'virtual_alias_maps', 'virtual alias'],
] as const;

/** Of a parameter; empty where it is not known. */
export type Value = (name: string) => string;

export interface Judged {
  readonly notes: readonly Note[];
  /** Its lists are what says who is there, so that it matters what they say. */
  readonly isAsked: boolean;
}

export function judgeSettings(value: Value): Judged {
  const lists = listNotes(value);
  const notes = [
    ...lists.notes,
    ...codeNotes(value),
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
  const { isAsked } = lists;
  if (notes.length > 0) return { notes, isAsked };
  const well = 'Postfix of this machine refuses unknown recipients of all its domains at once.';
  return { notes: [fine(well)], isAsked };
}

/** Without a list of recipients Postfix takes mail for anybody in the domain (ADDRESS_CLASS_README). */
function listNotes(value: Value): Judged {
  if (isReached(value, 'reject_unverified_recipient')) return { notes: [], isAsked: false };
  if (value('smtpd_reject_unlisted_recipient') === 'no') {
    if (!isReached(value, 'reject_unlisted_recipient'))
      return { notes: [uncheckedNote(value)], isAsked: false };
  }
  const empty = CLASSES.filter(([domains, maps]) => value(domains) !== '' && value(maps) === '');
  return {
    isAsked: true,
    notes: empty.map(([domains, maps, kind]) =>
      bad(
        `Postfix takes mail for anybody in its ${kind} domains: ${domains} is "${value(domains).slice(0, 120)}" and ${maps} is empty.`,
        `Name the recipients in ${maps}, or ask the next host with reject_unverified_recipient.`,
      ),
    ),
  };
}

const isDelayed = (value: Value): boolean => value('smtpd_delay_reject') !== 'no';

function isReached(value: Value, restriction: string): boolean {
  const lists = [...RESTRICTIONS, ...(isDelayed(value) ? EARLY : [])];
  return lists.some((list) => reached(value(list)).includes(restriction));
}

/** Restrictions that refuse: none behind a bare `permit`, none that only warns (SMTPD_ACCESS_README). */
function reached(list: string): readonly string[] {
  const words = wordsIn(list);
  const end = words.findIndex((word) => word.toLowerCase() === 'permit');
  return words
    .slice(0, end < 0 ? undefined : end)
    .filter((_, at) => words[at - 1] !== 'warn_if_reject');
}

function uncheckedNote(value: Value): Note {
  const text = 'Postfix does not check recipients (smtpd_reject_unlisted_recipient = no)';
  const advice = 'Set smtpd_reject_unlisted_recipient to yes, its default.';
  const early = EARLY.find((list) => reached(value(list)).includes('reject_unlisted_recipient'));
  if (early === undefined || isDelayed(value)) return bad(`${text}.`, advice);
  return bad(
    `${text}: reject_unlisted_recipient in ${early} does nothing there, as smtpd_delay_reject is no and nobody has named a recipient yet.`,
    advice,
  );
}

const CODES = PARAMETERS.filter((name) => name.endsWith('_reject_code'));

/** A 4xx lets the sender try for days what will never be taken. */
function codeNotes(value: Value): readonly Note[] {
  if (value('soft_bounce') === 'yes')
    return [
      warn('Postfix asks to come again in place of refusing (soft_bounce).', 'Set it to no.'),
    ];
  return CODES.filter((name) => value(name).startsWith('4')).map((name) =>
    warn(`Unknown recipients are answered ${value(name)} (${name}).`, `Set ${name} to 550.`),
  );
}
