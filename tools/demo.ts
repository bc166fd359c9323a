/**
 * `npm run demo`: a small living platform drives the real doors over sockets. Four ordinary days,
 * then thieves; days pass in seconds because the daemon is given a clock that is moved forward.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiToken } from '../src/client/token-file.ts';
import { loadConfig } from '../src/config/load.ts';
import { openDaemon, type Daemon } from '../src/daemon/daemon.ts';
import { createTelemetry } from '../src/telemetry/telemetry.ts';
import { ALERTS, BOTNET, FOREIGN, NEWSLETTER, PEOPLE } from './demo/cast.ts';
import { LoginClient, PolicyClient, type Message } from './demo/clients.ts';
import { ordinaryDay, thieves, type Job } from './demo/days.ts';
import { Ledger } from './demo/ledger.ts';
import { PlayedMailServer, POSTMASTER } from './demo/mail-server.ts';
import { tellFromOutside } from './demo/outside.ts';
import { sendLetter } from './demo/milter-client.ts';
import type { QueuedLetter } from './demo/played-queue.ts';
import { printReport } from './demo/report.ts';
import { startVirusScanner, type VirusScanner } from './demo/virus-scanner.ts';
import { wholeMessages } from './demo/whole-messages.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Always in a terminal; elsewhere it would never end. */
const WITH_CONSOLE = process.argv.includes('--console') || process.stdout.isTTY;
/** A Monday; where somebody looks at it, the one of the last whole working week. */
const START = WITH_CONSOLE ? lastMonday(Date.now()) : Date.parse('2026-03-02T06:00:00.000Z');
const ORDINARY_DAYS = 4;
const DAYS = ORDINARY_DAYS + 1;
const BAR_A_DAY = 6;
/** Between two looks of the progress line. */
const JOBS_A_STEP = 50;

const MTA = 'mx1.example.org';
const CONFIG = `
state: STATE
mta_name: ${MTA}
doors:
  policy: { listen: ['127.0.0.1:0'] }
  milter: { listen: ['127.0.0.1:0'] }
  socketmap: { listen: ['127.0.0.1:0'] }
  lmtp: { listen: ['127.0.0.1:0'] }
  auth_policy: { listen: ['127.0.0.1:0'] }
  api: { listen: ['127.0.0.1:0'] }
policy:
  mode: enforce
  domains: [example.org, customer.example]
  time_zone: Europe/Berlin
  places: { window: 1d, maximum: 8, action: lock }
  countries: { window: 1d, maximum: 3, action: lock }
holds: { from: '${POSTMASTER}' }
directory:
  file: { path: ACCOUNTS }
scanners:
  clamd: { address: SCANNER }
# The domains are invented: nobody is asked about them.
watch:
  dns: { servers: ['127.0.0.1:9'] }
`;

let nowMs = START;
/** From when on the clock goes as all clocks do. */
let openedAtMs: number | undefined;
const now = (): number => (openedAtMs === undefined ? nowMs : nowMs + Date.now() - openedAtMs);
const goTo = (ms: number): void => void (nowMs = Math.max(nowMs, ms));

const telemetry = createTelemetry({
  ...{ level: 'warn', format: 'text', destination: process.stderr, now },
});
const folder = await mkdtemp(join(tmpdir(), 'primum-demo-'));
const began = performance.now();
try {
  await run();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const scannerFolder = join(folder, 'scanner');
  await mkdir(scannerFolder);
  const scanner = await startVirusScanner(scannerFolder);
  try {
    const daemon = await startPrimum(scanner);
    try {
      await withMailServer(daemon, (mail) => play(daemon, mail, scanner));
    } finally {
      await daemon.close();
    }
  } finally {
    await scanner.stop();
  }
}

async function withMailServer(
  daemon: Daemon,
  work: (mail: PlayedMailServer) => Promise<void>,
): Promise<void> {
  const mail = await PlayedMailServer.open({
    ...{ mta: MTA, api: daemon.addresses['api']?.[0] ?? '', state: join(folder, 'var'), now },
    telemetry,
    onLate: sayDelivered,
  });
  try {
    await work(mail);
  } finally {
    await mail.close();
  }
}

/** In the terminal, beside the console where somebody has just decided it. */
function sayDelivered({ queueId, sender, recipients }: QueuedLetter): void {
  const whose = sender === '' ? 'a notification' : `the message of ${sender}`;
  process.stdout.write(
    `The played mail server delivers ${queueId}, ${whose}, to ${recipients.join(', ')}.\n`,
  );
}

