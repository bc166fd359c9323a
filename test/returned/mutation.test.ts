/** FBK-1: real and composed returned mail, damaged as mail gets damaged: it always gets a result, soon. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RETURNED_KINDS } from '../../src/returned/contract.ts';
import { inspectLine } from '../../src/returned/inspect-line.ts';
import { fixture, readMessage } from './reading.ts';

const FOLDERS = ['bounces', 'own', 'feedback/rfc5965'];

const MESSAGES = FOLDERS.flatMap((folder) =>
  readdirSync(join(import.meta.dirname, '../fixtures/returned', folder))
    .filter((name) => name.endsWith('.eml'))
    .map((name) => fixture(`${folder}/${name}`).toString('latin1')),
);

type Damage = (message: string, at: number, other: string) => string;

const place = (message: string, at: number): number => Math.floor(at * message.length);

/** `at` is a place from 0 to 1, `other` another message. */
const DAMAGES: readonly Damage[] = [
  (message, at) => message.slice(0, place(message, at)),
  (message, at) => message.slice(place(message, at)),
  (message, at) => message.slice(0, place(message, at)) + message,
  (message, at, other) => message.slice(0, place(message, at)) + other,
  (message, at) => message.replace(/boundary="?[^"\s;]+/i, `boundary=${String(at)}`),
  (message) => message.replaceAll(/^--/gm, '-'),
  (message) => message.replaceAll(/charset=[^\s;]+/gi, 'charset="\u00ff\u0000utf-99'),
  (message) =>
    message.replaceAll(/Content-Transfer-Encoding:.*/gi, 'Content-Transfer-Encoding: base64'),
  (message) =>
    message.replaceAll(/Content-Type: text\/plain/gi, 'Content-Type: message/delivery-status'),
  (message) => message.replaceAll(/Content-Type: /gi, 'Content-Type: multipart/mixed; x='),
  (message, at) => {
    const [head = '', ...body] = message.split(/\r?\n\r?\n/);
    const fields = head.split('\n');
    const from = Math.floor(at * fields.length);
    return [[...fields.slice(from), ...fields.slice(0, from)].join('\n'), ...body].join('\n\n');
  },
  (message) => message.replaceAll('\n', '\r'),
  (message) => message.replaceAll(/\r?\n/g, ' '),
  (message) => message.replaceAll('@', '@@'),
  (message, at) => message.replaceAll(message.charAt(place(message, at)), '\u0000'),
];

const damaged = fc
  .record({
    message: fc.constantFrom(...MESSAGES),
    other: fc.constantFrom(...MESSAGES),
    damages: fc.array(
      fc.tuple(fc.constantFrom(...DAMAGES), fc.double({ min: 0, max: 1, noNaN: true })),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  })
  .map(({ message, other, damages }) =>
    damages.reduce((text, [damage, at]) => damage(text, at, other), message).slice(0, 512 * 1024),
  );

/** Of work: a message of some kB takes a few milliseconds, on a slow machine some more. */
const LIMIT_MS = 2_000;

test('FBK-1: damaged returned mail always gets a clear result, soon', () => {
  fc.assert(
    fc.property(damaged, (message) => {
      const started = process.cpuUsage();
      const read = readMessage(Buffer.from(message, 'latin1'));
      expect(process.cpuUsage(started).user / 1_000).toBeLessThan(LIMIT_MS);
      expect(RETURNED_KINDS).toContain(read.kind);
      if (read.kind === 'dsn') expect(read.recipients.length).toBeGreaterThan(0);
      for (const row of read.recipients) {
        expect(row.status).toMatch(/^(?:[245]\.\d{1,3}\.\d{1,3})?$/);
        expect(row.replyCode).toMatch(/^(?:[245]\d\d)?$/);
        if (row.action !== 'failed') expect(row.hard).toBe(false);
      }
      expect(JSON.parse(JSON.stringify(inspectLine('x', read)))).toMatchObject({ kind: read.kind });
    }),
    { numRuns: 400 },
  );
});
