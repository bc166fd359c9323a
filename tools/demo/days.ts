/** What happens on a day: what ordinary people and programs do, and what thieves do. */
import {
  acquaintance,
  ALERTS,
  BOTNET,
  BOTNET_ADDRESSES,
  createRandom,
  FOREIGN,
  GUESSER,
  homeOf,
  HOPPER,
  HOPS,
  MOBILE,
  NEWSLETTER,
  OFFICE,
  PEOPLE,
  VICTIM,
} from './cast.ts';
import type { Message } from './clients.ts';
import { BOUNCING, SLOW } from './mail-server.ts';

const HOUR = 3_600_000;

const PARCEL = [
  'Subject: Your parcel could not be delivered',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="part"',
  '',
  '--part',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Your parcel waits in our depot. Please confirm your address within 24 hours:',
  'http://parcel-service.targets.example/confirm?id=4711',
  'or fill in the form that is attached.',
  '--part',
  'Content-Type: application/zip; name="form.pdf.zip"',
  'Content-Disposition: attachment; filename="form.pdf.zip"',
  'Content-Transfer-Encoding: base64',
  '',
  'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==',
  '--part--',
  '',
].join('\r\n');

const random = createRandom(7);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const people = (count: number, at: string): string[] =>
  Array.from({ length: count }, () => `${Math.floor(random() * 1e6).toString(36)}@${at}`);

export interface Job {
  readonly atMs: number;
  run(): Promise<unknown>;
}

export interface Means {
  readonly send: (message: Message) => Promise<void>;
  readonly login: (account: string, clientAddress: string, right?: boolean) => Promise<boolean>;
}

/** People from home, office and telephone; the newsletter in the morning; a few alarms. */
export function ordinaryDay(dayMs: number, { send, login }: Means): Job[] {
  const jobs: Job[] = [];
  PEOPLE.forEach(({ account }, index) => {
    const places = [homeOf(index), `${OFFICE}.${index}`, `${MOBILE}.${Math.floor(random() * 250)}`];
    for (let i = 0; i < 4 + Math.floor(random() * 6); i++) {
      const atMs = dayMs + random() * 12 * HOUR;
      const clientAddress = pick(places);
      jobs.push({ atMs: atMs - 60_000, run: () => login(account, clientAddress) });
      const recipients = [
        pick(PEOPLE).account,
        ...(i === 0 ? [acquaintance(account)] : []),
        ...people(random() < 0.2 ? 3 : 0, 'friends.example'),
      ];
      jobs.push({ atMs, run: () => send({ account, clientAddress, recipients }) });
    }
  });
  for (let i = 0; i < 25; i++) {
    const message = {
      account: NEWSLETTER.account,
      clientAddress: `${OFFICE}.200`,
      recipients: people(20, 'readers.example'),
    };
    jobs.push({ atMs: dayMs + 2 * HOUR + i * 2000, run: () => send(message) });
  }
  for (let i = 0; i < 6; i++) {
    const message = {
      account: ALERTS.account,
      clientAddress: `${OFFICE}.201`,
      recipients: ['oncall@example.org'],
    };
    jobs.push({ atMs: dayMs + random() * 12 * HOUR, run: () => send(message) });
  }
  return jobs;
}

export function thieves(dayMs: number, { send, login }: Means): Job[] {
  const jobs: Job[] = [];
  const at = (hours: number, run: () => Promise<unknown>): void => {
    jobs.push({ atMs: dayMs + hours * HOUR, run });
  };
  BOTNET_ADDRESSES.forEach((clientAddress, i) => {
    at(3 + i * 0.05, async () => {
      if (!(await login(BOTNET.account, clientAddress))) return;
      await send({
        account: BOTNET.account,
        clientAddress,
        heloName: `[${clientAddress}]`,
        recipients: [
          ...people(2, 'targets.example'),
          ...people(1, BOUNCING),
          // Their server takes nothing for now: this mail is still here when the account is locked.
          ...people(1, i % 2 === 0 ? SLOW : 'targets.example'),
        ],
        text: PARCEL,
      });
    });
  });
  HOPS.forEach((clientAddress, i) => {
    at(4 + i * 1.5, async () => {
      if (!(await login(HOPPER.account, clientAddress))) return;
      await send({
        account: HOPPER.account,
        clientAddress,
        heloName: 'win-pc',
        recipients: people(2, 'targets.example'),
      });
    });
  });
  for (let i = 0; i < 80; i++) {
    at(5 + i * 0.004, () => login(VICTIM.account, `${GUESSER}.${1 + (i % 3)}`, false));
  }
  at(5.5, () =>
    login(VICTIM.account, homeOf(PEOPLE.findIndex((p) => p.account === VICTIM.account))),
  );
  for (let i = 0; i < 3; i++) {
    at(6 + i * 0.1, () =>
      send({
        account: FOREIGN.account,
        sender: 'bargains@gmail.com',
        clientAddress: '217.80.9.99',
        recipients: people(2, 'targets.example'),
      }),
    );
  }
  for (let i = 0; i < 2500; i++) {
    at(7 + i * 0.00004, () =>
      send({
        account: ALERTS.account,
        clientAddress: `${OFFICE}.201`,
        recipients: ['oncall@example.org'],
      }),
    );
  }
  return jobs;
}
