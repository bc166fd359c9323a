/**
 * The real daemon as a child process: every door, journal, standing state, records and networks as
 * shipped, in a fresh state folder. Prints `{program, addresses}` as its first line once countries and
 * networks are known; SIGTERM ends it. `node bench/product.ts dist|src STATE_FOLDER`
 *
 * The shipped limits are all in force, with ceilings nobody reaches: what is measured is judging,
 * not refusing.
 */
import type { Config, loadConfig as loadConfigType } from '../src/config/load.ts';
import type { openDaemon as openDaemonType } from '../src/daemon/daemon.ts';
import type { createTelemetry as createTelemetryType } from '../src/telemetry/telemetry.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH_SECRET } from './auth-policy-null.ts';

export type Program = 'dist' | 'src';

/** First line of the child's output. */
export interface ProductLine {
  readonly program: Program;
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** From the start of the process to all doors listening. */
  readonly readyMs: number;
}

const NEVER_REACHED = 1_000_000_000;
const NEVER_DISTINCT = 10_000;

interface Parts {
  readonly loadConfig: typeof loadConfigType;
  readonly openDaemon: typeof openDaemonType;
  readonly createTelemetry: typeof createTelemetryType;
}

async function partsOf(program: Program): Promise<Parts> {
  const load = async (path: string): Promise<unknown> =>
    import(
      new URL(
        program === 'dist'
          ? `../dist/program/${path.replaceAll('/', '-')}.js`
          : `../src/${path}.ts`,
        import.meta.url,
      ).href
    );
  const all: object[] = [];
  for (const path of ['config/load', 'daemon/daemon', 'telemetry/telemetry']) {
    all.push((await load(path)) as object);
  }
  return Object.assign({}, ...all) as Parts;
}

/** The shipped configuration on free ports of this host, in observe mode. */
export function benchConfig(state: string, loadConfig: Parts['loadConfig']): Config {
  const secret = join(state, 'bench-secret');
  writeFileSync(secret, `${BENCH_SECRET}\n`, { mode: 0o600 });
  const file = join(state, 'primum.yaml');
  writeFileSync(
    file,
    [
      `state: ${join(state, 'state')}`,
      'mta_name: mx1',
      'doors:',
      '  policy: { listen: ["127.0.0.1:0"] }',
      // As the guide says: a unix socket, which waits for fewer answers than TCP does.
      `  milter: { listen: ["unix:${join(state, 'milter.sock')}"], socket_mode: "0666" }`,
      '  socketmap: { listen: ["127.0.0.1:0"] }',
      '  lmtp: { listen: ["127.0.0.1:0"] }',
      '  auth_policy:',
      '    listen: ["127.0.0.1:0"]',
      `    credentials: [{ name: bench, password_file: ${secret} }]`,
      '  api: { listen: ["127.0.0.1:0"] }',
      // Postfix's smtp-source does not log in: its mail passes, as most mail does.
      'policy: { mode: observe, relay: { networks: [127.0.0.0/8] } }',
      '',
    ].join('\n'),
  );
  const config = loadConfig(file, {});
  return { ...config, policy: outOfReach(config.policy) };
}

type PolicySettings = Config['policy'];

function outOfReach(policy: PolicySettings): PolicySettings {
  const raised = (limits: PolicySettings['limits']): PolicySettings['limits'] =>
    limits.map((limit) => ({ ...limit, limit: NEVER_REACHED }));
  const classes = Object.fromEntries(
    Object.entries(policy.classes).map(([name, rules]) => [
      name,
      { ...rules, ...(rules.limits && { limits: raised(rules.limits) }) },
    ]),
  ) as PolicySettings['classes'];
  return {
    ...policy,
    limits: raised(policy.limits),
    classes,
    places: { ...policy.places, maximum: NEVER_DISTINCT },
    countries: { ...policy.countries, maximum: NEVER_DISTINCT },
  };
}

async function main(program: Program, state: string): Promise<void> {
  const { loadConfig, openDaemon, createTelemetry } = await partsOf(program);
  const config = benchConfig(state, loadConfig);
  const telemetry = createTelemetry({ level: config.log.level, destination: process.stderr });
  const daemon = await openDaemon(config, { telemetry, reload: () => Promise.resolve('') });
  const readyMs = performance.now();
  await daemon.knowsNetworks();
  const { addresses } = daemon;
  console.log(JSON.stringify({ program, addresses, readyMs } satisfies ProductLine));
  process.once('SIGTERM', () => {
    void daemon.close().then(() => process.exit(0));
  });
}

if (import.meta.main) {
  await main(process.argv[2] === 'dist' ? 'dist' : 'src', process.argv[3] ?? '');
}
