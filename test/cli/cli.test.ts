/** The command line against a running API: what people read, what programs read, exit codes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openFixture } from '../doors/api-fixture.ts';
import { commandLine } from './command-line.ts';

const { cli, run, api, state } = commandLine();

/** The lines of a here-text, without its margin. */
function lines(text: string): string {
  return text.replace(/^\n/, '').replace(/^ {6}/gm, '').replace(/ *$/, '');
}

describe('what people read', () => {
  it('shows everything known of an account', async () => {
    const { out, code } = await cli('account ann@example.org');
    expect(out).toBe(
      lines(`
      ann@example.org
        A person of example.org, in staff, since 2019-04-01 00:00 UTC. The directory knows it.
        It may send as ann@example.org, sales@example.org, anything @shop.example.org.

      ann@example.org/main: on rung hold since 2026-11-21 01:30 UTC, score 9.34
        243 messages to 611 recipients; usual 4.2 recipients a day.
        Context  Country    ASN  First (UTC)       Last (UTC)        Days  Messages  Score
        5f1c     DE       64500  2026-10-01 08:00  2026-11-20 16:12    37       212    0.1  trusted
        Sends as         Messages
        ann@example.org       243

      Used from
        Address        Country    ASN  Place            First (UTC)       Last (UTC)        Logins  Failures  Messages
        192.0.2.7      DE       64500  192.0.2.0/24     2026-10-01 08:00  2026-11-20 16:12     341         2       212
        2001:db8:1::9  -            0  2001:db8:1::/48  2026-11-21 01:12  2026-11-21 01:30       1         0        31
      `),
    );
    expect(code).toBe(0);
  });

  it('shows limits with where they come from', async () => {
    expect((await cli('limits ann@example.org')).out).toBe(
      lines(`
      Scope     Counts      In    Limit     Now  Burst  Used  Then     From
      account   recipients  1 h     200     100     20   212  hold     group staff
      platform  messages    1 d  100000  100000      0  8120  observe  default
      `),
    );
  });

  it('starts limits anew, and leaves who did it and why in the audit log', async () => {
    const { out, code } = await cli('limits reset Ann@example.org --why festival');
    expect(out).toContain(
      'The limits of ann@example.org begin anew. Its mail that is held already waits on.\nScope ',
    );
    expect(code).toBe(0);
    expect((await cli('audit log --subject ann@example.org')).out).toMatch(
      /reset-limits .* festival/,
    );
    expect((await cli('limits reset ann@example.org')).err).toContain('--why');
  });

  it('explains a decision, whatever letters the reference was written with', async () => {
    expect((await cli('explain 8f2k9alb')).out).toBe(
      lines(`
      8F2K9A1B, 2026-11-21 01:30 UTC: held: it waits for somebody to decide.
      Sent by ann@example.org as ann@example.org to 2 recipients from 203.0.113.9, queue id 4Zx1.
      Identity ann@example.org/main, on rung hold, score 9.34.
      It went from rung observe to hold.
      Because:
        - It wrote to 180 new domains in 20 minutes; usual are 3 a day. (new-domains, 6.12 nats, ACC-8)
        - It sent to 212 recipients in an hour; the limit is 200. (limit, rule, SND-1)
      To the owner: This message is held until somebody has looked at it. It wrote to 180 new domains in 20 minutes; usual are 3 a day. If it was you, say so; your other devices keep sending. If not, change the password now.
      To a reviewer: Held: It sent to 212 recipients in an hour; the limit is 200; It wrote to 180 new domains in 20 minutes; usual are 3 a day (+6.1).
      `),
    );
  });

  it('ACC-12: does not promise that a login lifts a lock where none can show the change', async () => {
    const { out } = await cli('lock new@example.org --why x --until-password');
    expect(out).toBe(
      'new@example.org is locked. No login of this account was seen with a password, so a login cannot show that it was changed: "primum unlock" lifts the lock, or an event "password" sent to the API.\nThe account new@example.org was never seen here. If the name is mistyped, undo it: primum unlock new@example.org --why mistyped\n',
    );
    expect((await cli('locks')).out).toContain('a password event');
    expect((await cli('account new@example.org')).out).toContain(
      'No login of this account was seen',
    );
    await cli('unlock new@example.org --why x');
  });

  it('says what an account is in whole words', async () => {
    expect((await cli('account app@example.org')).out).toContain(
      '\n  An application of example.org',
    );
  });

  it('locks an account that the directory does not know, and says so', async () => {
    const { out } = await cli('lock amn@example.org --why x');
    expect(out).toBe(
      'amn@example.org is locked. Only "primum unlock" lifts the lock.\nThe directory does not know amn@example.org. It knows ann@example.org. If the name is mistyped, undo it: primum unlock amn@example.org --why mistyped\n',
    );
    await cli('unlock amn@example.org --why mistyped');
  });

  it('keeps what somebody wrote as a reason on its own line', async () => {
    const why = 'x\n2026-01-01 00:00  root  unlock  ann@example.org  fine';
    await run(['lock', 'eve@example.org', '--why', why]);
    for (const list of ['locks', 'audit log']) {
      const lines = (await cli(list)).out.split('\n');
      expect(lines.filter((line) => line.startsWith('2026-01-01'))).toEqual([]);
    }
    await cli('unlock eve@example.org --why x');
  });

  it('locks, lists and unlocks, as the OS user', async () => {
    expect((await cli('locks')).out).toBe('No account is locked.\n');
    const locked = await cli('lock Eve@Example.org --why "stolen password" --until-password');
    expect(locked.out).toBe(
      'eve@example.org is locked. A login with a changed password lifts the lock, or "primum unlock".\nThe account eve@example.org was never seen here. If the name is mistyped, undo it: primum unlock eve@example.org --why mistyped\n',
    );
    const listed = await cli('locks');
    expect(listed.out).toMatch(
      /^Account {10}Since \(UTC\) {7}By {4}Lifted by {11}Why\neve@example.org {2}\S+ \S+ {2}olga {2}a changed password {2}stolen password\n\n1 account is locked.\n$/,
    );
    expect((await cli('account eve@example.org')).out).toContain('by olga: stolen password');
    expect((await cli('unlock eve@example.org --why "owner called"')).out).toBe(
      'eve@example.org is no longer locked.\n',
    );
    expect((await cli('audit log --subject eve@example.org')).out).toContain('owner called');
  });

  it('shows what an incident over several accounts is of, and its clocks (FBK-6)', async () => {
    const { id } = await api().desk.incidents.open({
      ...{ accounts: ['uwe@example.org', 'vera@example.org'], summary: 'A wave.', by: 'olga' },
    });
    const shown = (await cli(`incidents ${id}`)).out;
    expect(shown).toContain('No single account');
    expect(shown).toContain('First action at once.');
    expect(shown).toMatch(/It reaches 2 accounts, 0 of them locked: at least 0 messages/);
    expect(shown).toMatch(/^uwe@example\.org/m);
    expect((await cli('incidents')).out).toContain('2 accounts');
    await cli(`incidents close ${id} --finding abuse --why "one wave"`);
    expect((await cli(`incidents ${id}`)).out).toContain('First action at once, closed at once.');
  });

  it('shows incidents, one with its checklist, and closes it', async () => {
    await cli('lock ivo@example.org --why "sends to strangers"');
    const listed = z
      .object({ incidents: z.array(z.looseObject({ id: z.string(), account: z.string() })) })
      .parse(JSON.parse((await cli('incidents --account ivo@example.org --json')).out));
    const id = listed.incidents[0]?.id ?? '';
    const shown = (await cli(`incidents ${id}`)).out;
    expect(shown).toContain('Account ivo@example.org');
    expect(shown).toContain('[ ] the password is changed');
    const closed = await cli(`incidents close ${id} --finding false-alarm --why "a newsletter"`);
    expect(closed.out).toBe(`Incident ${id} is closed. Still locked: ivo@example.org.\n`);
    expect((await cli('incidents --account ivo@example.org')).out).toBe(
      'There is no open incident.\n',
    );
    expect((await cli('incidents --all --account ivo@example.org')).out).toContain('closed');
  });

  it('adds to a list for a time, shows and removes it', async () => {
    const added = await cli('lists add deny --network 203.0.113.9/24 --for 1h --why "guesses"');
    expect(added.out).toBe('203.0.113.0/24 is on the deny list until 2026-11-21 02:38 UTC.\n');
    await cli('lists add allow --login bob --network 192.0.2.1 --for 30d --why "office"');
    expect((await cli('lists')).out).toBe(
      lines(`
      List   Entry               Until (UTC)       By    Why
      allow  bob from 192.0.2.1  2026-12-21 01:38  olga  office
      deny   203.0.113.0/24      2026-11-21 02:38  olga  guesses
      `),
    );
    expect((await cli('lists remove deny --network 203.0.113.0/24')).out).toBe(
      '203.0.113.0/24 is no longer on the deny list.\n',
    );
  });

  it('lists who is above observe, since when and why, a page at a time', async () => {
    const { out } = await cli('rungs');
    expect(out).toMatch(
      /^ann@example\.org +hold +2026-11-21 01:30 +ann@example\.org\/main +First/m,
    );
    expect(out).toContain('2 accounts: 1 on throttle, 1 on hold, 0 on lock.');
    expect((await cli('rungs --limit 1')).out).toContain(
      'Those after ann@example.org: primum rungs --after ann@example.org',
    );
  });

  it('lists who relays (ACC-1) and senders to be added (ACC-2)', async () => {
    expect((await cli('relays')).out).toContain('address:192.0.2.44  192.0.2.44');
    expect((await cli('senders')).out).toContain('ann@example.org  verein@example.net        42');
  });

  it('lists who writes with tools for bulk mail (SND-12)', async () => {
    const { out } = await cli('bulk-tools');
    expect(out).toContain('shop@example.net  interspire  2026-11-01 00:00');
    expect(out).toContain('7000');
  });

  it('says why a recipient is not written to again, and ends that (SND-13)', async () => {
    const { out } = await cli('suppression gone@example.net --account ann@example.org');
    expect(out).toMatch(/does not exist +2026-11-20 00:00 +3 .*is refused +this account/);
    expect((await cli('suppression here@example.net')).out).toBe(
      'Nothing is remembered of here@example.net.\n',
    );
    const why = '--why "It was made anew."';
    expect((await cli(`suppression end gone@example.net ${why}`)).out).toBe(
      'gone@example.net may be written to again.\n',
    );
    const { out: log } = await cli('audit log --subject gone@example.net');
    expect(log).toContain('suppression.end');
    const none = await cli(`suppression end here@example.net ${why}`);
    expect(none.err).toContain('Nothing is remembered of here@example.net');
  });

  it('says what to configure when there is no alert channel', async () => {
    expect((await cli('alerts test')).out).toBe(
      'No alert channel is configured. Add one under "alerts" in the configuration.\n',
    );
  });

  it('fails with exit 1 when a test alert did not arrive, and says where it was tried', async () => {
    const failing = await openFixture({
      parts: {
        desk: {
          ...api().desk,
          testAlerts: () =>
            Promise.resolve([
              { channel: 'mail', outcome: 'Failed: 127.0.0.1:25: connect ECONNREFUSED' },
              { channel: 'chat', outcome: 'Sent.' },
            ]),
        },
      },
    });
    const { code, out } = await cli('alerts test', { PRIMUM_API: failing.baseUrl });
    await failing.close();
    expect(code).toBe(1);
    expect(out).toContain('127.0.0.1:25');
  });

  it('shows no escape sequence that a sender chose', async () => {
    await api().desk.locks.lock({
      account: 'mallory@example.org',
      by: 'x',
      why: '\u001b]0;owned\u0007\u202e',
      unlockOn: 'person',
    });
    const { out } = await cli('account mallory@example.org');
    expect(out).toContain('\ufffd]0;owned\ufffd\ufffd');
  });
});

