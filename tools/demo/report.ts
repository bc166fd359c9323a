/** What the demonstration counted, and the table it ends with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openClient, type Client } from '../../src/client/client.ts';
import type { Daemon } from '../../src/daemon/daemon.ts';
import { ALERTS, BOTNET, FOREIGN, HOPPER, NEWSLETTER, PEOPLE, VICTIM } from './cast.ts';
import type { Answer, Message } from './clients.ts';

/** What became of one account's mail on the day of the thieves. */
interface Day {
  messages: number;
  /** Messages that went out before the first one was stopped. */
  before: number | undefined;
  stopped: number;
  firstReply: string;
  refusedLogins: number;
}

export class Ledger {
  messages = 0;
  logins = 0;
  /** From now on it is the day of the thieves. */
  isBad = false;
  readonly #days = new Map<string, Day>();

  of(account: string): Day {
    const known = this.#days.get(account) ?? {
      messages: 0,
      before: undefined,
      stopped: 0,
      firstReply: '',
      refusedLogins: 0,
    };
    this.#days.set(account, known);
    return known;
  }

  message(message: Message, answer: Answer): void {
    this.messages += 1;
    const day = this.of(message.account);
    if (answer.action.startsWith('DUNNO')) {
      if (this.isBad) day.messages += 1;
      return;
    }
    day.before ??= day.messages;
    day.firstReply ||= answer.action;
    day.stopped += 1;
  }

  login(account: string, login: { readonly right: boolean; readonly gotIn: boolean }): void {
    this.logins += 1;
    if (login.right && !login.gotIn) this.of(account).refusedLogins += 1;
  }

  isHurt(account: string): boolean {
    const day = this.of(account);
    return day.stopped > 0 || day.refusedLogins > 0;
  }
}

const CAST = [BOTNET, HOPPER, FOREIGN, ALERTS, VICTIM, NEWSLETTER];
const WIDTH = 100;

export async function printReport(
  ledger: Ledger,
  given: { readonly daemon: Daemon; readonly folder: string; readonly seconds: number },
): Promise<void> {
  const out = (line = ''): void => void process.stdout.write(`${line}\n`);
  const address = given.daemon.addresses['api']?.[0] ?? '';
  const token = (await readFile(join(given.folder, 'var', 'api-token'), 'utf8')).trim();
  const client = openClient({ baseUrl: `http://${address}`, token });
  const { messages, logins } = ledger;
  out(
    `${messages} messages and ${logins} logins went through the real doors in ${given.seconds.toFixed(0)} s.`,
  );
  out('On the day of the thieves:');
  out();
  out(row(['account', 'what it is', 'let out', 'stopped', 'logins refused']));
  out('-'.repeat(WIDTH));
  for (const { account, title } of CAST) {
    const day = ledger.of(account);
    const before = day.before === undefined ? `all ${day.messages}` : `${day.before}, then`;
    out(row([account, title, before, String(day.stopped), String(day.refusedLogins)]));
    for (const line of await reasons(client, day)) out(`    ${line}`);
  }
  out('-'.repeat(WIDTH));
  await printGuesses(client, out);
  const stolen = [BOTNET.account, HOPPER.account];
  const others = PEOPLE.filter(({ account }) => !stolen.includes(account));
  const hurt = others.filter(({ account }) => ledger.isHurt(account)).map(({ account }) => account);
  out(
    hurt.length === 0
      ? `None of the other ${others.length} people was stopped, the one whose password was guessed included.`
      : `Hurt without reason: ${hurt.join(', ')}.`,
  );
  const { locks } = await client.locks();
  out(
    `Locked until the owner has a new password: ${locks.map(({ account }) => account).join(', ')}.`,
  );
}

function row(cells: readonly string[]): string {
  const widths = [25, 36, 13, 11, 0];
  return cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('')
    .trimEnd();
}

/** Why, from `primum explain` with the reference the client was given. */
async function reasons(client: Client, day: Day): Promise<string[]> {
  const reference = /Reference ([0-9A-Z]{8})/.exec(day.firstReply)?.[1];
  if (reference === undefined) return [];
  const { verdict } = await client.explain(reference);
  return [`Why: ${verdict.reasons[0]?.text ?? ''}`, `Told: ${day.firstReply}`];
}

async function printGuesses(client: Client, out: (line: string) => void): Promise<void> {
  const { incidents } = await client.incidents({ limit: 100 });
  const sources = incidents.filter(({ cause }) => cause.startsWith('source-shut-out'));
  const addresses = sources.map(({ cause }) => cause.slice('source-shut-out:'.length)).sort();
  out(
    `Password guessers shut out: ${addresses.join(', ') || 'none'}; the account stayed open for its owner.`,
  );
}
