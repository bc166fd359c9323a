/** A DNS list served by rbldnsd, behind unbound as the resolver, in a temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takePorts } from './ports.ts';
import { until } from './run.ts';
import { fillTemplate } from './template.ts';

export interface DnsLists {
  /** `host:port` of the resolver. */
  readonly resolver: string;
  /** Stops and starts the server of the lists; the resolver stays. */
  killServer(): Promise<void>;
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

interface Program {
  start(): void;
  kill(): Promise<void>;
}

function program(command: string, args: readonly string[]): Program {
  let child: ChildProcess | undefined;
  const killNow = (): void => void child?.kill('SIGKILL');
  return {
    start() {
      child = spawn(command, args, { stdio: 'ignore' });
      process.once('exit', killNow);
    },
    async kill() {
      if (child === undefined) return;
      const gone = once(child, 'exit');
      killNow();
      process.off('exit', killNow);
      child = undefined;
      await gone;
    },
  };
}

/** Whether the server at this port says that the RFC 5782 test entry of the list exists. */
async function answers(port: number, zone: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver.resolve4(`test.${zone}`).then(
    () => true,
    () => false,
  );
}

/** The zones, by name, in rbldnsd's `dnset` form. */
export async function startDnsLists(
  zones: Readonly<Record<string, readonly string[]>>,
): Promise<DnsLists> {
  const folder = await mkdtemp(join(tmpdir(), 'primum-dns-'));
  await chmod(folder, 0o755);
  const block = await takePorts();
  const [serverPort, resolverPort] = block.ports as [number, number];
  const names = Object.keys(zones);
  for (const [zone, lines] of Object.entries(zones)) {
    await writeFile(join(folder, zone), [...lines, 'test', ''].join('\n'), { mode: 0o644 });
  }
  const server = program('/usr/sbin/rbldnsd', [
    ...['-n', '-u', 'rbldns', '-b', `127.0.0.1/${serverPort}`, '-w', folder],
    ...names.map((zone) => `${zone}:dnset:${zone}`),
  ]);
  const stubs = names.map(
    (name) => `stub-zone:\n  name: "${name}."\n  stub-addr: 127.0.0.1@${serverPort}\n`,
  );
  const configFile = join(folder, 'unbound.conf');
  await fillTemplate('unbound.conf', configFile, {
    FOLDER: folder,
    PORT: resolverPort,
    STUBS: stubs.join(''),
    ZONES: names.map((name) => `  local-zone: "${name}." transparent\n`).join(''),
  });
  const resolver = program('/usr/sbin/unbound', ['-d', '-c', configFile]);
  const zone = names[0]!;

  async function startServer(): Promise<void> {
    server.start();
    await until('rbldnsd', () => answers(serverPort, zone));
  }
  async function stop(): Promise<void> {
    await server.kill();
    await resolver.kill();
    await block.release();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await startServer();
    resolver.start();
    await until('unbound', () => answers(resolverPort, zone));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    resolver: `127.0.0.1:${resolverPort}`,
    killServer: () => server.kill(),
    startServer,
    stop,
  };
}
