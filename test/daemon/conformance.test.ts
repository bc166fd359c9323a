/** CON-7 end to end: what each setting of `conformance` does to a message, through the milter door. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { SettingsInput } from '../../src/config/schema.ts';
import { openDaemon, type Daemon } from '../../src/daemon/daemon.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';
import { MilterClient } from '../dialogues/milter-dialogue.ts';
import { addressOne, greet } from '../dialogues/milter-surroundings.ts';
import { journalLines } from '../journal-lines.ts';

const ANN = 'ann@example.org';
const NOW = Date.parse('2026-11-20T22:29:04.000Z');

let folder: string;
let daemon: Daemon | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-conformance-'));
});

afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(folder, { recursive: true });
});

type Conformance = NonNullable<SettingsInput['conformance']>;

async function start(conformance: Conformance, mode: 'enforce' | 'observe'): Promise<void> {
  const listen = ['127.0.0.1:0'];
  const doors = {
    policy: { listen },
    milter: { listen },
    auth_policy: { listen },
    socketmap: { listen },
    lmtp: { listen },
    api: { listen },
  };
  const settings: SettingsInput = {
    state: join(folder, 'state'),
    doors,
    policy: { mode, domains: ['example.org'] },
    trace: { enabled: false },
    conformance,
  };
  const file = join(folder, 'primum.yaml');
  writeFileSync(file, stringify(settings));
  daemon = await openDaemon(loadConfig(file, {}), {
    telemetry: createSilentTelemetry(),
    reload: () => Promise.reject(new Error('not here')),
    now: () => NOW,
  });
}

/** Everything that is answered at the end of one message. */
async function send(headers: readonly string[], body = 'Good day.\\x0d\\n'): Promise<string[]> {
  const client = new MilterClient(daemon?.addresses['milter']?.[0] ?? '');
  try {
    await greet(client);
    await addressOne(client, ANN);
    client.say(...headers.map((header) => `HEADER ${header}`), 'EOH', `BODY ${body}`);
    for (let n = 0; n < headers.length + 2; n++) expect(await client.reply()).toBe('continue');
    client.say('EOM');
    const said: string[] = [];
    do said.push((await client.reply()) ?? 'closed');
    while (!/^(?:accept|continue|closed|reply)/.test(said.at(-1) ?? ''));
    return said;
  } finally {
    client.socket.destroy();
  }
}

/** What is on record of each message: the verdict, and what CON-7 says of it. */
async function onRecord(): Promise<string[]> {
  await daemon?.close();
  daemon = undefined;
  const verdicts = (await journalLines(join(folder, 'state'))).filter(
    ({ kind }) => kind === 'verdict',
  );
  return verdicts.map((line) => {
    const { reasons, verdict } = line as unknown as {
      reasons: { practice?: string; text: string }[];
      verdict: string;
    };
    const ours = reasons.filter(({ practice }) => practice === 'CON-7');
    return [verdict, ...ours.map(({ text }) => text)].join(': ');
  });
}

const BARE = [`From: ${ANN}`, 'Subject: one'];
const UNDATED = [...BARE, 'Message-ID: <1@example.org>'];
const WHOLE = [...UNDATED, 'Date: Fri, 20 Nov 2026 22:00:00 +0000'];
const NO_DATE = 'The message does not follow RFC 5322: it has no Date';
const REFUSED =
  /^reply 550 5\.7\.1 The message does not follow RFC 5322: it has no Date\. Reference \w{8}$/;

describe('CON-7: what is done about a message that does not conform', () => {
  it('mend: what lacks is put in, and nothing is held against it', async () => {
    await start({}, 'enforce');
    expect(await send(BARE)).toEqual([
      expect.stringMatching(/^h Date/),
      expect.stringMatching(/^h Message-ID/),
      'accept',
    ]);
    expect(await onRecord()).toEqual(['pass']);
  });

  it('refuse: the message is refused with what is wrong, and that is on record', async () => {
    await start({ missing_date: 'refuse' }, 'enforce');
    expect(await send(UNDATED)).toEqual([expect.stringMatching(REFUSED)]);
    expect(await send(WHOLE)).toEqual(['accept']);
    expect(await onRecord()).toEqual([`reject: ${NO_DATE}.`, 'pass']);
  });

  it('refuse: a fault of the body, where nothing may be mended', async () => {
    await start({ long_line: 'refuse' }, 'enforce');
    const long = `${'x'.repeat(999)}\\x0d\\n`;
    expect(await send(WHOLE, long)).toEqual([
      expect.stringContaining('a line is longer than 998 characters'),
    ]);
    expect(await send(WHOLE, long.slice(1))).toEqual(['accept']);
  });

  it('a header without measure is refused: it would hide a virus, or forge our own fields', async () => {
    await start({}, 'enforce');
    const flood = Array.from({ length: 1_001 }, () => 'X-Primum-Trace: forged');
    expect(await send([...WHOLE, ...flood])).toEqual([
      expect.stringContaining('its header has more than 1,000 fields'),
    ]);
    expect(await onRecord()).toEqual([
      'reject: The message does not follow RFC 5322: its header has more than 1,000 fields.',
    ]);
  });

  it('observe: the message leaves as it is, and what is wrong is on record', async () => {
    await start({ missing_date: 'observe' }, 'enforce');
    expect(await send(UNDATED)).toEqual(['accept']);
    expect(await onRecord()).toEqual([`pass: ${NO_DATE}.`]);
  });

  it('off: nobody looks', async () => {
    await start({ missing_date: 'off' }, 'enforce');
    expect(await send(UNDATED)).toEqual(['accept']);
    expect(await onRecord()).toEqual(['pass']);
  });

  it('in observe mode nothing is mended or refused; what would be refused is on record', async () => {
    await start({ missing_date: 'refuse' }, 'observe');
    expect(await send(BARE)).toEqual(['accept']);
    expect(await onRecord()).toEqual([`reject: ${NO_DATE}.`]);
  });
});
