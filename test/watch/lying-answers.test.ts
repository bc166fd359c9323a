/** OWN-8: answers that are none: nobody's finding comes of them, and every packet waits for its turn. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { nameServers } from '../../src/watch/checks/name-servers.ts';
import { MAX_FOREIGN_PACKETS, nameServerAt } from '../../src/watch/dns-exchange.ts';
import { MAX_UDP_BYTES } from '../../src/watch/dns-bounds.ts';
import { encodeQuestion, readAnswer } from '../../src/watch/dns-message.ts';
import { createDns, type DnsOptions } from '../../src/watch/dns.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { createPace } from '../../src/watch/pace.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import {
  a,
  aaaa,
  cname,
  ptr,
  respond,
  startLyingDns,
  txt,
  type Question,
  type Reply,
} from './lying-dns.ts';
import { dnsAt, planOf, SILENCE_MS } from './plan.ts';

type Say = (question: Question, packet: Buffer, over: 'udp' | 'tcp') => Reply;

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function start(say: Say): Promise<DnsOptions> {
  const server = await startLyingDns(say);
  close = () => server.close();
  return dnsAt(server.server);
}

const NONSENSE = { kind: 'failed', why: 'the answer is nonsense' };
const FOUND = { kind: 'found', records: ['192.0.2.1'] };
const changed = (bytes: Buffer, at: number, mask: number): Buffer => {
  bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
  return bytes;
};
const right = (packet: Buffer): Buffer => respond(packet, [a('192.0.2.1')]);
const truncated = (packet: Buffer): Buffer => changed(respond(packet, []), 2, 0x02);
const TYPE_A = Buffer.from([0, 1, 0, 1]);
/** An answer with one record of these bytes behind the question. */
const withRecord = (packet: Buffer, record: readonly number[], count = 1): Buffer => {
  const bytes = Buffer.concat([respond(packet, []), Buffer.from(record)]);
  bytes.writeUInt16BE(count, 6);
  return bytes;
};
const endOf = (packet: Buffer): number => respond(packet, []).length;

