import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recordedTelemetry, scriptedGate } from '../../../test/dialogues/scripted-gate.ts';
import { PolicyConnection } from './connection.ts';
import { PolicyJudge } from './judge.ts';
import { withDefaults } from './options.ts';
import { Turns } from './turns.ts';

const ANN = 'ann@example.org';

function ask(state: 'RCPT' | 'DATA', instance: string): Buffer {
  const values = [
    ...['request=smtpd_access_policy', `protocol_state=${state}`, `instance=${instance}`],
    ...[`sasl_username=${ANN}`, `sender=${ANN}`, 'recipient=bob@dest.example'],
  ];
  return Buffer.from(`${values.join('\n')}\n\n`);
}

/** Connections of one door, and in which order it judges and answers. */
function openTogether() {
  const telemetry = recordedTelemetry();
  const said: string[] = [];
  const scripted = scriptedGate({});
  const gate: typeof scripted = {
    ...scripted,
    judge: (event, underWay) => {
      said.push('judges');
      return scripted.judge(event, underWay);
    },
  };
  const policy = () => ({ inboundContexts: [] });
  const settings = withDefaults({ listen: [], mta: 'mail.example', policy });
  const judge = new PolicyJudge(settings, gate, telemetry);
  const turns = new Turns();
  let number = 0;
  const connect = (): Duplex => {
    number += 1;
    const socket = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        said.push('answers');
        done();
      },
    });
    new PolicyConnection(socket as unknown as Socket, {
      judge,
      settings,
      telemetry,
      number,
      turns,
    });
    return socket;
  };
  return { connect, gate, said };
}

describe('one turn of the event loop', () => {
  it('judges what everybody asks, then answers everybody', async () => {
    const { connect, said } = openTogether();
    const sockets = [connect(), connect(), connect()];
    for (const [i, socket] of sockets.entries()) socket.emit('data', ask('DATA', `${i}`));
    expect(said).toEqual([]);
    await turnEnds();
    expect(said).toEqual(['judges', 'judges', 'judges', 'answers', 'answers', 'answers']);
  });

  it('answers a client that sends on before its turn ends in its order, in one write', async () => {
    const { connect, gate, said } = openTogether();
    const socket = connect();
    const [first, second] = [ask('RCPT', '1'), ask('DATA', '1')];
    socket.emit('data', Buffer.concat([first, second.subarray(0, 20)]));
    socket.emit('data', second.subarray(20));
    await turnEnds();
    expect(said).toEqual(['judges', 'answers']);
    expect(gate.counted(ANN)).toEqual({ messages: 1, recipients: 1 });
  });

  it('judges what a client asked before it vanished', () => {
    const { connect, gate } = openTogether();
    const socket = connect();
    socket.emit('data', ask('DATA', '1'));
    socket.emit('close');
    expect(gate.counted(ANN)).toEqual({ messages: 1, recipients: 1 });
  });
});
