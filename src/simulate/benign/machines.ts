/** Programs with a mailbox: shops, forms, scanners, monitors, newsletters, discussion lists, forwards. */
import { DAY_MS } from '../places.ts';
import { ORDINARY, type Platform } from '../platform.ts';
import { item, type Rng } from '../random.ts';
import { fill, letter, Template } from '../texts.ts';
import { SPEECH } from '../words.ts';
import type { Account } from '../world.ts';

const HOUR_MS = 3_600_000;

/** What a machine always does the same way, made when it is first seen. */
interface Machine {
  readonly template: Template;
  readonly perDay: number;
  readonly owners: readonly string[];
  readonly subscribers: string[];
  readonly everyDays: number;
  readonly credential: string | undefined;
  readonly kind: number;
}

const machines = new WeakMap<Platform, Map<string, Machine>>();

export function machineOf(platform: Platform, account: Account): Machine {
  let known = machines.get(platform);
  if (known === undefined) machines.set(platform, (known = new Map<string, Machine>()));
  let machine = known.get(account.login);
  if (machine === undefined) known.set(account.login, (machine = makeMachine(platform, account)));
  return machine;
}

function makeMachine(platform: Platform, account: Account): Machine {
  const rng = account.rng.child('machine');
  const people = account.tenant.members.filter(({ cohort }) => cohort === 'person');
  const strangers = (count: number): string[] =>
    Array.from({ length: count }, () => platform.parts.world.stranger(rng));
  const owners =
    people.length > 0 ? rng.sample(people, rng.int(1, 3)).map(({ login }) => login) : strangers(1);
  const isLocal = item(item(account.devices, 0).places, 0).addressAt(0) === '127.0.0.1';
  return {
    template: makeTemplate(rng, account),
    perDay: rng.lognormal(account.cohort === 'alert' ? 6 : 8, 0.8),
    owners,
    subscribers: account.cohort === 'list' ? strangers(Math.round(rng.lognormal(60, 0.8))) : [],
    everyDays: rng.pick([1, 7, 7, 14, 30]),
    credential: isLocal
      ? `script:${rng.pick(['contact.php', 'order.php', 'wp-mail.php'])}`
      : undefined,
    kind: rng.next(),
  };
}

function makeTemplate(rng: Rng, account: Account): Template {
  const speech = SPEECH[account.style.language];
  const lines = Array.from({ length: rng.int(3, 9) }, () =>
    fill(rng, rng.pick(speech.sentences), speech),
  );
  return new Template(fill(rng, rng.pick(speech.subjects), speech), [
    '{name}',
    '',
    ...lines,
    `No. {number}, {date}`,
    `https://www.${account.tenant.domain}/{number}`,
    account.tenant.disclaimer ?? '',
  ]);
}

/** @param dayMs midnight in UTC of the day. */
export function planMachine(platform: Platform, account: Account, dayMs: number): void {
  const machine = machineOf(platform, account);
  const { rng, cohort } = account;
  if (cohort === 'list') {
    planList(platform, account, machine, dayMs);
    return;
  }
  const isSteady = cohort === 'alert' || machine.kind < 0.3;
  const count = isSteady ? Math.max(1, Math.round(machine.perDay)) : rng.poisson(machine.perDay);
  for (let index = 0; index < count; index += 1) {
    // Monitors keep to the minute, customers to their day.
    const hour = isSteady ? ((index + 0.1) * 24) / count : rng.between(6, 23);
    platform.at(dayMs + hour * HOUR_MS + rng.next() * 5_000, () => {
      const toOwner = cohort === 'alert' || machine.kind < 0.5;
      const recipients = toOwner ? machine.owners : [platform.parts.world.stranger(rng)];
      sendTemplate(platform, account, { recipients, machine });
    });
  }
}

interface TemplateSending {
  readonly recipients: readonly string[];
  readonly machine: Machine;
  readonly extraFields?: readonly (readonly [name: string, value: string])[];
  readonly complaint?: number;
  readonly text?: string;
}

