/** What the demonstration counted, and the table it ends with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openClient } from '../../src/client/client.ts';
import type { Daemon } from '../../src/daemon/daemon.ts';
import { ALERTS, BOTNET, FOREIGN, HOPPER, NEWSLETTER, PEOPLE, VICTIM, type Actor } from './cast.ts';
import type { Answer, Message } from './clients.ts';

interface Account {
  messages: number;
  recipients: number;
  /** Messages let through before the first one was stopped. */
  before: number | undefined;
  stopped: number;
  firstReply: string;
  refusedLogins: number;
}

export class Ledger {
  logins = 0;
  messages = 0;
  guesses = 0;
  guessesRefused = 0;
  readonly #accounts = new Map<string, Account>();

  of(account: string): Account {
    let known = this.#accounts.get(account);
    if (known === undefined) {
      known = {
        messages: 0,
        recipients: 0,
        before: undefined,
        stopped: 0,
        firstReply: '',
        refusedLogins: 0,
      };
      this.#accounts.set(account, known);
    }
    return known;
  }

  message(message: Message, answer: Answer): void {
    this.messages += 1;
    const account = this.of(message.account);
    if (answer.action.startsWith('DUNNO')) {
      account.messages += 1;
      account.recipients += answer.accepted;
      return;
    }
    account.before ??= account.messages;
    account.firstReply ||= answer.action;
    account.stopped += 1;
  }

  login(account: string, login: { readonly right: boolean; readonly gotIn: boolean }): void {
    this.logins += 1;
    if (!login.right) {
      this.guesses += 1;
      return;
    }
    if (!login.gotIn) this.of(account).refusedLogins += 1;
  }
}

const CAST: readonly Actor[] = [BOTNET, HOPPER, FOREIGN, ALERTS, VICTIM, NEWSLETTER];

export async function printReport(
  ledger: Ledger,
  given: { readonly daemon: Daemon; readonly folder: string; readonly seconds: number },
): Promise<void> {
  const out = (line = ''): void => void process.stdout.write(`${line}\n`);
  const address = given.daemon.addresses['api']?.[0] ?? '';
  const token = (await readFile(join(given.folder, 'var', 'api-token'), 'utf8')).trim();
  const client = openClient({ baseUrl: `http://${address}`, token });
  out(
    `${ledger.messages} messages and ${ledger.logins} logins through the real doors in ${given.seconds.toFixed(0)} s.`,
  );
  out();
  for (const actor of CAST) {
    const row = ledger.of(actor.account);
    out(`${actor.account}, ${actor.title}`);
    out(`   ${describe(row)}`);
    const reference = /Reference ([0-9A-Z]{8})/.exec(row.firstReply)?.[1];
    const explanation = reference === undefined ? undefined : await client.explain(reference);
    if (explanation !== undefined) {
      out(`   Why: ${explanation.verdict.reasons[0]?.text ?? ''}`);
      out(`   The client was told: ${row.firstReply}`);
    }
  }
  out();
  const { incidents } = await client.incidents({ limit: 50 });
  for (const incident of incidents.filter(({ cause }) => cause.startsWith('source-shut-out'))) {
    out(`Guesses: ${incident.summary}`);
  }
  const hurt = PEOPLE.filter(
    ({ account }) => ![BOTNET.account, HOPPER.account].includes(account),
  ).filter(({ account }) => ledger.of(account).stopped > 0 || ledger.of(account).refusedLogins > 0);
  out(
    hurt.length === 0
      ? `None of the other ${PEOPLE.length - 2} people was stopped or refused, the one whose password was guessed included.`
      : `Hurt without reason: ${hurt.map(({ account }) => account).join(', ')}.`,
  );
  const { locks } = await client.locks();
  out(`Locked now: ${locks.map((lock) => lock.account).join(', ') || 'nobody'}.`);
}

function describe(row: Account): string {
  const passed = `${row.messages} messages to ${row.recipients} recipients passed`;
  if (row.before === undefined && row.refusedLogins === 0) return `Not stopped: ${passed}.`;
  const logins = row.refusedLogins > 0 ? ` ${row.refusedLogins} logins were refused.` : '';
  if (row.before === undefined) return `Locked out: ${passed}.${logins}`;
  return `Stopped after ${row.before} messages; ${passed} in all, ${row.stopped} were not let through.${logins}`;
}
