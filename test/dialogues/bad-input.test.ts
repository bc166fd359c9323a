/** Bad input and hard clients at the policy door, each through the socket. */
import { afterEach, describe, expect, it } from 'vitest';
import { openPolicyDoor } from '../../src/doors/policy/door.ts';
import type { PolicyDoorOptions } from '../../src/doors/policy/options.ts';
import type { OpenDoor } from '../../src/doors/listen.ts';
import { Client, until } from './dialogue.ts';
import { recordedTelemetry, scriptedGate, type Script } from './scripted-gate.ts';

const doors: OpenDoor[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  for (const door of doors.splice(0)) await door.close();
});

async function open(options: Partial<PolicyDoorOptions> = {}, script: Script = {}) {
  const gate = scriptedGate(script);
  const telemetry = recordedTelemetry();
  const door = await openPolicyDoor(
    {
      listen: [{ address: '127.0.0.1:0' }],
      mta: 'mail.example',
      policy: () => ({ inboundContexts: [] }),
      ...options,
    },
    gate,
    telemetry,
  );
  doors.push(door);
  return { door, gate, telemetry };
}

function connect(door: OpenDoor): Client {
  const client = new Client(door.address);
  clients.push(client);
  return client;
}

const rcpt = (account: string, instance: string, recipient = 'a@dest.example') =>
  `request=smtpd_access_policy\nprotocol_state=RCPT\nsasl_username=${account}\nsender=${account}\n` +
  `recipient=${recipient}\ninstance=${instance}\n\n`;

const ann = (instance: string) => rcpt('ann@example.org', instance);

async function answer(client: Client): Promise<string | undefined> {
  const line = await client.line();
  if (line !== undefined) await client.line();
  return line;
}

