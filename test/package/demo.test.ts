/** `npm run demo`, run as a newcomer runs it: what its table says is what README.md promises. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandIn } from '../../tools/demo/virus-scanner.ts';
import { openScanners } from '../../src/scanners/open-scanners.ts';
import { EICAR, LIMITS, listener, message, scan } from '../scanners/helper.ts';

const ROOT = join(import.meta.dirname, '../..');
/** On two cores that do other things too. */
const DEMO_MS = 180_000;

let lines: string[];

beforeAll(async () => {
  const child = spawn(process.execPath, ['tools/demo.ts'], { cwd: ROOT });
  let said = '';
  let wrong = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (wrong += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, wrong]).toEqual([0, '']);
  lines = said.split('\n');
}, DEMO_MS);

/** Without its line breaks. */
const text = (): string => lines.join(' ').replaceAll(/\s+/g, ' ');

/** The figures of a row, and the sentences below it as one. */
function row(start: string): { figures: number[]; why: string } {
  const at = lines.findIndex((line) => line.startsWith(start));
  const below = lines.slice(at + 1).findIndex((line) => !line.startsWith('    '));
  const why = lines.slice(at + 1, at + 1 + below).map((line) => line.trim());
  const figures = lines[at]?.match(/(?<= )\d+(?= |$)/g) ?? [];
  return { figures: figures.map(Number), why: why.join(' ') };
}

describe('npm run demo', () => {
  it('lives through five days', () => {
    const days = lines.filter((line) => line.startsWith('['));
    expect(days).toHaveLength(6);
    expect(days[4]).toMatch(/day 5: the thieves come$/);
    expect(days[5]).toMatch(/^\[#+\] done$/);
    expect(lines.find((line) => line.includes('through the real doors'))).toMatch(
      /^\d{4} messages and \d{3} logins went through the real doors in \d+ s\.$/,
    );
  });

  // prettier-ignore
  it.each([
    ['ACC-9',  'hugo@example.org',     /^After [1-9]\d? messages?: The account is locked .*4 countries/],
    ['ACC-9',  'rosa@example.org',     /^After \d messages?: The account is locked .*4 countries/],
    ['ACC-3',  'shop@customer.example', /^At the first message: The sender address is in gmail\.com/],
    ['SND-1',  'monitoring@example.org', /^After \d+ messages: .*messages in one minute.* the limit .* is 120\./],
  ])('%s: %s is stopped, and it says after how many messages, why and what the client is told', (_practice, account, why) => {
    const { figures, why: said } = row(account);
    expect(figures[1]).toBeGreaterThan(0);
    expect(said).toMatch(why);
    expect(said).toMatch(/The client is told: [A-Z].* Reference [0-9A-Z]{8}$/);
  });

  it('leaves the owner whose password is guessed and the newsletter alone', () => {
    expect(row('kim@example.org').figures).toEqual([expect.any(Number), 0, 0]);
    expect(row('news@example.org').figures).toEqual([25, 0, 0]);
  });

  it('CON-3: one text from four accounts is held from the fourth on', () => {
    const { figures, why } = row('one text from four stolen accounts');
    expect(figures).toEqual([12, 3, 9, 0]);
    expect(why).toMatch(/^After 3 messages: The same text came from 4 accounts/);
    expect(text()).toContain(
      '11 held messages wait for a person, with an owner and a clock ("primum hold list"): 9 of these, and 2 that waited in the queue when their account was locked.',
    );
  });

  it('ACC-11: the agent held what a locked account had waiting, and the text says what is played', () => {
    expect(text()).toMatch(
      /The mail server behind the doors is played, and what it delivers goes nowhere: \d{4} messages delivered, 11 in its hold queue, 0 waiting for another try\. The agent that works on its queue is the real one\./,
    );
    expect(text()).toContain('Two complaints of a feedback loop are played, too;');
  });

  it('CON-1: the virus test file is refused with its name, and the table says by which scanner', () => {
    const { figures, why } = row('a letter with a virus test file');
    expect(figures).toEqual([1, 0, 0, 1]);
    expect(why).toMatch(/^At the first message: The virus scanner clamd found Eicar\.Test\.File/);
    expect(lines.join('\n')).toMatch(
      /^(Viruses were looked for by the clamd of this host \(ClamAV [\d.]+\)\.|(No clamd is installed here|The clamd of this host does not start): a stand-in .*)$/m,
    );
  });

  it('SND-12: a newsletter by a bulk tool is recognised and not stopped', () => {
    const { figures, why } = row('a newsletter by a bulk tool');
    expect(figures).toEqual([20, 20, 0, 0]);
    expect(why).toBe('Recognised, not stopped: news@example.org wrote 20 messages with phplist.');
  });

  it('CON-5: the trace header of a message that left names its sender', () => {
    expect(text()).toContain(
      'names its sender to us alone ("primum trace"): gina@example.org, 2026-03-06 14:00 UTC.',
    );
  });

  it('ACC-6: the guesser has a row: shut out after how many guesses, and which sources', () => {
    const { figures, why } = row('185.220.101.1 to .3');
    expect(figures.at(-1)).toBe(80);
    expect(why).toMatch(/^After \d\d guesses: Sources that guess passwords are shut out/);
    expect(why).toMatch(/Shut out: .*185\.220\.101\./);
    expect(row('kim@example.org').figures).toEqual([expect.any(Number), 0, 0]);
  });

  it('hurts nobody else', () => {
    const { figures } = row('letters of people, each his own text');
    expect(figures).toEqual([19, 19, 0, 0]);
    expect(lines).toContain(
      'None of the other 17 people was stopped, the one whose password was guessed included.',
    );
    expect(lines).toContain(
      'Locked until the owner has a new password: hugo@example.org, rosa@example.org.',
    );
  });
});

describe('the stand-in for clamd', () => {
  let folder: string;
  let standIn: Awaited<ReturnType<typeof startStandIn>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'primum-stand-in-'));
    standIn = await startStandIn(folder, 'No clamd is installed here');
  });

  afterAll(async () => {
    await standIn.stop();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['knows the EICAR test string', EICAR, { result: 'infected', name: 'Eicar.Test.File' }],
    ['and nothing else', 'hello', { result: 'clean' }],
  ])('%s', async (_what, text, found) => {
    const { scanners } = openScanners(
      { clamd: { address: standIn.address, ...LIMITS } },
      listener(),
      Date.now,
    );
    const [clamd] = scanners;
    expect(clamd && (await scan(clamd, message(text, 100_000)))).toMatchObject(found);
    await clamd?.close();
  });

  it('is named in the table', () => {
    expect(standIn.sentence).toMatch(/^No clamd is installed here: a stand-in looked for viruses;/);
  });
});
