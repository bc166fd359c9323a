/** `primum forward list|off|on`: forwards whose far side is dead (FWD-2). */
import type { ForwardOffView } from '../../client/client.ts';
import type { Command, Context } from '../command.ts';
import { counted, table, unknownName, when } from '../text.ts';

const CHANGE = {
  to: {
    type: 'string',
    value: 'ADDRESS',
    help: 'Only the forward to this address; else all of the account.',
  },
  why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
} as const;

export const forwardList: Command = {
  name: 'forward list',
  summary: 'List the forwards that are off.',
  details: 'A forward goes off by itself when its far side is dead, or by "primum forward off".',
  arguments: [{ name: 'ACCOUNT', isOptional: true }],
  asksDaemon: true,
  async run({ argument, client, show }) {
    const account = argument(0);
    const daemon = await client();
    const forwards: ForwardOffView[] = [];
    for (let after: string | undefined; ; after = forwards.at(-1)?.account) {
      const page = await daemon.forwards({
        ...(account !== '' && { account }),
        ...(after !== undefined && { after }),
      });
      forwards.push(...page.forwards);
      if (!page.isCut) break;
    }
    show({ forwards }, () => listText(forwards, account));
    return 0;
  },
};

export const forwardOff: Command = {
  name: 'forward off',
  summary: 'Switch a forward off: its mail is kept here from now on.',
  arguments: [{ name: 'ACCOUNT' }],
  options: CHANGE,
  asksDaemon: true,
  async run(context) {
    const off = await (await context.client()).forwardOff(requestOf(context));
    context.show(off, (made) => {
      const { account, to } = made;
      const kept =
        to === ''
          ? `Nothing of ${account} is forwarded from now on; its mail is kept here.\n`
          : `Nothing of ${account} is forwarded to ${to} from now on; other forwards of it go on.\n`;
      return kept + unknownName(made, 'forward on');
    });
    return 0;
  },
};

export const forwardOn: Command = {
  name: 'forward on',
  summary: 'Switch a forward on again, and count its failures anew.',
  arguments: [{ name: 'ACCOUNT' }],
  options: CHANGE,
  asksDaemon: true,
  async run(context) {
    const request = requestOf(context);
    const on = await (await context.client()).forwardOn(request);
    context.show({ account: request.account, ...on }, ({ account, count }) => {
      return `${counted(count, 'forward', 'forwards')} of ${account} went on. Mail that was kept stays where it is.\n`;
    });
    return 0;
  },
};

function requestOf({ argument, option, io }: Context) {
  const to = option('to');
  return {
    account: argument(0),
    by: io.user(),
    why: option('why') ?? '',
    ...(to !== undefined && { to }),
  };
}

function listText(forwards: readonly ForwardOffView[], account: string): string {
  if (forwards.length === 0) {
    return account === '' ? 'No forward is off.\n' : `No forward of ${account} is off.\n`;
  }
  const rows = forwards.map(({ to, ...off }) => [
    off.account,
    to === '' ? 'every address' : to,
    when(off.at),
    off.by,
    off.why,
  ]);
  const sum = counted(forwards.length, 'forward is', 'forwards are');
  return `${table(['Account', 'To', 'Since (UTC)', 'By', 'Why'], rows)}\n${sum} off.\n`;
}
