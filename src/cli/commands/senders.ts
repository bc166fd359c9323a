/**
 * `primum relays` (ACC-1), `primum senders` (ACC-2) and `primum bulk-tools` (SND-12): what the operator
 * should look through.
 */
import type { Command } from '../command.ts';
import { table, when } from '../text.ts';

export const relays: Command = {
  name: 'relays',
  summary: 'List who sends without AUTH and how much, so that they can be migrated.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).relays(), ({ relays: list }) =>
      list.length === 0
        ? 'Nobody sends without AUTH.\n'
        : table(
            ['Identity', 'Address', 'First (UTC)', 'Last (UTC)', 'Messages', 'Recipients'],
            list.map((r) => [
              r.identity,
              r.clientAddress,
              when(r.firstAt),
              when(r.lastAt),
              r.messages,
              r.recipients,
            ]),
          ),
    );
    return 0;
  },
};

export const senders: Command = {
  name: 'senders',
  summary: 'List sender addresses with a clean history that the directory does not name.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).senderProposals(), ({ proposals }) =>
      proposals.length === 0
        ? 'No sender address waits to be added to the directory.\n'
        : `${table(
            ['Account', 'Sends as', 'Messages', 'Days'],
            proposals.map((p) => [p.account, p.address, p.messages, p.days]),
          )}\nAdd those that are right to the directory; the others are refused when you enforce.\n`,
    );
    return 0;
  },
};

export const bulkTools: Command = {
  name: 'bulk-tools',
  summary: 'List accounts that write with tools for bulk mail, and how much.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).bulkTools(), ({ tools }) =>
      tools.length === 0
        ? 'No account writes with a tool for bulk mail.\n'
        : table(
            ['Account', 'Tool', 'First (UTC)', 'Last (UTC)', 'Messages', 'Recipients'],
            tools.map((t) => [
              t.account,
              t.tool,
              when(t.firstAt),
              when(t.lastAt),
              t.messages,
              t.recipients,
            ]),
          ),
    );
    return 0;
  },
};
