/** SND-13: `primum suppression`: why a recipient is not written to again, and the end of it. */
import type { SuppressionView } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { table, when } from '../text.ts';

const WHY = { unknown: 'does not exist', complained: 'complained' } as const;
const DONE = { off: 'nothing', observe: 'counts as evidence', refuse: 'is refused' } as const;

export const suppression: Command = {
  name: 'suppression',
  summary: 'Show why a recipient is not written to again.',
  details: 'Recipients are kept as keyed hashes: one can be asked for, and none listed.',
  arguments: [{ name: 'ADDRESS' }],
  options: {
    account: {
      type: 'string',
      value: 'ACCOUNT',
      help: 'Who writes there: a complaint counts for the account it is about only.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, client, show }) {
    const account = option('account');
    const asked = { recipient: argument(0), ...(account === undefined ? {} : { account }) };
    show(await (await client()).suppression(asked), suppressionText);
    return 0;
  },
};

function suppressionText({ recipient, reasons }: SuppressionView): string {
  if (reasons.length === 0) return `Nothing is remembered of ${recipient}.\n`;
  return table(
    ['What is known', 'Said last (UTC)', 'Times', 'Until (UTC)', 'Mail to it', 'Told to'],
    reasons.map(({ kind, at, times, until, action, isOwn }) => [
      WHY[kind],
      when(at),
      times,
      when(until),
      DONE[action],
      isOwn === undefined ? '' : isOwn ? 'this account' : 'another account',
    ]),
  );
}

export const suppressionEnd: Command = {
  name: 'suppression end',
  summary: 'Forget that a recipient does not exist or complained, so that it is written to again.',
  arguments: [{ name: 'ADDRESS' }],
  options: {
    why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
  },
  asksDaemon: true,
  async run({ argument, option, io, client, show }) {
    const recipient = argument(0);
    await (await client()).endSuppression({ recipient, by: io.user(), why: option('why') ?? '' });
    show({ recipient, ended: true }, () => `${recipient} may be written to again.\n`);
    return 0;
  },
};
