/** What stops a start: one line that names the place, the cause and the remedy, and the exit code. */
import { once } from 'node:events';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../peers/run.ts';
import { Place, PROCESS_TEST_MS, PROGRAM } from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** What it says to a person, without the log. */
function words(output: string): string[] {
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
}

describe('a start that cannot be', { timeout: PROCESS_TEST_MS }, () => {
  it('says in one line that a port is taken, whose key it is and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    place.configure({ doors: { auth_policy: { listen: [taken] } } });
    const primum = place.launch();
    expect(await primum.ended).toBe(1);
    other.close();
    expect(words(primum.output())).toEqual([
      `Cannot listen on ${taken} (doors.auth_policy.listen): another program listens there. Stop it, or choose another address.`,
    ]);
  });

  it('says in one line that the state folder has a daemon already, and leaves that one alone', async () => {
    place.configure();
    const first = await place.start();
    const second = place.launch();
    expect(await second.ended).toBe(1);
    expect(words(second.output())).toEqual([
      expect.stringMatching(
        /^Another primum \(process \d+\) uses .*\/state\. Stop it or choose another folder\.$/,
      ),
    ]);
    expect((await fetch(`http://${first.address('api')}/readyz`)).status).toBe(200);
  });

  // prettier-ignore
  const mistakes = [
    ['an unknown key',   'polcy: {}\n',                        /^.*primum\.yaml:1: polcy: .*policy/],
    ['a wrong unit',     'journal:\n  retention: 3 parsecs\n', /^.*primum\.yaml:2: journal\.retention: /],
    ['no YAML',          'state: [\n',                         /^.*primum\.yaml:\d+: /],
  ] as const;

  it.each(mistakes)(
    '%s in the configuration is one line and exit code 2',
    async (_, text, line) => {
      writeFileSync(place.configFile, text);
      const primum = place.launch();
      expect(await primum.ended).toBe(2);
      expect(words(primum.output())).toEqual([expect.stringMatching(line)]);
    },
  );

  it('an absent configuration file is one line and exit code 2', async () => {
    const primum = place.launch();
    expect(await primum.ended).toBe(2);
    expect(words(primum.output())).toEqual([expect.stringContaining(place.configFile)]);
  });

  it('a command that asks the daemon says the same of a bad file', async () => {
    writeFileSync(place.configFile, 'state: [\n');
    const { code, stderr } = await run(process.execPath, [
      PROGRAM,
      'locks',
      '--config',
      place.configFile,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(place.configFile);
  });
});

describe('what the engine made of the program', { timeout: PROCESS_TEST_MS }, () => {
  async function help(home: string): Promise<number> {
    const env = { ...process.env, HOME: home, XDG_CACHE_HOME: '', CACHE_DIRECTORY: '' };
    return (await run(process.execPath, [PROGRAM, 'help'], { env })).code;
  }

  it('is kept in a folder for its owner alone, and never where others may write', async () => {
    const kept = join(place.folder, '.cache/primum');
    expect(await help(place.folder)).toBe(0);
    expect(statSync(kept).mode & 0o777).toBe(0o700);

    const shared = new Place();
    chmodSync(shared.folder, 0o777);
    expect(await help(shared.folder)).toBe(0);
    expect(existsSync(join(shared.folder, '.cache'))).toBe(false);
    await shared.remove();
    expect(await help('/nonexistent')).toBe(0);
  });
});
