/** Slow judges behind the milter door, and messages that never come to their end. */
import { describe, expect, it } from 'vitest';
import { until } from './dialogue.ts';
import { type MilterClient, packetOf } from './milter-dialogue.ts';
import {
  addressOne,
  begin,
  greet,
  GREETING,
  surroundings,
  WAYS,
  write,
} from './milter-surroundings.ts';
import { plainInspector } from './plain-inspector.ts';

/** Lets everything pass until it is told to hold back. */
function barrier() {
  let letGo: () => void = () => undefined;
  let held = Promise.resolve();
  return {
    until: () => held,
    hold: () => {
      held = new Promise<void>((done) => (letGo = done));
    },
    letGo: () => letGo(),
  };
}

/** Replies up to the first that says something else than progress. */
async function replyAfterProgress(client: MilterClient): Promise<[number, string | undefined]> {
  for (let seen = 0; ; seen += 1) {
    const reply = await client.reply();
    if (reply !== 'progress') return [seen, reply];
  }
}

describe.each(WAYS)('slow judges behind the milter door over %s', (way) => {
  const { open, connect } = surroundings(way);

  it('the MTA is told that we are at work while the gate judges', async () => {
    const back = barrier();
    const { door } = await open({ progressSeconds: 0.02 }, { isLate: true, until: back.until });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await write(client);
    back.hold();
    client.say('EOM');
    expect([await client.reply(), await client.reply()]).toEqual(['progress', 'progress']);
    back.letGo();
    expect((await replyAfterProgress(client))[1]).toBe('accept');
  });

  it('the MTA is told that we are at work while the message is read', async () => {
    const back = barrier();
    back.hold();
    const inspector = plainInspector({ until: back.until });
    const { door, gate } = await open({ progressSeconds: 0.02, inspector });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await write(client);
    client.say('EOM');
    expect([await client.reply(), await client.reply()]).toEqual(['progress', 'progress']);
    back.letGo();
    expect((await replyAfterProgress(client))[1]).toBe('accept');
    expect(gate.judged).toMatchObject([{ message: { subject: 'one' } }]);
  });

  it('progress is said at the end of a message only: RCPT has one answer', async () => {
    const back = barrier();
    const { door, gate } = await open(
      { progressSeconds: 0.02, idleTimeoutSeconds: 0.5 },
      { isLate: true, until: back.until },
    );
    const [client, other] = [connect(door), connect(door)];
    await greet(client);
    await begin(client, 'ann@example.org');
    back.hold();
    client.say('RCPT <a@dest.example>');
    await until(() => gate.checked.length === 2, 'the check');
    // Several sweeps have passed when the other one is cut for being idle.
    await until(() => other.isClosed, 'the idle one to end');
    expect([client.received, client.isClosed]).toEqual([0, false]);
    back.letGo();
    expect(await client.reply()).toBe('continue');
  });

  it('a reader that takes too long is given up: by the stance the envelope is judged', async () => {
    const inspector = plainInspector({ hangs: true });
    const { door, gate, telemetry } = await open({ inspectTimeoutSeconds: 0.05, inspector });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toBe('accept');
    expect(inspector.aborted).toBe(1);
    expect(gate.judged).toHaveLength(1);
    expect(gate.judged[0]).not.toHaveProperty('message');
    expect(gate.counted('ann@example.org')).toEqual({ messages: 1, recipients: 1 });
    expect(telemetry.said.map(({ what }) => what)).toContain('judgingFailed');
  });

  it('a reader that takes too long is given up: or the message is deferred', async () => {
    const inspector = plainInspector({ hangs: true });
    const options = { inspectTimeoutSeconds: 0.05, inspector, onFailure: 'defer' } as const;
    const { door, gate, transactions } = await open(options);
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toMatch(/^reply 451 4\.3\.0 /);
    expect(gate.judged).toMatchObject([{ abandoned: true }]);
    expect(transactions.size).toBe(0);
    await addressOne(client);
  });

  it('a reader that throws costs its reading, not the message', async () => {
    const usual = plainInspector();
    const inspector = {
      ...usual,
      begin: (envelope: Parameters<typeof usual.begin>[0]) => ({
        ...usual.begin(envelope),
        header: () => {
          throw new Error('broken');
        },
      }),
    };
    const { door, gate } = await open({ inspector });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toBe('accept');
    expect(gate.judged).toHaveLength(1);
    await addressOne(client);
  });
});

