/**
 * `npm run demo`: a small living platform drives the real doors over sockets. Four ordinary days,
 * then thieves; days pass in seconds because the daemon is given a clock that is moved forward.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config/load.ts';
import { openDaemon } from '../src/daemon/daemon.ts';
import { createTelemetry } from '../src/telemetry/telemetry.ts';
import {
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
} from './demo/cast.ts';
import { LoginClient, PolicyClient, type Message } from './demo/clients.ts';
import { Ledger, printReport } from './demo/report.ts';

const START = Date.parse('2026-03-02T06:00:00.000Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ORDINARY_DAYS = 4;

const CONFIG = `
state: STATE
doors:
  policy: { listen: ['127.0.0.1:0'] }
  milter: { listen: ['127.0.0.1:0'] }
  auth_policy: { listen: ['127.0.0.1:0'] }
  api: { listen: ['127.0.0.1:0'] }
policy:
  mode: enforce
  domains: [example.org, customer.example]
  time_zone: Europe/Berlin
  places: { window: 1d, maximum: 8, action: lock }
  countries: { window: 1d, maximum: 3, action: lock }
directory:
  file: { path: ACCOUNTS }
`;

const random = createRandom(7);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const people = (count: number, at: string): string[] =>
  Array.from({ length: count }, () => `${Math.floor(random() * 1e6).toString(36)}@${at}`);

let nowMs = START;
const goTo = (ms: number): void => void (nowMs = Math.max(nowMs, ms));

const folder = await mkdtemp(join(tmpdir(), 'primum-demo-'));
const began = performance.now();
try {
  await run();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const accounts = [
    ...PEOPLE.map(({ account }) => ({ account, class: 'person' })),
    { account: NEWSLETTER.account, class: 'list' },
    { account: ALERTS.account, class: 'application' },
    { account: FOREIGN.account, class: 'person', tenant: 'customer.example' },
  ];
  const accountsFile = join(folder, 'accounts.yaml');
  await writeFile(accountsFile, JSON.stringify({ accounts }));
  const configFile = join(folder, 'primum.yaml');
  const text = CONFIG.replace('STATE', join(folder, 'var')).replace('ACCOUNTS', accountsFile);
  await writeFile(configFile, text);
  const daemon = await openDaemon(loadConfig(configFile, {}), {
    telemetry: createTelemetry({ level: 'warn', format: 'text', destination: process.stderr }),
    reload: () => Promise.reject(new Error('The demonstration has nothing to reload.')),
    now: () => nowMs,
  });
  await daemon.knowsNetworks();
  const policy = await PolicyClient.open(daemon.addresses['policy']?.[0] ?? '');
  const logins = new LoginClient(daemon.addresses['auth-policy']?.[0] ?? '');
  const ledger = new Ledger();
  const send = async (message: Message): Promise<void> =>
    ledger.message(message, await policy.send(message));
  const login = async (account: string, clientAddress: string, right = true): Promise<boolean> => {
    const password = right ? `${account} own` : `guess ${ledger.logins}`;
    const gotIn = await logins.login({ account, clientAddress, password, ok: right });
    ledger.login(account, { right, gotIn });
    return gotIn;
  };
  try {
    for (let day = 0; day < ORDINARY_DAYS + 1; day++) {
      const isBad = day === ORDINARY_DAYS;
      ledger.isBad = isBad;
      progress(day, isBad);
      const jobs = ordinaryDay(START + day * DAY, { send, login });
      if (isBad) jobs.push(...thieves(START + day * DAY, { send, login }));
      jobs.sort((a, b) => a.atMs - b.atMs);
      for (const job of jobs) {
        goTo(job.atMs);
        await job.run();
      }
    }
    goTo(nowMs + HOUR);
    progress(ORDINARY_DAYS + 1, true);
    process.stdout.write('\n\n');
    await printReport(ledger, { daemon, folder, seconds: (performance.now() - began) / 1000 });
  } finally {
    policy.close();
    logins.close();
    await daemon.close();
  }
}

interface Job {
  readonly atMs: number;
  run(): Promise<unknown>;
}

interface Means {
  readonly send: (message: Message) => Promise<void>;
  readonly login: (account: string, clientAddress: string, right?: boolean) => Promise<boolean>;
}

/** People from home, office and telephone; the newsletter in the morning; a few alarms. */
function ordinaryDay(dayMs: number, { send, login }: Means): Job[] {
  const jobs: Job[] = [];
  PEOPLE.forEach(({ account }, index) => {
    const places = [homeOf(index), `${OFFICE}.${index}`, `${MOBILE}.${Math.floor(random() * 250)}`];
    for (let i = 0; i < 4 + Math.floor(random() * 6); i++) {
      const atMs = dayMs + random() * 12 * HOUR;
      const clientAddress = pick(places);
      jobs.push({ atMs: atMs - 60_000, run: () => login(account, clientAddress) });
      const recipients = [
        pick(PEOPLE).account,
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

function thieves(dayMs: number, { send, login }: Means): Job[] {
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
        recipients: people(4, 'targets.example'),
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

function progress(day: number, isBad: boolean): void {
  const all = ORDINARY_DAYS + 1;
  const bar = '#'.repeat(day * 6).padEnd(all * 6, '.');
  const what =
    day === all
      ? 'done'
      : isBad
        ? `day ${day + 1}: the thieves come`
        : `day ${day + 1}: an ordinary day`;
  if (process.stdout.isTTY) process.stdout.write(`\r[${bar}] ${what.padEnd(30)}`);
  else process.stdout.write(`[${bar}] ${what}\n`);
}
