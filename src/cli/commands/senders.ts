/**
 * `primum relays` (ACC-1), `primum senders` (ACC-2) and `primum bulk-tools` (SND-12): what the operator
 * should look through.
 */
import type { Client } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { table, when, type Cell } from '../text.ts';

interface Listing<View, Row> {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly ask: (client: Client) => Promise<View>;
  readonly rows: (view: View) => readonly Row[];
  /** What is said where there is nothing to list. */
  readonly none: string;
  readonly columns: readonly (readonly [head: string, cell: (row: Row) => Cell])[];
  /** What is to be done with it. */
  readonly advice?: string;
}

function listing<View, Row>(given: Listing<View, Row>): Command {
  const { name, summary, details, ask, rows, none, columns, advice } = given;
  const head = columns.map(([title]) => title);
  return {
    name,
    summary,
    ...(details === undefined ? {} : { details }),
    asksDaemon: true,
    async run({ client, show }) {
      show(await ask(await client()), (view) => {
        const list = rows(view);
        if (list.length === 0) return `${none}\n`;
        const lines = list.map((row) => columns.map(([, cell]) => cell(row)));
        return table(head, lines) + (advice === undefined ? '' : `\n${advice}\n`);
      });
      return 0;
    },
  };
}

export const relays = listing({
  name: 'relays',
  summary: 'List who sends without AUTH and how much, so that they can be migrated.',
  ask: (client) => client.relays(),
  rows: (view) => view.relays,
  none: 'Nobody sends without AUTH.',
  details: 'What was refused is listed too; of refused clients those that try most are kept.',
  columns: [
    ['Identity', (row) => row.identity],
    ['Address', (row) => row.clientAddress],
    ['First (UTC)', (row) => when(row.firstAt)],
    ['Last (UTC)', (row) => when(row.lastAt)],
    ['Messages', (row) => row.messages],
    ['Recipients', (row) => row.recipients],
    ['Refused', (row) => row.refused],
  ],
});

export const senders = listing({
  name: 'senders',
  summary: 'List sender addresses with a clean history that the directory does not name.',
  ask: (client) => client.senderProposals(),
  rows: (view) => view.proposals,
  none: 'No sender address waits to be added to the directory.',
  columns: [
    ['Account', (row) => row.account],
    ['Sends as', (row) => row.address],
    ['Messages', (row) => row.messages],
    ['Days', (row) => row.days],
  ],
  advice: 'Add those that are right to the directory; the others are refused when you enforce.',
});

export const bulkTools = listing({
  name: 'bulk-tools',
  summary: 'List accounts that write with tools for bulk mail, and how much.',
  ask: (client) => client.bulkTools(),
  rows: (view) => view.tools,
  none: 'No account writes with a tool for bulk mail.',
  columns: [
    ['Account', (row) => row.account],
    ['Tool', (row) => row.tool],
    ['First (UTC)', (row) => when(row.firstAt)],
    ['Last (UTC)', (row) => when(row.lastAt)],
    ['Messages', (row) => row.messages],
    ['Recipients', (row) => row.recipients],
  ],
});
