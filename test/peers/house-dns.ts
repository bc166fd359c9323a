/**
 * DNS of a house of its own: nsd serves the zones, twice so that two name servers can disagree,
 * rbldnsd serves the lists, and unbound resolves; nothing is asked outside.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takePorts } from './ports.ts';
import { until } from './run.ts';
import { fillTemplate } from './template.ts';

export interface HouseDns {
  /** `host:port` of the resolver. */
  readonly resolver: string;
  /** Port of both name servers, on 127.0.0.1 and 127.0.0.2. */
  readonly authorityPort: number;
  stop(): Promise<void>;
}

export interface HouseZones {
  /** Lines of each zone, without SOA; the second text is what the other server says. */
  readonly zones: Readonly<Record<string, readonly [string, string?]>>;
  /** Lines of each list, in rbldnsd's form, with the kind of list. */
  readonly lists: Readonly<
    Record<string, { readonly kind: 'ip4set' | 'dnset'; readonly lines: string }>
  >;
}

function zoneText(name: string, lines: string): string {
  return [
    `$ORIGIN ${name}.`,
    '$TTL 60',
    '@ IN SOA ns1.house.test. hostmaster.house.test. 1 3600 600 86400 60',
    lines,
    '',
  ].join('\n');
}

export async function startHouseDns({ zones, lists }: HouseZones): Promise<HouseDns> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-house-dns-'));
  await chmod(folder, 0o755);
  const block = await takePorts();
  const [authorityPort, listPort, resolverPort] = block.ports as [number, number, number];
  const children: ChildProcess[] = [];
  const start = (command: string, args: readonly string[]): void => {
    const child = spawn(command, args, { stdio: 'ignore' });
    children.push(child);
    process.once('exit', () => child.kill('SIGKILL'));
  };
  async function stop(): Promise<void> {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await block.release();
    await rm(folder, { recursive: true, force: true });
  }
  try {
    for (const [at, address] of ['127.0.0.1', '127.0.0.2'].entries()) {
      const parts: string[] = [];
      for (const [zone, texts] of Object.entries(zones)) {
        const file = `${zone}.${at}`;
        await writeFile(join(folder, file), zoneText(zone, texts[at] ?? texts[0]));
        parts.push(`zone:\n  name: "${zone}"\n  zonefile: "${file}"\n`);
      }
      const config = join(folder, `nsd-${at}.conf`);
      const values = { ADDRESS: address, PORT: authorityPort, FOLDER: folder, NAME: String(at) };
      await fillTemplate('nsd.conf', config, { ...values, ZONES: parts.join('') });
      start('/usr/sbin/nsd', ['-d', '-c', config]);
      await until(`nsd at ${address}`, () => answers(`${address}:${authorityPort}`, 'house.test'));
    }
    for (const [zone, { lines }] of Object.entries(lists))
      await writeFile(join(folder, zone), `${lines}\n`, { mode: 0o644 });
    start('/usr/sbin/rbldnsd', [
      ...['-n', '-u', 'rbldns', '-b', `127.0.0.1/${listPort}`, '-w', folder],
      ...Object.entries(lists).map(([zone, { kind }]) => `${zone}:${kind}:${zone}`),
    ]);
    const stubs = [
      ...Object.keys(zones).map((zone) => [zone, authorityPort] as const),
      ...Object.keys(lists).map((zone) => [zone, listPort] as const),
    ];
    const config = join(folder, 'unbound.conf');
    await fillTemplate('unbound.conf', config, {
      FOLDER: folder,
      PORT: resolverPort,
      ZONES: stubs.map(([zone]) => `  local-zone: "${zone}." transparent\n`).join(''),
      STUBS: stubs
        .map(([zone, port]) => `stub-zone:\n  name: "${zone}."\n  stub-addr: 127.0.0.1@${port}\n`)
        .join(''),
    });
    start('/usr/sbin/unbound', ['-d', '-c', config]);
    await until('unbound', () => answers(`127.0.0.1:${resolverPort}`, 'house.test'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { resolver: `127.0.0.1:${resolverPort}`, authorityPort, stop };
}

async function answers(server: string, name: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolveSoa(name).then(
    () => true,
    () => false,
  );
}
