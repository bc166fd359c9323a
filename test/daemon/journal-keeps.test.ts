/** What the journal keeps of a message that came by the milter: derived values, words only when asked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { SettingsInput } from '../../src/config/schema.ts';
import { openDaemon } from '../../src/daemon/daemon.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';
import { MilterClient } from '../dialogues/milter-dialogue.ts';
import { addressOne, greet } from '../dialogues/milter-surroundings.ts';
import { journalLines } from '../journal-lines.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-keeps-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const HEADERS = [
  'From: "Sigrid Ravn" <ann@example.org>',
  'Subject: the walrus account',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
];
const TEXT =
  'Dear colleague, the gazelle figures of the last quarter are on the page that you know, and ' +
  'everybody may look at them: https://pages.example/okapi?token=lemur';
const BODY =
  `--b\\x0d\\n\\x0d\\n${TEXT}\\x0d\\n` +
  '--b\\x0d\\nContent-Type: application/pdf; name=heron.pdf\\x0d\\n' +
  'Content-Disposition: attachment; filename=heron.pdf\\x0d\\n\\x0d\\n%PDF-1.7 ibis\\x0d\\n--b--\\x0d\\n';

type Journal = NonNullable<SettingsInput['journal']>;

/** What is on record of the message, as it stands there. */
async function recordOf(journal: Journal): Promise<string> {
  const listen = ['127.0.0.1:0'];
  const state = join(folder, 'state');
  const settings: SettingsInput = {
    state,
    doors: {
      policy: { listen },
      milter: { listen },
      auth_policy: { listen },
      socketmap: { listen },
      lmtp: { listen },
      api: { listen },
    },
    policy: { mode: 'observe', domains: ['example.org'] },
    journal,
  };
  const file = join(folder, 'primum.yaml');
  writeFileSync(file, stringify(settings));
  const daemon = await openDaemon(loadConfig(file, {}), {
    telemetry: createSilentTelemetry(),
    reload: () => Promise.reject(new Error('not here')),
  });
  const client = new MilterClient(daemon.addresses['milter']?.[0] ?? '');
  try {
    await greet(client);
    await addressOne(client);
    client.say(...HEADERS.map((header) => `HEADER ${header}`), 'EOH', `BODY ${BODY}`, 'EOM');
    let said: string | undefined;
    do said = await client.reply();
    while (said !== 'accept');
  } finally {
    client.socket.destroy();
    await daemon.close();
  }
  const lines = await journalLines(state);
  return JSON.stringify(lines.filter(({ kind }) => kind === 'submission'));
}

/** Of the message that names so many animals, those that are on record. */
const animalsIn = (record: string): string[] =>
  ['walrus', 'gazelle', 'okapi', 'lemur', 'heron', 'ibis', 'Ravn'].filter((word) =>
    record.includes(word),
  );

describe('the journal', () => {
  it('holds derived values of a message, and no word of it', async () => {
    const record = await recordOf({});
    expect(animalsIn(record)).toEqual([]);
    expect(record).toContain('"urlHosts":["pages.example"]');
    expect(record).toContain('"mimeShape":"mixed(text/plain,application/pdf)"');
    expect(record).toMatch(/"sha256":"[0-9a-f]{64}"/);
  });

  it.each([
    ['keep_subject', ['walrus']],
    ['keep_text', ['gazelle', 'okapi', 'lemur']],
  ] as const)('holds with %s what that says, and no more of it', async (setting, expected) => {
    const animals = animalsIn(await recordOf({ [setting]: true }));
    expect(animals).toEqual(expect.arrayContaining([...expected]));
    expect(animals).not.toContain('ibis');
    expect(animals).not.toContain('Ravn');
    expect(animals.includes('walrus')).toBe(setting === 'keep_subject');
    expect(animals.includes('gazelle')).toBe(setting === 'keep_text');
  });
});
