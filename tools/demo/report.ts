/** The table the demonstration ends with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openClient, type Client } from '../../src/client/client.ts';
import type { Daemon } from '../../src/daemon/daemon.ts';
import {
  ALERTS,
  BOTNET,
  CAMPAIGN,
  FOREIGN,
  GUESSER,
  HOPPER,
  INFECTED,
  NEWSLETTER,
  PEOPLE,
  VICTIM,
} from './cast.ts';
import type { Ledger, Shown } from './ledger.ts';
import type { PlayedMailServer } from './mail-server.ts';
import { SCENES, type Scene } from './whole-messages.ts';

const CAST = [BOTNET, HOPPER, FOREIGN, ALERTS, VICTIM, NEWSLETTER];
const TITLES: Readonly<Record<Scene, string>> = {
  letters: 'letters of people, each his own text',
  campaign: 'one text from four stolen accounts',
  virus: 'a letter with a virus test file (EICAR)',
  newsletter: 'a newsletter by a bulk tool',
};
const WIDTH = 100;

export interface Given {
  readonly daemon: Daemon;
  readonly folder: string;
  readonly seconds: number;
  /** Which virus scanner it was, in a sentence. */
  readonly scanner: string;
  readonly mail: PlayedMailServer;
}

export async function printReport(ledger: Ledger, given: Given): Promise<void> {
  const address = given.daemon.addresses['api']?.[0] ?? '';
  const token = (await readFile(join(given.folder, 'var', 'api-token'), 'utf8')).trim();
  const client = openClient({ baseUrl: `http://${address}`, token });
  const { messages, logins } = ledger;
  print(
    `${messages} messages and ${logins} logins went through the real doors in ${given.seconds.toFixed(0)} s.`,
  );
  print();
  await printAccounts(ledger, client);
  print();
  await printWholeMessages(ledger, client);
  print();
  printMailServer(given.mail);
  print(given.scanner);
  await printTrace(ledger, client);
  printOthers(ledger);
  const { locks } = await client.locks();
  const locked = locks.map(({ account }) => account).join(', ');
  print(`Locked until the owner has a new password: ${locked}.`);
}

/** What is longer than a terminal goes on in the next line, further in. */
function print(text = ''): void {
  const margin = /^ */.exec(text)?.[0] ?? '';
  let line = margin;
  for (const word of text.trim().split(' ')) {
    if (line.trim() !== '' && line.length + word.length > WIDTH) {
      process.stdout.write(`${line.trimEnd()}\n`);
      line = `${margin}  `;
    }
    line += `${word} `;
  }
  process.stdout.write(`${line.trimEnd()}\n`);
}

const ACCOUNT_COLUMNS = [25, 39, 9, 9, 0];

async function printAccounts(ledger: Ledger, client: Client): Promise<void> {
  const columns = ACCOUNT_COLUMNS;
  print('The day of the thieves, through the policy door and the login door:');
  print();
  print(row(['account', 'what it is', 'let out', 'stopped', 'logins refused'], columns));
  print('-'.repeat(WIDTH));
  for (const { account, title } of CAST) {
    const { letOut, stopped, refusedLogins, before = 0, told } = ledger.of(account);
    print(row([account, title, `${letOut}`, `${stopped}`, `${refusedLogins}`], columns));
    await printReasons(client, { told, before });
  }
  await printGuesser(ledger, client, columns);
  print('-'.repeat(WIDTH));
}

const SCENE_COLUMNS = [55, 9, 9, 9, 0];

async function printWholeMessages(ledger: Ledger, client: Client): Promise<void> {
  const columns = SCENE_COLUMNS;
  print('Whole messages of that day, through the milter door:');
  print();
  print(row(['what was sent', 'sent', 'let out', 'held', 'refused'], columns));
  print('-'.repeat(WIDTH));
  for (const scene of SCENES) {
    const { sent, letOut, held, refused, told } = ledger.scene(scene);
    print(row([TITLES[scene], `${sent}`, `${letOut}`, `${held}`, `${refused}`], columns));
    await printReasons(client, { told, before: letOut, isHeld: held > 0 });
    if (scene === 'newsletter') await printBulkTools(client);
  }
  print('-'.repeat(WIDTH));
  const { holds } = await client.holds({ state: 'open' });
  const stopped = SCENES.reduce((sum, scene) => sum + ledger.scene(scene).held, 0);
  print(
    `${holds.length} held messages wait for a person, with an owner and a clock ("primum hold list"): ${stopped} of these, and ${holds.length - stopped} that waited in the queue when their account was locked.`,
  );
}