describe('what programs read', () => {
  it.each(['account ann@example.org', 'locks', 'incidents', 'lists', 'help', 'version', 'relays'])(
    'prints JSON for %s --json',
    async (line) => {
      const { out, code } = await cli(`${line} --json`);
      expect(JSON.parse(out)).toBeTypeOf('object');
      expect(code).toBe(0);
    },
  );
});

describe('what main.ts does', () => {
  it('is told the options of start and replay, and gives the exit code', async () => {
    expect((await cli('start --config p.yaml')).asked).toEqual([{ configFile: 'p.yaml' }]);
    expect((await cli('start')).asked).toEqual([{ configFile: undefined }]);
    expect(await cli('replay e.ndjson --out v.ndjson')).toMatchObject({
      code: 3,
      asked: [{ eventsFiles: ['e.ndjson'], outFile: 'v.ndjson', configFile: undefined }],
    });
  });
});

describe('the configuration', () => {
  it('is checked: nothing wrong is exit 0, a mistake is named and exit 1', async () => {
    const [right, wrong] = [join(state(), 'right.yaml'), join(state(), 'wrong.yaml')];
    await writeFile(right, 'log:\n  level: warn\n');
    await writeFile(wrong, 'logg:\n  level: warn\n');
    expect(await cli(`check ${right}`)).toMatchObject({ code: 0, out: `${right} is right.\n` });
    const checked = await cli(`check ${wrong}`);
    expect(checked.code).toBe(1);
    expect(checked.out).toContain('logg');
  });

  it('is explained key by key and printed whole', async () => {
    expect((await cli('config explain doors.policy.listen')).out).toContain('127.0.0.1:10040');
    const printed = await cli('config print');
    expect(printed.out).toContain('127.0.0.1:10040');
    const unknown = await cli('config explain doors.polcy');
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.err).toContain('There is no key "doors.polcy"');
  });
});

