/**
 * INB-3: whether the Postfix of this machine refuses unknown recipients while the sender waits, or
 * takes them and has to bounce later. Reads its settings, as each service of port 25 has them, and asks
 * its tables for a recipient that nobody has; OWN-10 tries it from outside.
 */
import type { Check } from '../contract.ts';
import { hostsAs, type WatchPlan } from '../plan.ts';
import { readPostfix, type MasterService } from '../postconf.ts';
import { judgeTables } from '../recipient-table-notes.ts';
import { judgeSettings, PARAMETERS, type Value } from '../recipient-settings.ts';
import { none, sumUp, unclear, type Note } from './observe.ts';

export const recipientMaps: Check = {
  id: 'recipient-maps',
  practices: ['INB-3'],
  targets: (plan) => (hostsAs(plan, 'mx').length > 0 ? ['this machine'] : []),
  run: async (_, { plan }) => [sumUp('INB-3', await look(plan))],
};

async function look(plan: WatchPlan): Promise<readonly Note[]> {
  const postfix = await readPostfix(PARAMETERS);
  if (postfix.kind === 'absent')
    return [none('This machine has no Postfix, so how it checks recipients was not read.')];
  if (postfix.kind === 'failed')
    return [
      unclear(
        `How Postfix checks recipients could not be read: ${postfix.why}.`,
        'Look what postconf says, and whether this user may read main.cf and master.cf.',
      ),
    ];
  const views = viewsOf(postfix.main, postfix.services, plan);
  const notes = await Promise.all(
    views.map(async ({ where, value }) => {
      const { notes: settings, isAsked } = judgeSettings(value);
      const tables = isAsked ? await judgeTables(value, plan.domains) : [];
      return [...settings, ...tables].map((note) => ({ ...note, text: `${where}${note.text}` }));
    }),
  );
  return withoutPraise(notes.flat());
}

/** That all is well by the settings is not said beside what is wrong or unknown by a table or service. */
function withoutPraise(notes: readonly Note[]): readonly Note[] {
  const isWell = notes.every(({ state }) => state === 'pass' || state === 'not-applicable');
  return isWell ? notes : notes.filter(({ state }) => state !== 'pass');
}

export interface View {
  /** Beginning of each sentence; empty where main.cf alone speaks. */
  readonly where: string;
  readonly value: Value;
}

/** main.cf, as the services that take mail from others have it: `-o` in master.cf is stronger. */
export function viewsOf(
  main: ReadonlyMap<string, string>,
  services: readonly MasterService[],
  plan: Pick<WatchPlan, 'hosts'>,
): readonly View[] {
  const ports = new Set([
    ...['smtp', '25'],
    ...plan.hosts.filter(({ roles }) => roles.includes('mx')).map((host) => `${host.smtpPort}`),
  ]);
  const fromOutside = services.filter(
    ({ name, type, command }) =>
      command === 'smtpd' &&
      // What postscreen lets through.
      (type === 'pass' || (type === 'inet' && ports.has(name.slice(name.lastIndexOf(':') + 1)))),
  );
  const views = fromOutside.map(({ name, type, own }): View => {
    const isOther = PARAMETERS.some((parameter) => own.has(parameter));
    return {
      where: isOther ? `Service ${name} (${type}) in master.cf: ` : '',
      value: (parameter) => (own.get(parameter) ?? main.get(parameter) ?? '').trim(),
    };
  });
  const asMain = { where: '', value: (name: string) => (main.get(name) ?? '').trim() };
  if (views.length === 0) return [asMain];
  // Those without a setting of their own are all alike.
  const [plain] = views.filter(({ where }) => where === '');
  return [...(plain === undefined ? [] : [plain]), ...views.filter(({ where }) => where !== '')];
}
