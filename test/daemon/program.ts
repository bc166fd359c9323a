/** `primum start` as an operator runs it: a child process, a state folder, ports the system chooses. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openClient, type Client } from '../../src/client/client.ts';
import { readApiToken } from '../../src/client/token-file.ts';
import type { SettingsInput } from '../../src/config/schema.ts';
import { journalLines } from '../journal-lines.ts';
import { until } from '../peers/run.ts';

export const PROGRAM = join(import.meta.dirname, '../../bin/primum.js');

/** Starting the whole program many times, on a machine that is busy with other tests. */
export const PROCESS_TEST_MS = 120_000;

export interface LogLine {
  readonly level: number;
  readonly event: string;
  readonly msg: string;
}

export interface RunningPrimum {
  /** `host:port` of the first address of a door. */
  address(door: 'policy' | 'milter' | 'auth-policy' | 'lmtp' | 'api'): string;
  client(): Promise<Client>;
  /** Lines of the log so far with this event. */
  said(event: string): readonly LogLine[];
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** The exit code; `null` after a signal nobody handled. */
  readonly ended: Promise<number | null>;
}

/** A state folder and a configuration file, gone after the test. */
export class Place {
  readonly folder: string;
  readonly #running = new Set<ChildProcess>();

  /** @param state Where the state is; default a folder of this place. */
  constructor(state?: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'primum-daemon-'));
    this.state = state ?? join(this.folder, 'state');
  }

  readonly state: string;

  get configFile(): string {
    return join(this.folder, 'primum.yaml');
  }

  /** Doors at ports of the system's choice unless the settings say otherwise. */
  configure({ doors = {}, ...settings }: SettingsInput = {}): void {
    const listen = ['127.0.0.1:0'];
    const complete: SettingsInput = {
      state: this.state,
      doors: {
        policy: { listen, ...doors.policy },
        milter: { listen, ...doors.milter },
        socketmap: { listen, ...doors.socketmap },
        lmtp: { listen, ...doors.lmtp },
        auth_policy: { listen, ...doors.auth_policy },
        api: { listen, ...doors.api },
      },
      ...settings,
    };
    writeFileSync(this.configFile, stringify(complete));
  }

  /** Runs the program without waiting for anything. */
  launch(): RunningPrimum {
    const child = spawn(process.execPath, [PROGRAM, 'start', '--config', this.configFile], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    // Each by itself: what comes on one must not stand in the middle of a line of the other.
    const streams = [child.stdout, child.stderr].map((stream) => {
      const heard = { text: '' };
      stream.setEncoding('utf8').on('data', (text: string) => (heard.text += text));
      return heard;
    });
    // `close`, not `exit`: everything it said has arrived by then.
    const ended = once(child, 'close').then(([code]) => {
      this.#running.delete(child);
      return code as number | null;
    });
    const output = (): string => streams.map(({ text }) => text).join('');
    const said = (event: string): LogLine[] =>
      streams.flatMap(({ text }) => logLines(text)).filter((l) => l.event === event);
    const address = (door: string): string => {
      const start = `The ${door} door listens on `;
      const line = said('door-open').find(({ msg }) => msg.startsWith(start));
      if (line === undefined) throw new Error(`There is no ${door} door: ${output()}`);
      return line.msg.slice(start.length, -1);
    };
    return {
      address,
      said,
      ended,
      output,
      signal: (name) => void child.kill(name),
      client: async () =>
        openClient({
          baseUrl: `http://${address('api')}`,
          token: await readApiToken(this.state),
        }),
    };
  }

  /** Runs the program; resolves when all doors listen. */
  async start(): Promise<RunningPrimum> {
    const primum = this.launch();
    let hasEnded = false;
    void primum.ended.then(() => (hasEnded = true));
    await until(
      'the start',
      () => {
        if (hasEnded) throw new Error(`Primum does not start: ${primum.output()}`);
        return primum.said('started').length > 0;
      },
      PROCESS_TEST_MS,
    );
    return primum;
  }

  /** Every readable object of the journal so far. */
  journal(): Promise<Readonly<Record<string, unknown>>[]> {
    return journalLines(this.state);
  }

  segments(): string[] {
    const folder = join(this.state, 'journal');
    return readdirSync(folder)
      .filter((name) => !name.endsWith('.part'))
      .sort()
      .map((name) => join(folder, name));
  }

  async remove(): Promise<void> {
    const gone = [...this.#running].map(async (child) => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    });
    await Promise.all(gone);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A line that is cut off at the end of what has arrived is not one yet. */
function logLines(output: string): LogLine[] {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}
