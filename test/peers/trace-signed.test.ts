/** CON-5 from end to end: what a signer behind Primum, set as the guide says, makes of our headers. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { coverageOf, findHeaderBlocks } from '../../src/protocol/traced-message.ts';
import { mailServersAreHere } from './available.ts';
import { linesOfGuide, makeDkimKey, startOpendkim, startRspamd } from './dkim.ts';
import type { DkimKey, Signer } from './dkim.ts';
import { guardedPlatform, HOOK_MS, PEER_TEST_MS } from './guarded.ts';

const ANN = 'ann@local.test';
const NAMES = [
  'X-Primum-Trace',
  'X-Primum-Submitter',
  'X-Report-Abuse',
  'Feedback-ID',
  'CFBL-Address',
  'CFBL-Feedback-ID',
];

describe.runIf(mailServersAreHere)('a signer in smtpd_milters', { timeout: PEER_TEST_MS }, () => {
  const platform = guardedPlatform(
    { [ANN]: 'secret-of-ann' },
    { mode: 'enforce' },
    {
      milterDoor: 'tcp',
      sections: {
        trace: {
          abuse_address: 'abuse@local.test',
          feedback_sender: 'local',
          cfbl: { address: 'fbl@local.test' },
        },
      },
    },
  );
  let key: DkimKey;
  let primumMilter: string;
  let signer: Signer | undefined;

  beforeAll(async () => {
    key = await makeDkimKey();
    primumMilter = await platform().stack.postfix.get('primum_milter');
  }, HOOK_MS);
  afterEach(() => signer?.stop());
  afterAll(() => key.remove());

  /** The message as it is delivered, and what `primum trace` says of it. */
  async function delivered(subject: string, milters: readonly string[]) {
    const { stack, primum } = platform();
    await stack.postfix.set('primum_milter', milters.join(', '));
    const sent = await stack.swaks({
      ...{ from: ANN, to: 'friend@dest.test', subject },
      ...{ user: ANN, password: 'secret-of-ann' },
    });
    expect(sent.code, sent.transcript).toBe(0);
    const { text } = await stack.sink.waitFor(subject, (message) =>
      message.text.includes(`\nSubject: ${subject}\n`),
    );
    const file = join(stack.folder, 'delivered.eml');
    await writeFile(file, text);
    return { text, traced: await primum.cli('trace', file) };
  }

  function coverage(text: string) {
    const [block] = findHeaderBlocks(text, NAMES);
    return block && coverageOf(block, NAMES);
  }

  it.each([
    { program: 'opendkim', start: startOpendkim, first: 'SignHeaders' },
    { program: 'rspamd', start: startRspamd, first: 'sign_headers' },
  ])('CON-5: $program behind Primum signs all its headers', async ({ program, start, first }) => {
    signer = await start(key, await linesOfGuide(first));
    const { text, traced } = await delivered(`by ${program}`, [primumMilter, signer.milter]);

    for (const name of NAMES) {
      expect(text.match(new RegExp(`^${name}:`, 'gim')), name).toHaveLength(1);
    }
    expect(coverage(text)).toEqual([
      { domain: 'local.test', selector: 't', unsigned: [], above: [] },
    ]);
    expect(await key.verify(text)).toBe('succeeded');
    for (const name of NAMES) {
      const changed = text.replace(new RegExp(`^(${name}: *\\S)`, 'im'), '$1x');
      expect(await key.verify(changed), `${name} changed`).toBe('failed');
    }
    expect(await key.verify(`X-Primum-Trace: another\n${text}`), 'a second trace').toBe('failed');

    expect(traced).toMatchObject({ code: 0, stderr: '' });
    expect(traced.stdout).toContain(`Account ${ANN}`);
    expect(traced.stdout).toContain(
      'DKIM: the signature of local.test covers the headers of Primum.',
    );
  });

  it('CON-5: opendkim without the lines of the guide signs none of them, and that is said', async () => {
    signer = await startOpendkim(key, '');
    const { text, traced } = await delivered('bare', [primumMilter, signer.milter]);
    expect(coverage(text)).toEqual([
      { domain: 'local.test', selector: 't', unsigned: NAMES, above: [] },
    ]);
    expect(traced.stdout).toContain('and the names into the list');
  });

  it('CON-5: a signer before Primum does not see them, and that is said', async () => {
    signer = await startOpendkim(key, await linesOfGuide('SignHeaders'));
    const { traced } = await delivered('too early', [signer.milter, primumMilter]);
    expect(traced.stdout).toContain('put Primum before the signer in smtpd_milters');
  });
});
