/**
 * What bench/watch.ts measures, as a process of its own: `node bench/watch-round.ts round|audit OPTIONS`,
 * with options as JSON, prints one JSON line.
 *
 * `round`: the watchers look at everything once more, as they do in the daemon, on a clock that jumps to
 * when they would look next. `audit`: `primum audit` with nothing left out.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../src/config/load.ts';
import { audit } from '../src/daemon/audit.ts';
import { watchPlan } from '../src/daemon/watch-options.ts';
import { openHistory } from '../src/watch/history.ts';
import { openTools } from '../src/watch/open-tools.ts';
import { CHECKS } from '../src/watch/registry.ts';
import { createWatcher } from '../src/watch/watcher.ts';
import { domainName, hostAddress, hostName } from './watch-house.ts';

export interface RoundLine {
  /** User and system time, all threads. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly checks: number;
  readonly questions: number;
  /** Until everything is looked at again. */
  readonly everySeconds: number;
}

export interface AuditLine {
  readonly seconds: number;
  readonly findings: number;
  /** Findings that are neither well nor without an object. */
  readonly others: number;
}

export interface RoundOptions {
  readonly domains: number;
  readonly hosts: number;
  readonly folder: string;
  readonly dnsPort: number;
  readonly smtpPort: number;
  /** Else the shipped bound. */
  readonly queriesPerSecond?: number;
}

/** The shipped settings and the made-up house. */
function writeConfig(options: RoundOptions): string {
  const { domains, hosts, folder, dnsPort, smtpPort, queriesPerSecond } = options;
  const names = (count: number, name: (at: number) => string): string[] =>
    Array.from({ length: count }, (_, at) => name(at));
  const watch = {
    hosts: names(hosts, hostName).map((name, at) => ({
      ...{ name, addresses: [hostAddress(at)], smtp_port: smtpPort, submission_port: smtpPort },
    })),
    domains: names(domains, domainName),
    dkim_selectors: ['s1'],
    relay: { source_addresses: ['127.0.0.1'] },
    dns: {
      servers: [`127.0.0.1:${dnsPort}`],
      authority_port: dnsPort,
      ...(queriesPerSecond !== undefined && { queries_per_second: queriesPerSecond }),
    },
  };
  const file = join(folder, 'primum.yaml');
  writeFileSync(file, stringify({ state: folder, watch }));
  return file;
}

async function round(options: RoundOptions): Promise<RoundLine> {
  const config = loadConfig(writeConfig(options), {});
  const plan = watchPlan(config);
  const clock = { now: Date.now() };
  let questions = 0;
  let opened: ReturnType<typeof openTools> | undefined;
  const watcher = createWatcher({
    ...{ plan, checks: CHECKS, everyMs: config.watch.every },
    history: openHistory(join(options.folder, 'watch.ndjson')),
    confirmAfterMs: config.watch.confirm_after,
    // As it is after some days: each round is spread out by a tenth.
    spreadMs: config.watch.every,
    openTools() {
      questions += opened?.dns.asked ?? 0;
      opened = openTools(plan);
      return opened;
    },
    now: () => clock.now,
    random: Math.random,
    changed: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  const before = process.cpuUsage();
  const begin = performance.now();
  let checks = 0;
  while (checks < watcher.tasks) {
    clock.now += watcher.waitMs();
    checks += await watcher.tick();
  }
  const { user, system } = process.cpuUsage(before);
  return {
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - begin) / 1000,
    checks,
    questions: questions + (opened?.dns.asked ?? 0),
    everySeconds: config.watch.every / 1000,
  };
}

async function whole(options: RoundOptions): Promise<AuditLine> {
  const configFile = writeConfig(options);
  const begin = performance.now();
  const { report } = await audit({ configFile });
  const findings = report.practices.flatMap((row) => row.findings);
  return {
    seconds: (performance.now() - begin) / 1000,
    findings: findings.length,
    others: findings.filter(({ state }) => state !== 'pass' && state !== 'not-applicable').length,
  };
}

async function main([what, text = '{}']: readonly string[]): Promise<void> {
  const options = JSON.parse(text) as RoundOptions;
  console.log(JSON.stringify(what === 'round' ? await round(options) : await whole(options)));
}

if (import.meta.main) await main(process.argv.slice(2));