describe('an answer that is none', () => {
  it.each<[string, (packet: Buffer) => Buffer]>([
    ['another name in its question', (packet) => changed(right(packet), 13, 1)],
    ['another type in its question', (packet) => changed(right(packet), endOf(packet) - 3, 4)],
    ['another class in its question', (packet) => changed(right(packet), endOf(packet) - 1, 2)],
    ['no question', (packet) => changed(right(packet), 5, 1)],
    ['the flags of a question', (packet) => changed(right(packet), 2, 0x80)],
    [
      'the record of another name',
      (packet) => respond(packet, [{ ...a('192.0.2.1'), owner: 'other.test' }]),
    ],
    ['records of another type', (packet) => respond(packet, [txt('v=spf1 -all')])],
    ['an address that ends too early', (packet) => right(packet).subarray(0, -2)],
    ['a count of records that are not there', (packet) => changed(right(packet), 7, 2)],
    [
      'a name that points to itself',
      (packet) => {
        const at = endOf(packet);
        return withRecord(packet, [0xc0, at, ...TYPE_A, 0, 0, 0, 1, 0, 4, 192, 0, 2, 1]);
      },
    ],
    [
      'a name that points forward',
      (packet) => {
        const at = endOf(packet);
        return withRecord(packet, [0xc0, at + 2, 0xc0, at, ...TYPE_A, 0, 0, 0, 1, 0, 0]);
      },
    ],
    ['a label of a kind that there is not', (packet) => withRecord(packet, [0x80, 1, 1])],
    ['five bytes', (packet) => packet.subarray(0, 5)],
  ])('is one with %s', async (_, lie) => {
    const dns = createDns(await start((_question, packet) => lie(packet)));
    expect(await dns.ask('house.test', 'A')).toEqual(NONSENSE);
    expect(dns.asked).toBe(2);
  });

  it('makes nobody of no name servers', async () => {
    const dns = await start(() => [{ ...a('192.0.2.1'), owner: 'advert.test' }]);
    const plan = planOf({ domains: ['house.test'], dns });
    const tasks = [{ check: nameServers, target: 'house.test' }];
    const [found] = await runTasks(tasks, openTools(plan), { parallel: 1 });
    expect(found?.state).toBe('unknown');
    expect(found?.evidence.join(' ')).toContain('the answer is nonsense');
  });

  it('is passed over where it has another id, and the right one still counts', async () => {
    const dns = await start((_, packet) => changed(right(packet), 1, 1));
    const wrong = createDns({ ...dns, timeoutMs: SILENCE_MS });
    expect(await wrong.ask('house.test', 'A')).toEqual(NONSENSE);
    const question = { id: 7, name: 'house.test', type: 'A' } as const;
    const packet = encodeQuestion(question, true) ?? Buffer.alloc(0);
    expect(readAnswer(right(packet), { ...question, id: 8 })).toBeUndefined();
    expect(readAnswer(right(packet), question)).toEqual(FOUND);
  });

  it('is waited for no longer where somebody guesses ids', async () => {
    const guesser = createSocket('udp4');
    guesser.on('message', (packet, { port }) => {
      const wrong = changed(right(packet), 1, 1);
      for (let at = 0; at < MAX_FOREIGN_PACKETS; at += 1) guesser.send(wrong, port, '127.0.0.1');
    });
    guesser.bind(0, '127.0.0.1');
    await once(guesser, 'listening');
    close = () => Promise.resolve(void guesser.close());
    // That long nobody would wait here.
    const hour = 3_600_000;
    const dns = createDns(dnsAt(`127.0.0.1:${guesser.address().port}`, hour));
    expect(await dns.ask('house.test', 'A')).toEqual(NONSENSE);
  });

  it('is never read beyond its bytes, whatever they are', () => {
    const question = { id: 0x0707, name: 'house.test', type: 'A' } as const;
    const packet = encodeQuestion(question, false) ?? Buffer.alloc(0);
    const seed = respond(packet, [
      cname('a.test'),
      a('192.0.2.1'),
      aaaa('20'.repeat(16)),
      txt('x'),
    ]);
    const change = fc.record({ at: fc.nat(seed.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat(seed.length), (changes, cut) => {
        const bytes = Buffer.from(seed);
        for (const { at, to } of changes) bytes[at] = to;
        bytes.writeUInt16BE(question.id, 0);
        const said = readAnswer(bytes.subarray(0, Math.max(2, seed.length - cut)), question);
        if (said?.kind !== 'found') return;
        for (const record of said.records) expect(record).toMatch(/^(\d{1,3}\.){3}\d{1,3}$/);
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes no time where its 64 KiB are names that point to each other', () => {
    const question = { id: 7, name: 'house.test', type: 'A' } as const;
    const packet = encodeQuestion(question, false) ?? Buffer.alloc(0);
    const pointers = Buffer.alloc(16_000);
    const from = endOf(packet) + 12;
    for (let at = 2; at < pointers.length; at += 2)
      pointers.writeUInt16BE(0xc000 + from + at - 2, at);
    const opaque = Buffer.concat([
      Buffer.from([0xc0, 12, 0, 10, 0, 1, 0, 0, 0, 1]),
      Buffer.alloc(2),
    ]);
    opaque.writeUInt16BE(pointers.length, opaque.length - 2);
    const last = from + pointers.length - 2;
    const record = Buffer.from([
      0xc0 | (last >> 8),
      last & 255,
      0,
      1,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      4,
      1,
      2,
      3,
      4,
    ]);
    const many = Array.from({ length: 2_900 }, () => record);
    const bytes = Buffer.concat([respond(packet, []), opaque, pointers, ...many]);
    bytes.writeUInt16BE(many.length + 1, 6);
    expect(bytes.length).toBeGreaterThan(62_000);
    const start = performance.now();
    expect(readAnswer(bytes, question)).toEqual({ kind: 'nonsense' });
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('what is read of an answer', () => {
  it('is the record behind the aliases that lead from the name', async () => {
    const dns = createDns(
      await start(() => [
        { ...a('192.0.2.9'), owner: 'other.test' },
        cname('B.test'),
        { ...cname('c.test'), owner: 'b.TEST' },
        { ...a('192.0.2.1'), owner: 'c.test' },
      ]),
    );
    expect(await dns.ask('House.test', 'A')).toEqual(FOUND);
    expect(dns.asked).toBe(1);
  });

  it('writes IPv6 as the system does, and what is not printed as its number', async () => {
    const dns = createDns(
      await start(({ type }) =>
        type === 28 ? [aaaa('20010000000000010000000000000001')] : [ptr('a\u001b[2Jb.test')],
      ),
    );
    expect(await dns.ask('house.test', 'AAAA')).toMatchObject({ records: ['2001:0:0:1::1'] });
    expect(await dns.ask('192.0.2.1', 'PTR')).toMatchObject({ records: ['a\\027[2jb.test'] });
  });

  it.each(['a..test', `${'x'.repeat(64)}.test`, 'x.'.repeat(127) + 'test', 'a b.test', 'a\\.test'])(
    'never sends what is no name: %s',
    async (name) => {
      const dns = createDns(dnsAt('127.0.0.1:9'));
      expect(await dns.ask(name, 'A')).toEqual({ kind: 'failed', why: 'this is no name' });
      expect(dns.asked).toBe(0);
    },
  );

  it('knows addresses of name servers in all their forms', () => {
    expect(nameServerAt('192.0.2.53')).toEqual({ address: '192.0.2.53', port: 53 });
    expect(nameServerAt('192.0.2.53:5353')).toEqual({ address: '192.0.2.53', port: 5353 });
    expect(nameServerAt('2001:db8::53')).toEqual({ address: '2001:db8::53', port: 53 });
    expect(nameServerAt('[2001:db8::53]:5353')).toEqual({ address: '2001:db8::53', port: 5353 });
  });
});

describe('an answer that is too long for UDP', () => {
  it('is asked for over TCP, which is a question of its own', async () => {
    const heard: string[] = [];
    const dns = createDns(
      await start((_, packet, over) => {
        heard.push(over);
        return over === 'udp' ? truncated(packet) : right(packet);
      }),
    );
    expect(await dns.ask('house.test', 'A')).toEqual(FOUND);
    expect(heard).toEqual(['udp', 'tcp']);
    expect(dns.asked).toBe(2);
  });

  it('is no answer over UDP where it is longer than was offered', async () => {
    const long = Array.from({ length: 90 }, (_, at) => a(`192.0.2.${at}`));
    const heard: string[] = [];
    const dns = createDns(
      await start((_, packet, over) => {
        heard.push(over);
        return over === 'udp' ? respond(packet, long) : right(packet);
      }),
    );
    expect(long.length * 16).toBeGreaterThan(MAX_UDP_BYTES);
    expect(await dns.ask('house.test', 'A')).toEqual(FOUND);
    expect(heard).toEqual(['udp', 'tcp']);
  });

  it('is nonsense where it is truncated over TCP, too, and unknown where TCP says nothing', async () => {
    const dns = await start((_, packet) => truncated(packet));
    expect(await createDns(dns).ask('house.test', 'A')).toEqual(NONSENSE);
    await close?.();
    const mute = await start((_, packet, over) => (over === 'udp' ? truncated(packet) : 'silent'));
    const asked = createDns({ ...mute, timeoutMs: SILENCE_MS });
    const begun = performance.now();
    expect(await asked.ask('house.test', 'A')).toEqual({
      kind: 'failed',
      why: 'no answer in time',
    });
    // No question takes longer than its time, however many packets it is.
    expect(performance.now() - begun).toBeLessThan(10 * SILENCE_MS);
    expect(asked.asked).toBeLessThanOrEqual(4);
  });

  it('is asked for without extensions where the server does not know them', async () => {
    const sizes: number[] = [];
    const dns = createDns(
      await start((_, packet) => {
        sizes.push(packet.readUInt16BE(10));
        return packet.readUInt16BE(10) > 0 ? respond(packet, 'formerr') : right(packet);
      }),
    );
    expect(await dns.ask('house.test', 'A')).toEqual(FOUND);
    expect(sizes).toEqual([1, 0]);
  });
});

describe('questions a second', () => {
  it('are counted at the server, with those over TCP and those that are repeated', async () => {
    const heard: number[] = [];
    const say: Say = ({ name }, packet, over) => {
      heard.push(performance.now());
      if (name.startsWith('lost')) return 'silent';
      return over === 'udp' ? truncated(packet) : right(packet);
    };
    const perSecond = 20;
    const dns = await start(say);
    const asked = createDns({ ...dns, timeoutMs: 400, queriesPerSecond: perSecond });
    const begun = performance.now();
    const names = Array.from({ length: 16 }, (_, at) => (at % 4 === 0 ? `lost${at}` : `n${at}`));
    await Promise.all(names.map((name) => asked.ask(`${name}.test`, 'A')));
    expect(heard).toHaveLength(2 * names.length);
    expect(asked.asked).toBe(heard.length);
    // So many can have been sent since the first question, whatever the machine does.
    heard.forEach((time, at) => {
      const seconds = Math.floor((time - begun) / 1_000) + 1;
      expect(at + 1).toBeLessThanOrEqual(perSecond * seconds);
    });
  });

  it('are no more in any second where the program slept and wakes up', async () => {
    let clock = 0;
    let isAsleep = true;
    const times: number[] = [];
    const pace = createPace(
      10,
      () => clock,
      (ms) => {
        clock += isAsleep ? 5_000 : ms;
        isAsleep = false;
        return Promise.resolve();
      },
    );
    for (let turn = 0; turn < 40; turn += 1) {
      await pace.turn();
      times.push(clock);
    }
    times.forEach((time, at) => {
      const before = times[at - 10];
      if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(1_000);
    });
  });

  it('go to the next server where one refuses, and that is what counts', async () => {
    const refuses = await startLyingDns(() => 'refused');
    const dns = await start((_, packet) => right(packet));
    const asked = createDns({ ...dns, servers: [refuses.server, ...dns.servers] });
    expect(await asked.ask('a.test', 'A')).toEqual(FOUND);
    expect(await asked.ask('b.test', 'A')).toEqual(FOUND);
    expect(asked.asked).toBe(3);
    await refuses.close();
  });
});
