/** Whatever a scanner or a message says, reading it gives a value and never throws. */
import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_NAME_LENGTH, target } from './engine.ts';
import { parseClamdReply } from './engines/clamd-reply.ts';
import { parseRspamdReply } from './engines/rspamd-reply.ts';
import { requestFields } from './engines/rspamd.ts';
import { namesOf, parentsOf, questionsOf } from './lists/host-names.ts';
import { createNetworks, readAnswer } from './lists/zone-answer.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('what a scanner answers', () => {
  test('of clamd is an outcome whose name is short and printable', () => {
    const reply = fc.oneof(
      text,
      text.map((name) => `stream: ${name} FOUND`),
      text.map((error) => `${error} ERROR`),
    );
    fc.assert(
      fc.property(reply, fc.boolean(), (said, isEnded) => {
        const outcome = parseClamdReply(said, isEnded);
        const name = outcome.kind === 'answered' ? (outcome.answer.name ?? '') : outcome.what;
        expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
        expect(name).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  test('of rspamd is judged, or refused with a reason', () => {
    const reply = fc.record(
      {
        action: fc.oneof(fc.constantFrom('reject', 'no action', 'add header'), fc.jsonValue()),
        score: fc.oneof(fc.double(), fc.jsonValue()),
        symbols: fc.oneof(fc.dictionary(text, fc.record({ score: fc.double() })), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const said = fc.oneof(
      text,
      reply.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(said, (body) => {
        const parsed = parseRspamdReply(body);
        if (!parsed.ok) expect(parsed.reason).not.toBe('');
        else expect((parsed.value.name ?? '').length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
      }),
    );
  });
});

test('an envelope never breaks the request to rspamd', () => {
  const envelope = fc.record({
    account: text,
    queueId: text,
    clientAddress: text,
    clientName: text,
    heloName: text,
    envelopeSender: text,
    envelopeRecipients: fc.array(text, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(envelope, (given) => {
      for (const [name, value] of Object.entries(requestFields(given, 'secret'))) {
        for (const each of [value].flat()) validateHeaderValue(name, String(each));
      }
    }),
  );
});

describe('a host', () => {
  test('of any text is no name, or one that DNS can be asked for', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.domain(), fc.ipV4(), fc.ipV6()), (host) => {
        const names = namesOf(host);
        if (names === undefined) return;
        expect(parentsOf(names)).toContain(names.registered);
        for (const question of questionsOf(names, true)) {
          expect(question).toMatch(/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/);
        }
      }),
    );
  });

  // prettier-ignore
  test.each([
    // host                    registered domain
    ['www.example.co.uk',      'example.co.uk'],
    ['a.b.github.io',          'b.github.io'],
    ['github.io',              'github.io'],
    ['WWW.Example.ORG.',       'example.org'],
    ['bücher.example',         'xn--bcher-kva.example'],
    ['192.0.2.1',              '192.0.2.1'],
    ['localhost',              undefined],
    ['a..b.com',               undefined],
  ])('%s is part of %s', (host, registered) => {
    expect(namesOf(host)?.registered).toBe(registered);
  });
});

test('any set of addresses is a verdict, and none outside 127.0.0.0/8 is a listing', () => {
  const counted = createNetworks(['127.0.0.0/8']);
  fc.assert(
    fc.property(fc.array(fc.ipV4(), { minLength: 1 }), (addresses) => {
      const { kind } = readAnswer(addresses, counted);
      const isOutside = addresses.some((address) => !address.startsWith('127.'));
      if (isOutside) expect(kind).toBe('refused');
    }),
  );
});

// prettier-ignore
test.each([
  ['unix:/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
  ['127.0.0.1:3310',             { host: '127.0.0.1', port: 3310 }],
  ['[::1]:3310',                 { host: '::1', port: 3310 }],
])('%s is where a connection goes to', (address, place) => {
  expect(target(address)).toEqual(place);
});
