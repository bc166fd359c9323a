/** `primum rungs`: who stands above observe and would be stopped once the policy is enforced. */
import type { RungPageView } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { counted, table, when } from '../text.ts';
import { page } from './incidents.ts';

export const rungs: Command = {
  name: 'rungs',
  summary: 'List accounts above observe, since when and why, in observe mode too.',
  details:
    'A rung that was reached in observe mode bites as soon as the policy is enforced. "primum unlock ACCOUNT" lets an account start anew.',
  options: {
    limit: { type: 'string', value: 'N', help: 'At most so many, by name. Default 50.' },
    after: { type: 'string', value: 'ACCOUNT', help: 'Those after this one.' },
  },
  asksDaemon: true,
  async run({ option, client, show }) {
    const after = option('after');
    const wanted = { ...page(option('limit')), ...(after === undefined ? {} : { after }) };
    show(await (await client()).rungs(wanted), rungsText);
    return 0;
  },
};

function rungsText({ accounts, counts, isCut }: RungPageView): string {
  const all = counts.throttle + counts.hold + counts.lock;
  if (all === 0) return 'No account is above observe.\n';
  const rows = accounts.map((row) => [
    row.account,
    row.enforced ? row.rung : `${row.rung}, only observed`,
    when(row.since),
    row.identity === '' ? 'the whole account' : row.identity,
    row.why,
  ]);
  const last = accounts.at(-1);
  const more =
    last === undefined || accounts.length === all
      ? ''
      : ` Those after ${last.account}: primum rungs --after ${last.account}`;
  const sum = `${isCut ? 'More than ' : ''}${counted(all, 'account')}: ${counts.throttle} on throttle, ${counts.hold} on hold, ${counts.lock} on lock.`;
  return `${table(['Account', 'Rung', 'Since (UTC)', 'Of', 'Why'], rows)}\n${sum}${more}\n`;
}