function sendTemplate(platform: Platform, account: Account, sending: TemplateSending): void {
  const { rng } = account;
  const { machine, recipients, extraFields, complaint = ORDINARY.complaint } = sending;
  const device = item(account.devices, 0);
  const values = {
    name: recipients.length === 1 ? item(recipients, 0) : '',
    number: String(rng.int(10_000, 99_999)),
    date: new Date(platform.nowMs).toISOString().slice(0, 10),
  };
  const { credential } = machine;
  platform.send({
    account,
    ...(credential !== undefined && { credential, isLocal: true }),
    device,
    place: item(device.places, 0),
    recipients,
    fate: {
      ...ORDINARY,
      complaint,
      answer: account.cohort === 'alert' ? 0 : 0.03,
      unknown: account.cohort === 'alert' ? 0.0005 : 0.01,
    },
    letter: {
      fromName: account.tenant.domain,
      headerFrom: account.login,
      to: account.cohort === 'list' ? [account.login] : recipients,
      subject: `${machine.template.subject} ${values.number}`,
      text: sending.text ?? machine.template.render(rng, values),
      extraFields:
        extraFields ?? (account.cohort === 'alert' ? [['Auto-Submitted', 'auto-generated']] : []),
    },
  });
}

function planList(platform: Platform, account: Account, machine: Machine, dayMs: number): void {
  const { rng } = account;
  const isIssueDay = Math.floor(dayMs / DAY_MS) % machine.everyDays === 0;
  for (const joins of [rng.chance(0.3), rng.chance(0.1)]) {
    if (joins) machine.subscribers.push(platform.parts.world.stranger(rng));
  }
  if (rng.chance(0.2) && machine.subscribers.length > 10) machine.subscribers.shift();
  if (!isIssueDay) return;
  platform.at(dayMs + rng.between(7, 17) * HOUR_MS, () => {
    const name = account.login.replace('@', '.');
    const text = letter(rng, account.style, { texts: platform.parts.texts });
    const extraFields: readonly (readonly [string, string])[] = [
      ['List-Id', `<${name}>`],
      ['List-Unsubscribe', `<https://${account.tenant.domain}/leave/${rng.hex(12)}>`],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
      ['Precedence', 'bulk'],
    ];
    const list = [...machine.subscribers];
    for (let from = 0; from < list.length; from += 25) {
      const recipients = list.slice(from, from + 25);
      platform.later(from * 400, () => {
        sendTemplate(platform, account, {
          recipients,
          machine,
          extraFields,
          complaint: 0.0004,
          text,
        });
      });
    }
    if (rng.chance(0.02)) dormantList(platform, machine);
  });
}

/** Old subscribers turn out to be gone, a few at a time. */
function dormantList(platform: Platform, machine: Machine): void {
  for (const address of machine.subscribers.slice(0, 3)) platform.retire(address);
}

/** Mail that arrives for the account and goes on elsewhere. */
export function planForward(platform: Platform, account: Account, dayMs: number): void {
  const { rng } = account;
  const target = forwardTarget(account);
  for (let left = rng.poisson(5); left > 0; left -= 1) {
    platform.at(dayMs + rng.between(5, 23) * HOUR_MS, () => {
      forwardOne(platform, account, {
        from: platform.parts.world.stranger(rng),
        to: target,
        isBad: rng.chance(0.02),
      });
    });
  }
}

export function forwardTarget(account: Account): string {
  return `${account.login.split('@')[0] ?? 'x'}.private@gmail.com`;
}

export function forwardOne(
  platform: Platform,
  account: Account,
  mail: { readonly from: string; readonly to: string; readonly isBad: boolean },
): void {
  const { rng } = account;
  const queueId = `4F${rng.text('0123456789BCDFGHJKLMNPQRSTVWXYZ', 8)}`;
  platform.tell({
    kind: 'forward',
    account: account.login,
    from: mail.from,
    to: mail.to,
    queueId,
    mta: 'mx1',
    tenant: account.tenant.domain,
  });
  platform.later(1_500, () =>
    platform.forwardAnswered({ queueId, recipient: mail.to, isBad: mail.isBad }),
  );
}
