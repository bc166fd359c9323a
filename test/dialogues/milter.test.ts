/** Every dialogue of the milter door, through the real socket: TCP and unix, at once and later. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMilterDoor } from '../../src/doors/milter/door.ts';
import type { MilterDoorOptions } from '../../src/doors/milter/options.ts';
import { OpenTransactions } from '../../src/doors/open-transactions.ts';
import { createVirusInspector } from '../../src/message/virus-inspector.ts';
import type { HeaderChange } from '../../src/protocol/milter-replies.ts';
import { parseDialogue, type Dialogue } from './dialogue.ts';
import { holdMilter } from './milter-dialogue.ts';
import { plainInspector, type Manner } from './plain-inspector.ts';
import { recordedTelemetry, scriptedGate, type Script } from './scripted-gate.ts';
import { virusScanner } from './virus-scanner.ts';

const folder = join(import.meta.dirname, 'milter');
const files = readdirSync(folder).filter((name) => name.endsWith('.dialogue'));

const TRACE: NonNullable<MilterDoorOptions['trace']> = {
  headersOf: (event) => [{ name: 'X-Primum-Trace', value: `t ${event.id}` }],
  isOurs: (name) => name.trim().toLowerCase() === 'x-primum-trace',
};

const MENDINGS: Readonly<Record<string, readonly HeaderChange[]>> = {
  change: [
    { kind: 'insert', name: 'Date', value: 'Fri, 20 Nov 2026 22:29:04 +0000', index: 1 },
    { kind: 'change', name: 'Subject', value: 'mended', index: 1 },
  ],
};

function doorOptions(dialogue: Dialogue, address: string, manner: Manner): MilterDoorOptions {
  const said = dialogue.options;
  const mending = MENDINGS[said['mend'] ?? ''];
  return {
    listen: [{ address }],
    mta: 'mail.example',
    policy: () => ({
      inboundDaemons: (said['inbound'] ?? '').split(' ').filter(Boolean),
      ...(said['ask'] !== undefined && {
        inbound: { isAsked: true, scansViruses: said['ask'] === 'viruses' },
      }),
    }),
    virusInspector: createVirusInspector([virusScanner()]),
    inspector: plainInspector(manner),
    trace: TRACE,
    transactions: new OpenTransactions(),
    isPerson: () => said['person'] !== 'no',
    ...(mending && { mend: () => mending }),
    ...(said['forward_sender'] !== undefined && {
      forwards: {
        isRedirector: (address) => address === '127.0.0.1',
        senderOf: (account, envelopeSender) => {
          if (!account.endsWith('@own.example')) return undefined;
          return envelopeSender === '' ? {} : { sender: said['forward_sender'] ?? '' };
        },
        isOff: (_account, to) => to === said['forward_off'],
      },
    }),
    ...(said['on_failure'] === 'defer' && { onFailure: 'defer' as const }),
    ...(said['max_body'] !== undefined && { maxBodyBytes: Number(said['max_body']) }),
  };
}

interface Way {
  readonly address: string;
  readonly script?: Script;
  readonly manner?: Manner;
}

/** Gives what the telemetry was told. */
async function holdThrough(
  file: string,
  { address, script, manner = {} }: Way,
): Promise<ReturnType<typeof recordedTelemetry>['said']> {
  const text = readFileSync(join(folder, file), 'utf8');
  // Over TCP DATA and the body are answered (docs/protocols/milter.md); the dialogues are of unix.
  const dialogue = parseDialogue(text);
  const gate = scriptedGate({ ...script, mayRelay: dialogue.options['relay'] === 'yes' });
  const options = doorOptions(dialogue, address, manner);
  const telemetry = recordedTelemetry();
  const door = await openMilterDoor(options, gate, telemetry);
  try {
    await holdMilter(dialogue, { address: door.address, judged: () => gate.judged });
    expect(options.transactions?.size).toBe(0);
    return telemetry.said;
  } finally {
    await door.close();
  }
}

async function overUnix(file: string, way: Omit<Way, 'address'>): ReturnType<typeof holdThrough> {
  const path = mkdtempSync(join(tmpdir(), 'primum-milter-'));
  try {
    return await holdThrough(file, { address: `unix:${path}/milter.sock`, ...way });
  } finally {
    rmSync(path, { recursive: true });
  }
}

describe.each(files)('milter/%s', (file) => {
  it('is held over a unix socket, and what is from outside is told as such', async () => {
    const said = await overUnix(file, {});
    const isOutside = said.some(({ what }) => what === 'askedFromOutside');
    expect(isOutside).toBe(file.startsWith('inbound'));
  });

  it('is held the same when the gate answers later and the reader lags', () =>
    overUnix(file, { script: { isLate: true }, manner: { lags: true } }));
});

describe('the milter dialogues', () => {
  it('cover the behaviours the door promises', () => {
    expect(files.length).toBeGreaterThanOrEqual(25);
  });

  it('fail when the door answers something else', async () => {
    const door = await openMilterDoor(
      doorOptions({ options: {}, steps: [] }, '127.0.0.1:0', {}),
      scriptedGate(),
      recordedTelemetry(),
    );
    const dialogue = parseDialogue('-> NEGOTIATE 6 0x1ff 0x1fffff\n<- accept\n');
    const held = holdMilter(dialogue, { address: door.address, judged: () => [] });
    await expect(held).rejects.toThrow(/^Line 2:/);
    await door.close();
  });

  it('over TCP DATA and each piece of the body are answered: 43 ms are not lost', async () => {
    const gate = scriptedGate();
    const door = await openMilterDoor(
      doorOptions({ options: {}, steps: [] }, '127.0.0.1:0', {}),
      gate,
      recordedTelemetry(),
    );
    const dialogue = parseDialogue(
      [
        '-> NEGOTIATE 6 0x1ff 0x1fffff',
        '<- agree 6 0x131 0x142580',
        '-> CONNECT client.test 4 40001 192.0.2.7',
        '<- continue',
        '-> MACRO MAIL {auth_authen}=ann@example.org',
        '-> MAIL <ann@example.org>',
        '<- continue',
        '-> RCPT <a@dest.example>',
        '<- continue',
        '-> DATA',
        '<- continue',
        '-> EOH',
        '-> BODY text',
        '<- continue',
        '-> EOM',
        '<- insert 1 X-Primum-Trace: *',
        '<- accept',
        '== recipients=1',
      ].join('\n'),
    );
    await holdMilter(dialogue, { address: door.address, judged: () => gate.judged });
    await door.close();
  });
});