function printMailServer({ delivered, queue }: PlayedMailServer): void {
  print(
    `The mail server behind the doors is played, and what it delivers goes nowhere: ${delivered} messages delivered, ${queue.count('hold')} in its hold queue, ${queue.count('deferred')} waiting for another try. The agent that works on its queue is the real one.`,
  );
  print(
    'Two complaints of a feedback loop are played, too; two reports came by the real public form.',
  );
}

function row(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('')
    .trimEnd();
}

interface Stopped {
  /** With the reference; empty when nothing was stopped. */
  readonly told: string;
  /** Messages that left before. */
  readonly before: number;
  readonly isHeld?: boolean;
}

/** Why, from `primum explain` with the reference that was given, and what was said. */
async function printReasons(client: Client, { told, before, isHeld }: Stopped): Promise<void> {
  const reference = /Reference ([0-9A-Z]{8})/.exec(told)?.[1];
  if (reference === undefined) return;
  const { verdict } = await client.explain(reference);
  const when = before === 0 ? 'At the first message' : `After ${counted(before, 'message')}`;
  const whom = isHeld === true ? 'The hold says' : 'The client is told';
  print(`    ${when}: ${verdict.reasons[0]?.text ?? ''}`);
  print(`    ${whom}: ${told.replace(/^(?:\S+ )?\d\.\d\.\d /, '')}`);
}

function counted(amount: number, one: string): string {
  return `${amount} ${one}${amount === 1 ? '' : 's'}`;
}

async function printBulkTools(client: Client): Promise<void> {
  const { tools } = await client.bulkTools();
  for (const { account, tool, messages } of tools) {
    print(`    Recognised, not stopped: ${account} wrote ${messages} messages with ${tool}.`);
  }
}

/** The header of the first copy of the campaign tells whose account was stolen. */
async function printTrace(ledger: Ledger, client: Client): Promise<void> {
  const text = headersOf(ledger.scene('campaign'));
  const { tokens } = await client.trace(text);
  const traced = tokens[0]?.traced;
  if (!traced) return;
  const time = `${traced.at.slice(0, 16).replace('T', ' ')} UTC`;
  print(
    `The first copy that left names its sender to us alone ("primum trace"): ${traced.account}, ${time}.`,
  );
}

function headersOf({ added }: Shown): string {
  return [...added].map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** What the alert says, from `primum incidents`. */
async function printGuesser(ledger: Ledger, client: Client, columns: readonly number[]) {
  const { incidents } = await client.incidents({ limit: 100 });
  const incident = incidents.find(({ cause }) => cause === 'source-shut-out');
  const { guesses } = ledger;
  const who = `${GUESSER}.1 to .3`;
  print(
    row([who, 'guesses one password', '-', '-', `${guesses.refused} of ${guesses.tried}`], columns),
  );
  if (incident === undefined) return;
  print(`    After ${guesses.tried - guesses.refused} guesses: ${incident.summary}`);
  print(`    Shut out: ${(incident.sources?.names ?? []).join('; ')}.`);
}

function printOthers(ledger: Ledger): void {
  const stolen = [BOTNET.account, HOPPER.account, INFECTED.account, ...CAMPAIGN];
  const others = PEOPLE.filter(({ account }) => !stolen.includes(account));
  const hurt = others.filter(({ account }) => ledger.isHurt(account)).map(({ account }) => account);
  print(
    hurt.length === 0
      ? `None of the other ${others.length} people was stopped, the one whose password was guessed included.`
      : `Hurt without reason: ${hurt.join(', ')}.`,
  );
}
