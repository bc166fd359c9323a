/** Bad input, hard clients and envelopes without measure at the milter door, through the socket. */
import { describe, expect, it } from 'vitest';
import {
  MAX_NAMED_RECIPIENTS,
  MAX_RECIPIENT_LENGTH,
  MAX_REFUSED_RECIPIENTS,
  MAX_REMOVED_HEADERS,
  type MilterDoorOptions,
} from '../../src/doors/milter/options.ts';
import { MAX_PACKET_BYTES } from '../../src/protocol/milter-reader.ts';
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
import { LIMITED_RECIPIENTS } from './scripted-gate.ts';

const MANY = 100_000;

describe.each(WAYS)('hard clients at the milter door over %s', (way) => {
  const { open, connect } = surroundings(way);

  it('an idle connection ends after the idle time, without a fault', async () => {
    const { door, faults, transactions, gate } = await open({ idleTimeoutSeconds: 0.5 });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    await until(() => client.isClosed, 'the idle connection to end');
    expect(faults()).toEqual([]);
    expect(transactions.size).toBe(0);
    expect(gate.judged).toMatchObject([{ account: 'ann@example.org', abandoned: true }]);
  });

  it('dribbling: packets that come byte by byte are answered', async () => {
    const { door } = await open();
    const client = connect(door);
    client.socket.setNoDelay(true);
    for (const byte of Buffer.concat(GREETING.map(packetOf))) {
      await new Promise((done) => client.socket.write(Buffer.of(byte), done));
    }
    expect(await client.reply()).toMatch(/^agree 6 /);
    expect(await client.reply()).toBe('continue');
  });

  it("dribbling without end: the connection is cut, and the fault is the MTA's", async () => {
    const { door, faults } = await open({ packetTimeoutSeconds: 0.05 });
    const client = connect(door);
    client.socket.write(Buffer.from([0, 1, 0, 0, 0x42]));
    const dribble = setInterval(() => client.socket.write('a'), 5);
    await until(() => client.isClosed, 'the dribbler to be cut');
    clearInterval(dribble);
    expect(faults()).toEqual(['milter an MTA does not end its packet']);
  });

  it('a peer that never reads: no more of it is taken in, then it is cut', async () => {
    const { door, gate, faults } = await open({ packetTimeoutSeconds: 0.5 });
    const client = connect(door);
    await greet(client);
    client.socket.pause();
    const block = Buffer.concat(
      Array.from({ length: 500 }, () => [
        packetOf('MACRO MAIL {auth_authen}=locked@example.org'),
        packetOf('MAIL <locked@example.org>'),
      ]).flat(),
    );
    let sent = 0;
    while (faults().length === 0 && sent < 2000) {
      if (client.socket.writableLength < 4 * block.length) {
        client.socket.write(block);
        sent += 1;
      }
      await new Promise(setImmediate);
    }
    await until(() => faults().length > 0, 'the peer to be cut');
    expect(faults()).toEqual(['milter an MTA does not take its answers']);
    expect(gate.checked.length).toBeLessThan(sent * 500);
  });

  it('one connection above the bound is closed at once, and that is said', async () => {
    const { door, telemetry } = await open({ maxConnections: 2 });
    const [first, second] = [connect(door), connect(door)];
    await greet(first);
    await greet(second);
    const third = connect(door);
    await until(() => third.isClosed, 'the third to be closed');
    expect(telemetry.said).toContainEqual({ what: 'shed', detail: 'milter connection' });
    await addressOne(first);
    second.socket.destroy();
    await until(() => telemetry.openConnections() === 1, 'room');
    await greet(connect(door));
  });

  it('a packet of 256 KiB is taken; one byte more is a fault before it has come', async () => {
    const { door, faults } = await open();
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    client.say('EOH', `BODY*${MAX_PACKET_BYTES - 1}`);
    expect([await client.reply(), await client.reply()]).toEqual(['continue', 'continue']);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(MAX_PACKET_BYTES + 1);
    client.socket.write(length);
    expect(await client.reply()).toBe('accept');
    expect(await client.reply()).toBeUndefined();
    expect(faults()).toEqual([`milter a packet is longer than ${MAX_PACKET_BYTES} bytes`]);
  });

  it('nonsense is deferred where the stance is to defer', async () => {
    const { door, faults } = await open({ onFailure: 'defer' });
    const client = connect(door);
    client.say('BYTES 00000000');
    expect(await client.reply()).toMatch(/^reply 451 4\.3\.0 /);
    expect(await client.reply()).toBeUndefined();
    expect(faults()).toHaveLength(1);
  });

  it('of forged headers without number a thousand are removed, and the message is judged', async () => {
    const trace: MilterDoorOptions['trace'] = {
      headersOf: () => [],
      isOurs: (name) => name === 'X-Primum-Trace',
    };
    const { door, faults, gate } = await open({ trace });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    const header = packetOf('HEADER X-Primum-Trace: forged');
    const forged = MAX_REMOVED_HEADERS + 500;
    client.socket.write(Buffer.concat(Array.from({ length: forged }, () => header)));
    for (let n = 0; n < forged; n += 1) expect(await client.reply()).toBe('continue');
    client.socket.write(packetOf('EOM'));
    for (let n = MAX_REMOVED_HEADERS; n >= 1; n -= 1) {
      expect(await client.reply()).toBe(`remove ${n} x-primum-trace`);
    }
    expect(await client.reply()).toBe('accept');
    expect(gate.judged).toHaveLength(1);
    expect(faults()).toEqual([]);
  });
});

