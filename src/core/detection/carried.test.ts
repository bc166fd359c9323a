/** What a thief's places gathered, held against a place that comes up later (design 1.3, formula 6). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform, type Platform } from '../../../test/platform.ts';
import { identityKey } from '../../gate/submission-frame.ts';
import { SHARED } from '../profile/detection-state.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';
import type { Verdict } from '../verdict.ts';
import { alike } from './hypotheses.ts';
import { add, emptyLane, placeOfFamily } from './lanes.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.1';
const DEN = '10.5.0.9';
const INN = '10.7.0.3';
const SERVER = '10.30.0.3';
const HOUR = 3_600_000;

const from = (p: Platform, clientAddress: string): Verdict =>
  p.submit(ANN, { clientAddress, envelopeRecipients: ['bob@example.org'] });

function atHome(mode: 'enforce' | 'observe' = 'enforce'): Platform {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode } });
  for (let day = 0; day < 25; day += 1) {
    p.login(ANN, { clientAddress: HOME });
    from(p, HOME);
    p.wait(24 * HOUR);
  }
  return p;
}

/** Then a thief elsewhere, whose mail came back. */
async function stolen(): Promise<Platform> {
  const p = atHome();
  p.login(ANN, { clientAddress: DEN });
  from(p, DEN);
  await p.standing.update([identityKey(`${ANN}/main`)], (records) => {
    const profile = new IdentityProfile(records[0]);
    const lane = emptyLane();
    for (const family of ['outcomes', 'cross', 'content'] as const) {
      add(lane, placeOfFamily(family), alike(7));
    }
    profile.detection.touchInQuestion(SHARED.probation, Math.floor(p.now() / 1000));
    for (const index of [1, SHARED.probation]) {
      profile.detection.setLane(index, lane);
      profile.detection.touchLane(index, Math.floor(p.now() / 1000));
    }
    records[0] = profile.toBytes();
  });
  return p;
}

it('is held in full while the thief goes on, from whatever place', async () => {
  const p = await stolen();
  for (let i = 0; i < 4; i += 1) {
    p.wait(20 * HOUR);
    expect(from(p, `10.${(i % 2) + 6}.${i}.1`).verdict).toBe('hold');
    expect(from(p, DEN).verdict).toBe('hold');
  }
});

it('is not held against a place that comes up after days of silence; what the thief did stays with his', async () => {
  const p = await stolen();
  p.wait(96 * HOUR);
  const { sums, verdict } = from(p, INN);
  // By half in five days only it was more than 7 of the 14 nats.
  expect((sums?.outcomes ?? 0) + (sums?.cross ?? 0)).toBeLessThan(4);
  expect(verdict).toBe('pass');
  expect(from(p, DEN).verdict).toBe('hold');
});

it('what the owner does meanwhile at places of his own does not end the silence', async () => {
  const p = await stolen();
  for (let i = 0; i < 12; i += 1) {
    p.wait(8 * HOUR);
    from(p, '172.16.0.1');
  }
  // A new program of the owner's that writes to strangers is in question for that alone.
  for (let i = 0; i < 3; i += 1) {
    p.submit(ANN, { clientAddress: '10.8.0.1', envelopeRecipients: [`new${i}@dest.test`] });
  }
  expect(from(p, INN).verdict).toBe('pass');
});

it('a new program of the owner that is in question itself does not bring back what a thief left a week ago', async () => {
  const p = await stolen();
  p.wait(7 * 24 * HOUR);
  const oddly = (clientAddress: string) =>
    p.submit(ANN, {
      clientAddress,
      envelopeRecipients: ['new@dest.test'],
      message: {
        headerFrom: ANN,
        replyTo: 'ann@freemail.test',
        derived: { version: 1, sizeBytes: 1_000 },
      },
    });
  for (let i = 0; i < 3; i += 1) oddly('10.8.0.1');
  const { sums } = oddly('10.9.0.1');
  expect((sums?.outcomes ?? 0) + (sums?.cross ?? 0)).toBeLessThan(2);
});

it('what was set up in the mailbox is held against a place that comes up, and not against a form that was there', async () => {
  const p = atHome('observe');
  let number = 0;
  const form = () =>
    p.submit(ANN, {
      clientAddress: SERVER,
      // What goes to strangers is only asked to wait.
      envelopeRecipients: [
        (number += 1) % 2 === 0 ? `buyer${number}@dest.test` : 'bob@example.org',
      ],
      sizeBytes: 1_000,
      message: {
        headerFrom: ANN,
        derived: derivedFrom([
          `thank you for the order that you have placed in our shop today ${number}`,
        ]),
      },
    });
  for (let i = 0; i < 24; i += 1) {
    form();
    p.wait(4 * HOUR);
  }
  p.login(ANN, { clientAddress: DEN });
  await p.gate.note({
    v: 1,
    kind: 'change',
    id: 'c1',
    at: p.at(),
    account: ANN,
    what: 'filter',
    clientAddress: DEN,
  });
  expect(form().sums?.preparation ?? 0).toBe(0);
  expect(from(p, INN).sums?.preparation).toBeGreaterThan(1.9);
});

/** A form of a few days to strangers, some of whom do not exist, and then mail to a stranger from an inn. */
async function besideForm(days: number): Promise<Verdict> {
  const p = atHome('observe');
  let number = 0;
  const form = async () => {
    number += 1;
    const recipient = `buyer${number}@dest${number}.test`;
    p.submit(ANN, {
      clientAddress: SERVER,
      mta: 'mx1',
      queueId: `Q${number}`,
      envelopeRecipients: [recipient],
      sizeBytes: 1_000,
      message: {
        headerFrom: ANN,
        derived: derivedFrom([
          `thank you for the order that you have placed in our shop today ${number}`,
        ]),
      },
    });
    if (number % 4 !== 0) return;
    await p.gate.note({
      ...{
        v: 1,
        kind: 'delivery',
        id: `d${number}`,
        at: p.at(),
        mta: 'mx1',
        queueId: `Q${number}`,
      },
      ...{ recipient, result: 'bounced', status: '5.1.1', class: 'unknown-recipient', hard: true },
    });
  };
  for (let i = 0; i < days * 6; i += 1) {
    await form();
    p.wait(4 * HOUR);
  }
  return p.submit(ANN, { clientAddress: INN, envelopeRecipients: ['new@inn.test'] });
}

it('what a form that was there for days sends is not held against the other places of its owner', async () => {
  const { sums, verdict } = await besideForm(12);
  expect(sums?.recipients ?? 0).toBeLessThan(3.1);
  expect(sums?.outcomes ?? 0).toBeLessThan(1.5);
  expect(verdict).toBe('pass');
});

it('what began yesterday may be a thief who hops', async () => {
  const { sums } = await besideForm(1);
  expect(sums?.recipients ?? 0).toBeGreaterThan(3.5);
  expect(sums?.outcomes ?? 0).toBeGreaterThan(1.5);
});
