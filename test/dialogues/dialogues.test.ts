/** Every dialogue file, through the real socket: TCP and unix, answers at once and later. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../../src/core/event.ts';
import { openPolicyDoor } from '../../src/doors/policy/door.ts';
import type { PolicyDoorOptions } from '../../src/doors/policy/options.ts';
import type { Gate } from '../../src/gate-contract.ts';
import { hold, parseDialogue, type Dialogue } from './dialogue.ts';
import { recordedTelemetry, scriptedGate, type Script } from './scripted-gate.ts';

/** A gate and what it judged; another one can be put behind the same dialogues. */
export type GateFactory = () => {
  readonly gate: Gate;
  readonly judged: () => readonly SubmissionEvent[];
};

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith('.dialogue'));

function scripted(script: Script): GateFactory {
  return () => {
    const gate = scriptedGate(script);
    return { gate, judged: () => gate.judged };
  };
}

function doorOptions(dialogue: Dialogue, address: string): PolicyDoorOptions {
  const said = dialogue.options;
  const filter = said['defer_as']?.replace(/^filter /, '');
  return {
    listen: [{ address }],
    mta: 'mail.example',
    policy: () => ({ inboundContexts: (said['inbound'] ?? '').split(' ').filter(Boolean) }),
    ...(filter === undefined ? {} : { deferAs: { filter } }),
    ...(said['on_failure'] === 'defer' ? { onFailure: 'defer' as const } : {}),
    ...(said['transaction_idle_seconds'] === undefined
      ? {}
      : { transactionIdleSeconds: Number(said['transaction_idle_seconds']) }),
  };
}

async function holdThrough(file: string, address: string, factory: GateFactory): Promise<void> {
  const dialogue = parseDialogue(readFileSync(join(folder, file), 'utf8'));
  const { gate, judged } = factory();
  const door = await openPolicyDoor(doorOptions(dialogue, address), gate, recordedTelemetry());
  try {
    await hold(dialogue, { address: door.address, judged });
  } finally {
    await door.close();
  }
}

describe.each(files)('%s', (file) => {
  it('is held over TCP', async () => {
    await holdThrough(file, '127.0.0.1:0', scripted({}));
  });

  it('is held over a unix socket', async () => {
    const path = mkdtempSync(join(tmpdir(), 'primum-dialogue-'));
    try {
      await holdThrough(file, `unix:${path}/policy.sock`, scripted({}));
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it('is held the same when the gate answers later', async () => {
    await holdThrough(file, '127.0.0.1:0', scripted({ isLate: true }));
  });
});

describe('the dialogues', () => {
  it('tell questions about mail from outside from those about submissions', async () => {
    const dialogue = parseDialogue(readFileSync(join(folder, 'inbound-context.dialogue'), 'utf8'));
    const { gate, judged } = scripted({})();
    const telemetry = recordedTelemetry();
    const door = await openPolicyDoor(doorOptions(dialogue, '127.0.0.1:0'), gate, telemetry);
    await hold(dialogue, { address: door.address, judged });
    await door.close();
    const question = { what: 'askedFromOutside', detail: 'policy' };
    expect(telemetry.said.filter(({ what }) => what !== 'doorOpen')).toEqual([question, question]);
  });

  it('cover the behaviours the door promises', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
  });

  it('fail when the door answers something else', async () => {
    const dialogue = parseDialogue('-> protocol_state=RCPT\n->\n<- action=HOLD *\n<-\n');
    const { gate, judged } = scripted({})();
    const door = await openPolicyDoor(
      doorOptions(dialogue, '127.0.0.1:0'),
      gate,
      recordedTelemetry(),
    );
    await expect(hold(dialogue, { address: door.address, judged })).rejects.toThrow(/^Line 3:/);
    await door.close();
  });
});