async function startPrimum(scanner: VirusScanner): Promise<Daemon> {
  const accounts = [
    ...PEOPLE.map(({ account }) => ({ account, class: 'person' })),
    { account: NEWSLETTER.account, class: 'list' },
    { account: ALERTS.account, class: 'application' },
    { account: FOREIGN.account, class: 'person', tenant: 'customer.example' },
  ];
  const accountsFile = join(folder, 'accounts.yaml');
  await writeFile(accountsFile, JSON.stringify({ accounts }));
  const configFile = join(folder, 'primum.yaml');
  const text = CONFIG.replace('STATE', join(folder, 'var'))
    .replace('ACCOUNTS', accountsFile)
    .replace('SCANNER', scanner.address);
  await writeFile(configFile, text);
  const daemon = await openDaemon(loadConfig(configFile, {}), {
    telemetry,
    reload: () => Promise.reject(new Error('The demonstration has nothing to reload.')),
    now,
  });
  await daemon.knowsNetworks();
  return daemon;
}

async function play(daemon: Daemon, mail: PlayedMailServer, scanner: VirusScanner): Promise<void> {
  const policy = await PolicyClient.open(daemon.addresses['policy']?.[0] ?? '');
  const logins = new LoginClient(daemon.addresses['auth-policy']?.[0] ?? '');
  const ledger = new Ledger();
  const send = async (message: Message): Promise<void> => {
    const answer = await policy.send(message);
    ledger.message(message, answer);
    mail.message(message, answer);
  };
  const login = async (account: string, clientAddress: string, right = true): Promise<boolean> => {
    const password = right ? `${account} own` : `guess ${ledger.logins}`;
    const before = logins.refusals;
    const gotIn = await logins.login({ account, clientAddress, password, ok: right });
    ledger.login(account, { right, gotIn, isRefused: logins.refusals > before });
    return gotIn;
  };
  const posted = (dayMs: number): Job[] =>
    wholeMessages(dayMs).map(({ atMs, scene, letter }) => ({
      atMs,
      run: async () => {
        const fate = await sendLetter(daemon.addresses['milter']?.[0] ?? '', letter);
        ledger.letter(scene, letter, fate);
        mail.letter(letter, fate);
      },
    }));
  try {
    for (let day = 0; day < DAYS; day++) {
      const isBad = day === ORDINARY_DAYS;
      const dayMs = START + day * DAY;
      ledger.isBad = isBad;
      const jobs = ordinaryDay(dayMs, { send, login });
      if (isBad) jobs.push(...thieves(dayMs, { send, login }), ...posted(dayMs));
      jobs.sort((a, b) => a.atMs - b.atMs);
      for (const [done, job] of jobs.entries()) {
        if (done % JOBS_A_STEP === 0) showProgress(day, done / jobs.length);
        // Its log is told within the hour that it is about.
        if (Math.floor(job.atMs / HOUR) > Math.floor(nowMs / HOUR)) {
          await mail.tellLog();
          // Hours pass in a moment here; the agent needs one, too.
          if (ledger.of(BOTNET.account).refusedLogins > 0) await mail.contained();
        }
        goTo(job.atMs);
        await job.run();
      }
    }
    await mail.tellLog();
    goTo(nowMs + HOUR);
    await mail.contained();
    await tellFromOutside({
      ...{ api: mail.api, nowMs, campaign: ledger.scene('campaign') },
      token: await readApiToken(join(folder, 'var')),
    });
    showProgress(DAYS, 0);
    process.stdout.write('\n');
    const seconds = (performance.now() - began) / 1000;
    await printReport(ledger, { daemon, folder, seconds, scanner: scanner.sentence, mail });
    if (WITH_CONSOLE) await openConsole(daemon);
  } finally {
    policy.close();
    logins.close();
  }
}

/** Stays until Ctrl-C, so that somebody can look round. */
async function openConsole(daemon: Daemon): Promise<void> {
  openedAtMs = Date.now();
  const path = await daemon.welcome();
  const [address = ''] = daemon.addresses['api'] ?? [];
  process.stdout.write(
    `\nThe console is open and filled with these five days. This link works once:\n  http://${address}${path ?? ''}\nCtrl-C ends it.\n`,
  );
  // A promise that only signals settle would not keep the program, but its doors do.
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

/** Six in the morning of the Monday whose Friday is over. */
function lastMonday(atMs: number): number {
  const friday = new Date(atMs - DAY);
  const back = (friday.getUTCDay() + 2) % 7;
  const day = Date.UTC(friday.getUTCFullYear(), friday.getUTCMonth(), friday.getUTCDate());
  return day - (back + 4) * DAY + 6 * HOUR;
}

/** On a terminal one line that moves; else a line a day. */
function showProgress(day: number, part: number): void {
  const isTerminal = process.stdout.isTTY;
  if (!isTerminal && part > 0) return;
  const bar = '#'.repeat(Math.floor((day + part) * BAR_A_DAY)).padEnd(DAYS * BAR_A_DAY, '.');
  const what = day < ORDINARY_DAYS ? 'an ordinary day' : 'the thieves come';
  const text = day === DAYS ? 'done' : `day ${day + 1}: ${what}`;
  process.stdout.write(isTerminal ? `\r[${bar}] ${text.padEnd(24)}` : `[${bar}] ${text}\n`);
  if (isTerminal && day === DAYS) process.stdout.write('\n');
}