describe('mistakes', () => {
  // prettier-ignore
  const cases = [
    // words                                      code  sentence
    ['explian ann',                               2,    'There is no command "explian". Did you mean "primum explain"? "primum help" lists the commands.'],
    ['frobnicate',                                2,    'There is no command "frobnicate". "primum help" lists the commands.'],
    ['config',                                    2,    'Write one of: primum config print, primum config explain.'],
    ['alerts',                                    2,    'Write one of: primum alerts test.'],
    ['help frobnicate',                           2,    'There is no command "frobnicate". "primum help" lists the commands.'],
    ['lock ann --reason x',                       2,    'There is no option --reason here. "primum help lock" shows how it is used.'],
    ['lock ann --whyy x',                          2,    'There is no option --whyy here. Did you mean --why? "primum help lock" shows how it is used.'],
    ['lock ann --why',                            2,    'The option --why needs a value. "primum help lock" shows how it is used.'],
    ['lock ann --why x --until-password=1',       2,    'The option --until-password takes no value. "primum help lock" shows how it is used.'],
    ['lock ann',                                  2,    'Add --why TEXT. Usage: primum lock ACCOUNT --why TEXT [--until-password]'],
    ['lock --why x',                              2,    'ACCOUNT is missing. Usage: primum lock ACCOUNT --why TEXT [--until-password]'],
    ['lock ann bob --why x',                      2,    '"bob" is one word too many. "primum help lock" shows how it is used.'],
    ['lock ann --why x --why y',                  2,    'The option --why is given twice. Write it once.'],
    ['incidents --limit 501',                     2,    '--limit 501 is not a number from 1 to 500.'],
    ['incidents close I1 --finding x --why y',    2,    '--finding is abuse, false-alarm or unclear, not "x".'],
    ['lists add grey --login a --for 1h --why x', 2,    '"grey" is not a list. Write allow or deny.'],
    ['lists add deny --for 1h --why x',           2,    'Say what the entry is about: --network, --login or --ja3.'],
    ['lists add deny --login a --for 1 --why x',  2,    '--for needs a number and a unit, such as 1h or 30d.'],
    ['locks --api ftp://x/y',                     2,    '"ftp://x/y" is not an API address. Write host:port, http://host:port or unix:/path.'],
    ['account nobody',                            1,    'Nothing is known of the account nobody: it never logged in or sent here, or so long ago that this was let go. Check how its login is written.'],
    ['unlock nobody --why x',                     1,    'The account nobody is neither locked nor held.'],
    ['explain 00000000',                          1,    'No decision has the reference 00000000. Check the letters, or it is older than the journal is kept.'],
    ['reload',                                    1,    'This daemon was started without a file to read.'],
    ['locks --config /nowhere/p.yaml --state /s', 1,    'There is no API token at /s/api-token. Start the daemon with "primum start", or name its state folder with --state or PRIMUM_STATE.'],
  ] as const;

  it.each(cases)('"%s" ends with %i and one sentence', async (line, code, sentence) => {
    expect(await cli(line)).toMatchObject({ code, err: `${sentence}\n`, out: '' });
  });

  it('says what to do when no daemon answers', async () => {
    const { code, err } = await cli('locks --api 127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).toBe(
      'No running primum answers at http://127.0.0.1:1: nothing listens there. Start it with "primum start", or name its address with --api or PRIMUM_API.\n',
    );
    const socket = await cli('locks --api unix:/nowhere/api.sock');
    expect(socket.err).toContain('at unix:/nowhere/api.sock: there is no such socket.');
  });

  it('says so when the token is not the one of this daemon', async () => {
    const other = await mkdtemp(join(tmpdir(), 'primum-other-'));
    await writeFile(join(other, 'api-token'), 'x'.repeat(43));
    const { code, err } = await cli(`locks --state ${other}`);
    expect(code).toBe(1);
    expect(err).toMatch(/^The token in .*api-token is not that of the daemon at .* --state /);
    await rm(other, { recursive: true });
  });

  it('finds address and state folder in the configuration file', async () => {
    const file = join(state(), 'primum.yaml');
    const listen = api().baseUrl.replace('http://', '');
    await writeFile(file, `state: ${state()}\ndoors:\n  api:\n    listen: ['${listen}']\n`);
    const { code } = await cli(`locks --config ${file}`, { PRIMUM_STATE: '', PRIMUM_API: '' });
    expect(code).toBe(0);
  });
});