describe.each(WAYS)('envelopes without measure at the milter door over %s', (way) => {
  const { open, connect } = surroundings(way);

  async function addressMany(client: MilterClient, count: number): Promise<Map<string, number>> {
    const replies = new Map<string, number>();
    const step = 1000;
    for (let from = 0; from < count; from += step) {
      const packets = Array.from({ length: step }, (_, n) =>
        packetOf(`RCPT <r${from + n}@dest.example>`),
      );
      client.socket.write(Buffer.concat(packets));
      for (let n = 0; n < step; n += 1) {
        const kind = ((await client.reply()) ?? 'end').split(' ').slice(0, 2).join(' ');
        replies.set(kind, (replies.get(kind) ?? 0) + 1);
      }
    }
    return replies;
  }

  it('100,000 recipients: 1,000 are kept by name, all are counted', async () => {
    const { door, gate } = await open();
    const client = connect(door);
    await greet(client);
    await begin(client, 'ann@example.org');
    expect(await addressMany(client, MANY)).toEqual(new Map([['continue', MANY]]));
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toBe('accept');
    expect(gate.judged).toMatchObject([
      { envelopeRecipients: { length: MAX_NAMED_RECIPIENTS }, recipientCount: MANY },
    ]);
    expect(gate.counted('ann@example.org')).toEqual({ messages: 1, recipients: MANY });
    await addressOne(client);
    expect(gate.checked.at(-1)).not.toHaveProperty('underWay');
  }, 60_000);

  it('100,000 refused recipients: 100 are kept as evidence, the refusal is judged once', async () => {
    const { door, gate } = await open({ deferAs: 'tempfail' });
    const client = connect(door);
    await greet(client);
    await begin(client, 'limited@example.org');
    const refused = MANY - LIMITED_RECIPIENTS;
    expect(await addressMany(client, MANY)).toEqual(
      new Map([
        ['continue', LIMITED_RECIPIENTS],
        ['reply 450', refused],
      ]),
    );
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toBe('accept');
    expect(gate.judged).toHaveLength(2);
    expect(gate.judged[1]?.refusedRecipients).toHaveLength(MAX_REFUSED_RECIPIENTS);
    expect(gate.counted('limited@example.org')).toEqual({
      messages: 1,
      recipients: LIMITED_RECIPIENTS,
    });
  }, 60_000);

  it('a recipient longer than any is counted and not kept, also when it is refused', async () => {
    const { door, gate } = await open({ deferAs: 'tempfail' });
    const client = connect(door);
    const endless = `RCPT <${'x'.repeat(MAX_RECIPIENT_LENGTH)}@dest.example>`;
    await greet(client);
    await begin(client, 'limited@example.org');
    client.say(endless, 'RCPT <a@dest.example>', 'RCPT <b@dest.example>', endless);
    const said = [];
    for (let n = 0; n < 4; n += 1) said.push((await client.reply())?.slice(0, 9));
    expect(said).toEqual(['continue', 'continue', 'reply 450', 'reply 450']);
    await write(client);
    client.say('EOM');
    expect(await client.reply()).toBe('accept');
    expect(gate.judged.at(-1)).toMatchObject({
      envelopeRecipients: ['a@dest.example'],
      recipientCount: 2,
      refusedRecipients: ['b@dest.example'],
    });
  });
});
