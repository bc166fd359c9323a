/** CON-5 with a real opendkim, set as the guide says: the headers of Primum are signed. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageOf, findHeaderBlocks } from '../../src/protocol/traced-message.ts';
import { openTrace } from '../../src/trace/open-trace.ts';
import { EXPLANATION, VERDICT } from '../doors/api-fixture.ts';
import { mailServersAreHere } from './available.ts';
import { mustRun, run } from './run.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/trace-headers.md');

describe.runIf(mailServersAreHere)('CON-5: opendkim behind Primum', () => {
  let folder: string;
  let names: readonly string[];
  let message: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'primum-dkim-'));
    await mustRun('openssl', ['genrsa', '-traditional', '-out', join(folder, 'key'), '2048']);
    const trace = openTrace({
      keysFile: join(folder, 'trace-keys'),
      submitter: 'keyed',
      abuseAddress: 'abuse@local.test',
      feedbackSender: 'local',
      cfbl: { address: 'fbl@local.test', report: 'arf' },
      now: () => Date.now(),
      warn: () => undefined,
    });
    names = trace.names;
    const added = trace.headers
      .headersOf(EXPLANATION.event, VERDICT)
      .map(({ name, value }) => `${name}: ${value}\r\n`);
    message =
      'From: ann@local.test\r\nTo: bob@x.test\r\nSubject: hello\r\n' +
      `Date: Sat, 21 Nov 2026 05:00:00 +0000\r\n${added.join('')}\r\nhello\r\n`;
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** The message with the header that opendkim inserts at its top. */
  async function sign(settings: string): Promise<string> {
    const file = join(folder, 'message.eml');
    const config = join(folder, 'opendkim.conf');
    await writeFile(file, message);
    await writeFile(
      config,
      `Mode s\nRequireSafeKeys no\nDomain local.test\nSelector t\nKeyFile ${join(folder, 'key')}\n${settings}\n`,
    );
    const { stdout, stderr } = await run('opendkim', ['-x', config, '-t', file, '-vv']);
    const told = stdout + stderr;
    const header = /INSHEADER: idx=0 hname='DKIM-Signature' hvalue='([^']*)'/.exec(told)?.[1];
    if (header === undefined) throw new Error(`opendkim did not sign: ${told}`);
    return `DKIM-Signature: ${header}\r\n${message}`;
  }

  function coverage(text: string) {
    const [block] = findHeaderBlocks(text, names);
    return block && coverageOf(block, names);
  }

  it('covers every header of Primum with the lines of the guide', async () => {
    const guide = await readFile(GUIDE, 'utf8');
    const lines = /^```\n(SignHeaders .*?)^```$/ms.exec(guide)?.[1] ?? '';
    expect(lines).toContain('OversignHeaders');
    expect(coverage(await sign(lines))).toEqual([
      { domain: 'local.test', selector: 't', unsigned: [], above: [] },
    ]);
  });

  it('covers none by itself, and that is noticed', async () => {
    expect(coverage(await sign(''))).toEqual([
      { domain: 'local.test', selector: 't', unsigned: names, above: [] },
    ]);
  });
});
