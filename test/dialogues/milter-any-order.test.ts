/** Commands of the milter protocol in any order: each has its answer, and each message one judgement. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../src/doors/milter/options.ts';
import { MilterJudge } from '../../src/doors/milter/judge.ts';
import { MilterSession, type Taken } from '../../src/doors/milter/session.ts';
import { OpenTransactions } from '../../src/doors/open-transactions.ts';
import { packetOf } from './milter-dialogue.ts';
import { plainInspector } from './plain-inspector.ts';
import { recordedTelemetry, scriptedGate } from './scripted-gate.ts';

/** All steps, and every command answered, so that each answer can be counted. */
const OFFER = 'NEGOTIATE 6 0x1ff 0x100700';

const PEOPLE = ['ann', 'held', 'slow', 'locked', 'limited'].map((name) => `${name}@example.org`);

const one = (...packets: readonly string[]) => fc.constantFrom(...packets.map((each) => [each]));
const mail = fc
  .constantFrom(...PEOPLE)
  .map((person) => [`MACRO MAIL {auth_authen}=${person}`, `MAIL <${person}>`]);
const TEXT = ['DATA', 'HEADER Subject: x', 'EOH', 'BODY text'];
const whole = mail.map((begun) => [...begun, 'RCPT <a@dest.example>', ...TEXT, 'EOM']);

const pieces = fc.oneof(
  { weight: 4, arbitrary: whole },
  { weight: 4, arbitrary: mail },
  { weight: 4, arbitrary: one('RCPT <a@dest.example>', 'RCPT <b@dest.example>') },
  { weight: 3, arbitrary: one('EOM') },
  { weight: 3, arbitrary: one(...TEXT, 'BODY*70000', 'UNKNOWN text', 'MACRO EOM i=4Zx') },
  { weight: 1, arbitrary: one('CONNECT c.test 4 40001 192.0.2.7', 'HELO c.test') },
  { weight: 2, arbitrary: one('ABORT', 'QUIT_NC') },
  { weight: 1, arbitrary: one('QUIT', OFFER, 'BYTES 000000015a', 'BYTES 000000024d78') },
);

const UNANSWERED = ['MACRO', 'ABORT', 'QUIT_NC', 'NEGOTIATE'];
const LAST_WORDS = 'acty';

/** Commands of the replies in these bytes. */
function repliesIn(bytes: string): string[] {
  const said = Buffer.from(bytes, 'latin1');
  const found: string[] = [];
  for (let at = 0; at < said.length; at += 4 + said.readUInt32BE(at)) {
    found.push(String.fromCharCode(said[at + 4] ?? 0));
  }
  return found;
}

function surroundings(isLate: boolean) {
  const gate = scriptedGate({ isLate });
  const telemetry = recordedTelemetry();
  const transactions = new OpenTransactions();
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundDaemons: [] }),
    inspector: plainInspector({ lags: isLate }),
    transactions,
  });
  const judge = new MilterJudge(settings, gate, telemetry);
  const open = () => new MilterSession({ gate, judge, settings, telemetry, isUnix: true });
  return { gate, judge, open, telemetry, transactions };
}

/** What one connection answers, until it ends; gives the ends of messages it answered. */
async function talk(session: MilterSession, says: string[]): Promise<number> {
  let ended = 0;
  for (let text = says.shift(); text !== undefined; text = says.shift()) {
    const packet = packetOf(text);
    const taken: Taken = await session.take(packet[4] ?? 0, packet.subarray(5));
    if (typeof taken !== 'string') {
      if ('fault' in taken) expect(taken.fault).not.toBe('');
      break;
    }
    const word = text.split(/[ *]/)[0] ?? '';
    mustAnswer(word, taken);
    if (word === 'EOM') ended += 1;
  }
  session.leave();
  return ended;
}

/** What is told of the answers to one command. */
function mustAnswer(word: string, taken: string): void {
  const replies = repliesIn(taken);
  if (UNANSWERED.includes(word)) {
    expect(replies).toEqual(word === 'NEGOTIATE' ? ['O'] : []);
    return;
  }
  const last = replies.filter((reply) => LAST_WORDS.includes(reply));
  expect(last).toHaveLength(1);
  expect(replies.at(-1)).toBe(last[0]);
  // Changes and quarantine belong to the end of a message; nobody's mail is thrown away.
  if (word !== 'EOM') expect(replies).toHaveLength(1);
  expect(replies).not.toContain('d');
}

describe('commands in any order', () => {
  it('are each answered once or end the connection, and a message is judged once', async () => {
    let all = 0;
    const orders = fc.array(pieces, { maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, isLate) => {
        const { gate, judge, open, telemetry, transactions } = surroundings(isLate);
        const says = order.flat();
        let ended = 0;
        while (says.length > 0) {
          says.unshift(OFFER, 'CONNECT client.test 4 40001 192.0.2.7');
          ended += await talk(open(), says);
        }
        await judge.close();
        expect(transactions.size).toBe(0);
        expect(gate.judged.filter((event) => event.abandoned !== true)).toHaveLength(ended);
        expect(new Set(gate.judged.map(({ id }) => id)).size).toBe(gate.judged.length);
        expect(telemetry.said.filter(({ what }) => what === 'judgingFailed')).toEqual([]);
        all += ended;
      }),
      { numRuns: 400 },
    );
    // Most orders are nonsense; enough are not.
    expect(all).toBeGreaterThan(400);
  });
});
