/** A milter door for tests over TCP or a unix socket, and the first words of an MTA to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { openMilterDoor } from '../../src/doors/milter/door.ts';
import type { MilterDoorOptions } from '../../src/doors/milter/options.ts';
import type { OpenDoor } from '../../src/doors/listen.ts';
import { OpenTransactions } from '../../src/doors/open-transactions.ts';
import { MilterClient } from './milter-dialogue.ts';
import { recordedTelemetry, scriptedGate, type Script } from './scripted-gate.ts';

export const WAYS = ['tcp', 'unix'] as const;

/** Opens doors and connections, all gone after each test. */
export function surroundings(way: (typeof WAYS)[number]) {
  const doors: OpenDoor[] = [];
  const clients: MilterClient[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.destroy();
    for (const door of doors.splice(0)) await door.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function address(): string {
    if (way === 'tcp') return '127.0.0.1:0';
    const folder = mkdtempSync(join(tmpdir(), 'primum-milter-'));
    folders.push(folder);
    return `unix:${folder}/milter.sock`;
  }

  async function open(options: Partial<MilterDoorOptions> = {}, script: Script = {}) {
    const gate = scriptedGate(script);
    const telemetry = recordedTelemetry();
    const transactions = new OpenTransactions();
    const door = await openMilterDoor(
      {
        listen: [{ address: address() }],
        mta: 'mail.example',
        policy: () => ({ inboundDaemons: [] }),
        transactions,
        ...options,
      },
      gate,
      telemetry,
    );
    doors.push(door);
    const faults = (): string[] =>
      telemetry.said.filter(({ what }) => what === 'clientFault').map(({ detail }) => detail);
    return { door, gate, telemetry, transactions, faults };
  }

  function connect(door: OpenDoor): MilterClient {
    const client = new MilterClient(door.address);
    clients.push(client);
    return client;
  }

  return { open, connect };
}

/** An offer that leaves every command answered, so that a test knows when it was taken. */
export const GREETING = ['NEGOTIATE 6 0x1ff 0x100700', 'CONNECT client.test 4 40001 192.0.2.7'];

/** Negotiates and names the client. */
export async function greet(client: MilterClient): Promise<void> {
  client.say(...GREETING);
  expect(await client.reply()).toMatch(/^agree 6 /);
  expect(await client.reply()).toBe('continue');
}

/** MAIL of an account that is not refused there. */
export async function begin(client: MilterClient, account: string): Promise<void> {
  client.say(`MACRO MAIL {auth_authen}=${account}`, `MAIL <${account}>`);
  expect(await client.reply()).toBe('continue');
}

/** A transaction with one recipient. */
export async function addressOne(client: MilterClient, account = 'ann@example.org'): Promise<void> {
  await begin(client, account);
  client.say('RCPT <a@dest.example>');
  expect(await client.reply()).toBe('continue');
}

/** A header, its end, a piece of body. */
export async function write(client: MilterClient): Promise<void> {
  client.say('HEADER Subject: one', 'EOH', 'BODY text');
  for (let n = 0; n < 3; n += 1) expect(await client.reply()).toBe('continue');
}
