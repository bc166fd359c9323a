/** `primum hold list|show|release|return|delete` (CON-3, CON-4). */
import type { HoldView, ShownView } from '../../client/client.ts';
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { counted, indent, oneLine, table, when } from '../text.ts';

const DEFAULT_LIMIT = 50;
/** Of one answer of the daemon. */
const MAX_LIMIT = 500;

const LIMIT = {
  limit: { type: 'string', value: 'N', help: 'At most so many, newest first. Default 50.' },
} as const;

export const holdList: Command = {
  name: 'hold list',
  summary: 'List the messages that are held, with their owner and their end.',
  options: {
    all: { type: 'boolean', help: 'Those that wait no more, too.' },
    account: { type: 'string', value: 'ACCOUNT', help: 'Those of one account only.' },
    ...LIMIT,
  },
  asksDaemon: true,
  async run({ option, flag, client, show }) {
    const account = option('account');
    const limit = option('limit');
    if (limit !== undefined && (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MAX_LIMIT)) {
      throw new PrimumError('USAGE', `--limit ${limit} is not a number from 1 to 500.`);
    }
    const daemon = await client();
    const wanted = {
      ...(flag('all') ? {} : { state: 'open' as const }),
      ...(account === undefined ? {} : { account }),
    };
    const most = Number(limit ?? DEFAULT_LIMIT);
    const found = await daemon.holds({ ...wanted, limit: most });
    const isCut = found.holds.length === most && most < MAX_LIMIT;
    const all = isCut
      ? (await daemon.holds({ ...wanted, limit: MAX_LIMIT })).holds.length
      : found.holds.length;
    show(found, ({ holds }) =>
      holds.length === 0
        ? 'No message is held.\n'
        : `${table(
            ['Reference', 'Since (UTC)', 'Account', 'State', 'Owner', 'Ends (UTC)', 'Why'],
            holds.map(row),
          )}\n${amountOf(holds.length, all)}\n`,
    );
    return 0;
  },
};

/** `50 of 226 messages.` */
function amountOf(shown: number, all: number): string {
  if (all <= shown && shown < MAX_LIMIT) return `${counted(shown, 'message')}.`;
  const most = all < MAX_LIMIT ? `${all}` : `${MAX_LIMIT} or more`;
  return `${shown} of ${most} messages.`;
}

function row(hold: HoldView): string[] {
  const { reference, at, account, state, owner, reasons } = hold;
  return [reference, when(at), account, state, owner, endOf(hold), reasons[0]?.text ?? ''];
}

function endOf({ closedAt, releaseAtMs, expiresAtMs }: HoldView): string {
  if (closedAt !== undefined) return when(closedAt);
  const ends = releaseAtMs ?? expiresAtMs;
  return ends === undefined ? '-' : when(new Date(ends).toISOString());
}

export const holdShow: Command = {
  name: 'hold show',
  summary: 'Show a held message: why it waits, and the message itself as plain text.',
  details:
    'Nothing of the message is decoded, fetched or run; what would steer a screen is written out.',
  arguments: [{ name: 'REFERENCE' }],
  asksDaemon: true,
  async run({ argument, client, show }) {
    const daemon = await client();
    const hold = await daemon.hold(argument(0));
    const shown = hold.closedAt === undefined ? await daemon.heldMessage(hold.id) : undefined;
    show({ hold, shown: shown ?? null }, (both) => holdText(both.hold) + messageText(both.shown));
    return 0;
  },
};

export function holdText(hold: HoldView): string {
  const { reference, account, mta, queueId, recipients, owner, state, outcome } = hold;
  const lines = [
    `Account ${account === '' ? '(none)' : account}, sender <${hold.envelopeSender}>, ${counted(recipients, 'recipient')}.`,
    `Queue id ${queueId} on ${mta}, ${hold.sizeBytes} bytes; id ${hold.id}.`,
    `Held since ${when(hold.at)} UTC; owner ${owner}; ${fate(hold)}`,
    ...(outcome === '' ? [] : [outcome]),
    ...(hold.why === '' ? [] : [`Decided by ${oneLine(hold.by)}: ${oneLine(hold.why)}`]),
    ...(hold.lastError === '' ? [] : [`Last trouble: ${hold.lastError}`]),
    ...hold.reasons.map(({ text }) => `Why: ${text}`),
  ];
  return `${reference}: ${state}\n${indent(lines.map((line) => `${line}\n`).join(''))}`;
}

function fate(hold: HoldView): string {
  if (hold.closedAt !== undefined) return `ended ${when(hold.closedAt)} UTC.`;
  if (hold.releaseAtMs !== undefined) return `lets itself go ${endOf(hold)} UTC.`;
  if (hold.envelopeSender === '') {
    return 'stays until somebody decides: it has no sender to go back to.';
  }
  return hold.expiresAtMs === undefined
    ? 'stays until somebody decides.'
    : `goes back to its sender ${endOf(hold)} UTC.`;
}

const NOT_SHOWN = {
  held: '',
  elsewhere: '',
  missing: '\nThe message is in the queue no more.\n',
  other: '\nIts queue id belongs to another message now, which is not shown.\n',
} as const;

function messageText(shown: ShownView | null): string {
  if (shown === null) return '';
  const { message } = shown;
  if (message === undefined) return NOT_SHOWN[shown.state];
  const to = message.recipients.slice(0, 20).map((address) => `<${address}>`);
  const more = message.recipients.length > 20 ? ` and ${message.recipients.length - 20} more` : '';
  const cut = message.isCut ? '\n(The rest is not shown.)\n' : '';
  return `\nTo ${to.join(' ')}${more}\n\n${message.headers}\n${message.body}${cut}`;
}

const DONE = {
  release: 'is released. The agent on its mail host delivers it.',
  return: 'goes back to its sender; then it is deleted.',
  delete: 'is deleted. Its sender is not told.',
} as const;

function decision(choice: keyof typeof DONE, summary: string, details?: string): Command {
  return {
    name: `hold ${choice}`,
    summary,
    ...(details === undefined ? {} : { details }),
    arguments: [{ name: 'REFERENCE' }],
    options: {
      why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
    },
    asksDaemon: true,
    async run({ argument, option, io, client, show }) {
      const request = { by: io.user(), why: option('why') ?? '' };
      const hold = await (await client()).decideHold(argument(0), choice, request);
      show(hold, () => `The message ${hold.reference} ${DONE[choice]}\n`);
      return 0;
    },
  };
}

export const holdRelease = decision(
  'release',
  'Let a held message go; it does not pass the filters again.',
);
export const holdReturn = decision(
  'return',
  'Return a held message to its sender with the reason.',
  'The reason given with --why is in the notification. Only senders of your own domains are told anything.',
);
export const holdDelete = decision('delete', 'Delete a held message without a word.');