describe('bad input', () => {
  it('missing attributes: a request of any attributes is answered', async () => {
    const { door } = await open();
    const client = connect(door);
    client.socket.write('\n');
    expect(await answer(client)).toBe('action=DUNNO');
    client.socket.write('protocol_state=RCPT\n\n');
    expect(await answer(client)).toMatch(/^action=REJECT 5\.7\.1 Log in/);
    client.socket.write('protocol_state=DATA\nsasl_username=ann@example.org\n\n');
    expect(await answer(client)).toBe('action=DUNNO');
    client.socket.write('request=other_policy\nprotocol_state=RCPT\n\n');
    expect(await answer(client)).toBe('action=DUNNO');
  });

  it.each([
    ['an attribute without "="', 'protocol_state\n\n', 'an attribute has no "="'],
    ['a NUL', 'sender=a\0b\n\n', 'a line holds a NUL byte'],
    ['a line of 1 MiB', 'a'.repeat(1024 * 1024), 'is longer than'],
  ])('%s: the stance is answered and the connection ended', async (_name, bytes, reason) => {
    const { door, telemetry, gate } = await open();
    const client = connect(door);
    client.socket.write(ann('1') + bytes);
    expect(await answer(client)).toBe('action=DUNNO');
    expect(await answer(client)).toBe('action=DUNNO');
    expect(await client.line()).toBeUndefined();
    const faults = telemetry.said.filter(({ what }) => what === 'clientFault');
    expect(faults.map(({ detail }) => detail)).toEqual([expect.stringContaining(reason)]);
    // What it asked before counts as at any end of a connection.
    await until(() => gate.judged.length === 1, 'the transaction to be judged');
  });

  it('a bad request is deferred where the stance is to defer', async () => {
    const { door } = await open({ onFailure: 'defer' });
    const client = connect(door);
    client.socket.write('nonsense\n\n');
    expect(await answer(client)).toMatch(/^action=DEFER_IF_PERMIT 4\.3\.0 /);
  });

  it('no final blank line: a half-closed client gets its answers, the rest is owed none', async () => {
    const { door, telemetry } = await open();
    const client = connect(door);
    client.socket.end(`${ann('1')}protocol_state=RCPT\nsender=a`);
    expect(await answer(client)).toBe('action=DUNNO');
    expect(await client.line()).toBeUndefined();
    expect(telemetry.said.filter(({ what }) => what === 'clientFault')).toEqual([]);
  });

  it('half-closed: answers that the gate gives later still arrive, in order', async () => {
    const { door } = await open({}, { isLate: true });
    const client = connect(door);
    client.socket.end(ann('1') + rcpt('locked@example.org', '2') + ann('3'));
    expect(await answer(client)).toBe('action=DUNNO');
    expect(await answer(client)).toMatch(/^action=REJECT/);
    expect(await answer(client)).toBe('action=DUNNO');
    expect(await client.line()).toBeUndefined();
  });

  it('dribbling: a request that comes byte by byte is answered', async () => {
    const { door } = await open();
    const client = connect(door);
    client.socket.setNoDelay(true);
    for (const byte of Buffer.from(ann('1'))) {
      await new Promise((done) => client.socket.write(Buffer.of(byte), done));
    }
    expect(await answer(client)).toBe('action=DUNNO');
  });

  it("dribbling without end: the connection is cut, and the fault is the client's", async () => {
    const { door, telemetry } = await open({ requestTimeoutSeconds: 0.05 });
    const client = connect(door);
    const dribble = setInterval(() => client.socket.write('a'), 5);
    await until(() => client.isClosed, 'the dribbler to be cut');
    clearInterval(dribble);
    expect(telemetry.said).toContainEqual({
      what: 'clientFault',
      detail: 'policy a client does not end its request',
    });
  });

  it('an idle connection ends after the idle time, without a fault', async () => {
    const { door, telemetry } = await open({ idleTimeoutSeconds: 0.05 });
    const client = connect(door);
    await until(() => client.isClosed, 'the idle connection to end');
    expect(telemetry.said.filter(({ what }) => what === 'clientFault')).toEqual([]);
  });

  it('a client that never reads: no more of its requests are taken in, then it is cut', async () => {
    const { door, gate, telemetry } = await open({ requestTimeoutSeconds: 0.5 });
    const client = connect(door);
    client.socket.pause();
    const request = rcpt('locked@example.org', '1').repeat(500);
    let sent = 0;
    while (!client.socket.destroyed && client.socket.writableLength < 1_000_000 && sent < 2_000) {
      client.socket.write(request);
      sent += 1;
      await new Promise(setImmediate);
    }
    await until(
      () => telemetry.said.some(({ detail }) => detail.includes('does not take its answers')),
      'the client to be cut',
    );
    expect(gate.checked.length).toBeLessThan(sent * 500);
  });

  it('5,000 idle connections: the door still answers, and lets them all go', async () => {
    const { door, telemetry } = await open();
    const crowd = Array.from({ length: 5000 }, () => connect(door));
    await until(() => telemetry.openConnections() === 5000, '5,000 connections');
    const last = connect(door);
    last.socket.write(ann('1'));
    expect(await answer(last)).toBe('action=DUNNO');
    for (const client of crowd) client.socket.destroy();
    await until(() => telemetry.openConnections() === 1, 'the crowd to be gone');
    expect(telemetry.said.filter(({ what }) => what === 'shed')).toEqual([]);
  });
});

describe('the end', () => {
  it('of the door finishes what the gate has in flight, and judges what is open', async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    const { door, gate } = await open({}, { isLate: true, until: () => held });
    const client = connect(door);
    client.socket.write(rcpt('locked@example.org', '1') + ann('2'));
    await until(() => gate.checked.length === 1, 'the first check');
    const closed = door.close();
    letGo();
    expect(await answer(client)).toMatch(/^action=REJECT/);
    expect(await answer(client)).toBe('action=DUNNO');
    expect(await client.line()).toBeUndefined();
    await closed;
    expect(gate.judged.map(({ account }) => account)).toEqual([
      'locked@example.org',
      'ann@example.org',
    ]);
  });

  it('of a client while the gate thinks is no fault; its transaction is still judged', async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    const { door, gate, telemetry } = await open({}, { isLate: true, until: () => held });
    const client = connect(door);
    client.socket.write(ann('1'));
    await until(() => gate.checked.length === 1, 'the check');
    client.socket.destroy();
    letGo();
    await until(() => gate.judged.length === 1, 'the transaction to be judged');
    await until(() => telemetry.openConnections() === 0, 'the connection to be gone');
    expect(telemetry.said.filter(({ what }) => what !== 'doorOpen')).toEqual([]);
  });
});