describe.each(WAYS)('messages without an end at the milter door over %s', (way) => {
  const { open, connect } = surroundings(way);

  it.each(['ABORT', 'QUIT_NC', 'QUIT'])(
    '%s in the middle of a message: what was read is given up, and nothing counts as sent',
    async (word) => {
      const inspector = plainInspector();
      const { door, gate, transactions, faults } = await open({ inspector });
      const client = connect(door);
      await greet(client);
      await addressOne(client);
      await write(client);
      client.say(word);
      await until(() => gate.judged.length === 1, 'the transaction to be judged');
      expect(gate.judged).toMatchObject([{ abandoned: true, envelopeRecipients: { length: 1 } }]);
      expect(gate.counted('ann@example.org').messages).toBe(0);
      expect([inspector.aborted, inspector.bodies, transactions.size]).toEqual([1, [], 0]);
      if (word === 'QUIT') {
        expect(await client.reply()).toBeUndefined();
      } else {
        if (word === 'QUIT_NC') {
          client.say('CONNECT other.test 4 40002 192.0.2.8');
          expect(await client.reply()).toBe('continue');
        }
        await addressOne(client, 'ben@example.org');
        await write(client);
        client.say('EOM');
        expect(await client.reply()).toBe('accept');
        expect(gate.judged.at(-1)).toMatchObject({
          account: 'ben@example.org',
          message: { subject: 'one' },
        });
      }
      expect(faults()).toEqual([]);
    },
  );

  it('half-closed: answers that the gate gives later still arrive, in order', async () => {
    const { door, gate } = await open({}, { isLate: true });
    const client = connect(door);
    const packets = [
      ...GREETING,
      'MACRO MAIL {auth_authen}=ann@example.org',
      'MAIL <ann@example.org>',
      'RCPT <a@dest.example>',
      'EOH',
      'BODY text',
      'EOM',
    ];
    client.socket.end(Buffer.concat(packets.map(packetOf)));
    expect(await client.reply()).toMatch(/^agree /);
    for (let n = 0; n < 5; n += 1) expect(await client.reply()).toBe('continue');
    expect(await client.reply()).toBe('accept');
    expect(await client.reply()).toBeUndefined();
    expect(gate.counted('ann@example.org')).toEqual({ messages: 1, recipients: 1 });
  });

  it('half-closed in the middle of a packet: the fault is said, what is open is over', async () => {
    const { door, gate, faults } = await open();
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    client.socket.end(packetOf('BODY text').subarray(0, 6));
    expect(await client.reply()).toBeUndefined();
    expect(faults()).toEqual(['milter an MTA ended in the middle of a packet']);
    expect(gate.judged).toMatchObject([{ abandoned: true }]);
  });

  it('an MTA that is gone while its message is read is no failure, and nothing counts', async () => {
    const back = barrier();
    back.hold();
    const inspector = plainInspector({ until: back.until });
    const { door, gate, telemetry } = await open({ inspector, progressSeconds: 0.02 });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toBe('progress');
    client.socket.destroy();
    await until(() => gate.judged.length === 1, 'the transaction to be judged');
    back.letGo();
    await until(() => inspector.bodies.length === 1, 'the reader to end');
    expect(gate.judged).toMatchObject([{ abandoned: true }]);
    expect(telemetry.openConnections()).toBe(0);
    expect(telemetry.said.filter(({ what }) => what !== 'doorOpen')).toEqual([]);
  });

  it('the end of the door lets a message come to its end first', async () => {
    const { door, gate } = await open();
    const [busy, idle] = [connect(door), connect(door)];
    await greet(busy);
    await greet(idle);
    await addressOne(busy);
    const closed = door.close();
    expect(await idle.reply()).toBeUndefined();
    await write(busy);
    busy.say('EOM');
    expect(await busy.reply()).toBe('accept');
    expect(await busy.reply()).toBeUndefined();
    await closed;
    expect(gate.judged).toMatchObject([{ sizeBytes: 20 }]);
  });
});
