/** What the milter door makes of macros that are missing, odd or wrong. */
import { describe, expect, it } from 'vitest';
import { recordedTelemetry, scriptedGate } from '../../../test/dialogues/scripted-gate.ts';
import { COMMAND } from '../../protocol/milter.ts';
import { ACCEPT } from '../../protocol/milter-replies.ts';
import { MilterJudge } from './judge.ts';
import { MAX_MACRO_CHARS, withDefaults } from './options.ts';
import { MilterSession } from './session.ts';

type Macros = readonly (readonly [name: string, value: string])[];

const ANN = ['{auth_authen}', 'ann@example.org'] as const;
const PORT_40001 = '\x9c\x41';
const texts = (...said: readonly string[]): Buffer =>
  Buffer.from(said.map((text) => `${text}\0`).join(''));

function setUp() {
  const gate = scriptedGate();
  const telemetry = recordedTelemetry();
  const settings = withDefaults({
    listen: [],
    mta: 'mail.example',
    policy: () => ({ inboundDaemons: [] }),
  });
  const judge = new MilterJudge(settings, gate, telemetry);
  const session = new MilterSession({ gate, judge, settings, telemetry, isUnix: true });
  const macros = (stage: number, said: Macros) =>
    session.take(
      COMMAND.macro,
      Buffer.concat([Buffer.of(stage), ...said.map((pair) => texts(...pair))]),
    );
  void session.take(COMMAND.negotiate, Buffer.from('00000006000001ff001fffff', 'hex'));
  const connect = (said: Macros, address = '192.0.2.7') => {
    void macros(COMMAND.connect, said);
    const data = Buffer.from(`client.test\x004${PORT_40001}${address}\0`, 'latin1');
    void session.take(COMMAND.connect, data);
  };
  const message = (said: Macros, atEnd: Macros = []) => {
    void macros(COMMAND.mail, said);
    void session.take(COMMAND.mail, texts('<ann@example.org>'));
    void session.take(COMMAND.rcpt, texts('<a@dest.example>'));
    void macros(COMMAND.endOfMessage, atEnd);
    void session.take(COMMAND.endOfMessage, Buffer.alloc(0));
    return gate.judged.at(-1);
  };
  return { gate, session, macros, connect, message };
}

describe('a login that is odd', () => {
  it.each([
    ['with control characters and no address', '\x01\x7f\r\n?', '\x01\x7f\r\n?'],
    ['of bytes that are no text', '\ufffd\ufffd', '\ufffd\ufffd'],
    ['of blanks', '  ', '  '],
  ])('%s is an account of its own, and its message is judged', (_, login, account) => {
    const { connect, message } = setUp();
    connect([]);
    expect(message([['{auth_authen}', login]])).toMatchObject({ account });
  });

  it('of 4 KiB is cut and stays a login: it is never taken for mail without AUTH', () => {
    const { connect, message } = setUp();
    connect([]);
    const account = 'x'.repeat(MAX_MACRO_CHARS);
    expect(message([['{auth_authen}', 'x'.repeat(4_096)]])).toMatchObject({ account });
  });

  it('said twice is the last one', () => {
    const { connect, message } = setUp();
    connect([]);
    expect(message([ANN, ['{auth_authen}', 'ben@example.org']])).toMatchObject({
      account: 'ben@example.org',
    });
  });

  it('with a NUL in it ends the connection with the stance: whose mail it is nobody knows', () => {
    const { gate, session, connect, macros } = setUp();
    connect([]);
    const taken = macros(COMMAND.mail, [['{auth_authen}', 'ann@example.org\0ben@example.org']]);
    expect(taken).toEqual({ fault: 'macros are not understood' });
    expect(session.stance()).toBe(ACCEPT);
    expect(gate.judged).toEqual([]);
  });

  it('is not that of the message before: what MAIL does not name is not so', () => {
    const { connect, message } = setUp();
    connect([]);
    expect(message([ANN])).toMatchObject({
      account: 'ann@example.org',
    });
    expect(message([])).not.toHaveProperty('account');
  });
});

describe('a queue id', () => {
  it('that is missing leaves the message without one, and is not the last one', () => {
    const { connect, message } = setUp();
    connect([]);
    expect(message([ANN, ['i', '4ZxVPKzJ']])).toMatchObject({ queueId: '4ZxVPKzJ' });
    expect(message([ANN])).not.toHaveProperty('queueId');
  });

  it('that comes with the end of the message only is taken there', () => {
    const { connect, message } = setUp();
    connect([]);
    expect(message([ANN], [['i', '4ZyVPKzJ']])).toMatchObject({ queueId: '4ZyVPKzJ' });
  });

  it.each(['QQ2', '-d', 'ALL', '../etc', '4ZxVPKzJ 4Zy', 'Z'.repeat(100_000)])(
    'that is none leaves the message without one: %#',
    (queueId) => {
      const { connect, message } = setUp();
      connect([]);
      expect(message([ANN, ['i', queueId]])).not.toHaveProperty('queueId');
    },
  );
});

describe('a client', () => {
  it.each(['unknown', 'not-an-address', '192.0.2.700', '\x01\x02', 'x'.repeat(5_000)])(
    'whose address is %j has none, and its message is judged',
    (address) => {
      const { connect, message } = setUp();
      connect([['{client_ptr}', address]], address);
      expect(message([ANN])).toMatchObject({ clientAddress: '' });
    },
  );

  it.each(['192.0.2.7', '2001:db8::1'])('at %s is there', (address) => {
    const { connect, message } = setUp();
    connect([], address);
    expect(message([ANN])).toMatchObject({ clientAddress: address });
  });
});

describe('a name of the service', () => {
  it.each([
    ['that is missing gives way to the port', [['{daemon_port}', '587']], '587'],
    [
      'that is empty gives way to the port',
      [
        ['{daemon_name}', ''],
        ['{daemon_port}', '465'],
      ],
      '465',
    ],
    ['with blanks and signs is taken as it is', [['{daemon_name}', ' sub "m\t']], ' sub "m\t'],
    ['without measure is cut', [['{daemon_name}', 'd'.repeat(9_999)]], 'd'.repeat(MAX_MACRO_CHARS)],
  ] as const)('%s', (_, said, service) => {
    const { connect, message } = setUp();
    connect(said);
    expect(message([ANN])).toMatchObject({ service });
  });

  it('of the connection before is forgotten', () => {
    const { connect, message } = setUp();
    connect([['{daemon_name}', 'submission']]);
    expect(message([ANN])).toMatchObject({ service: 'submission' });
    connect([]);
    expect(message([ANN])).not.toHaveProperty('service');
  });
});
