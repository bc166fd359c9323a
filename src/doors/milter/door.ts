/**
 * The milter door: Postfix and Sendmail over unix sockets and TCP. The full door: it sees the whole
 * message, marks it with trace headers, and holds it in the MTA's own queue.
 */
import type { Gate } from '../../gate-contract.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { openStreamDoor, type OpenDoor } from '../listen.ts';
import { MilterConnection } from './connection.ts';
import { MilterJudge } from './judge.ts';
import { withDefaults, type MilterDoorOptions } from './options.ts';

/** Time-outs are noticed at most so late. */
const MAX_SWEEP_MS = 1000;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openMilterDoor(
  options: MilterDoorOptions,
  gate: Gate,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const judge = new MilterJudge(settings, gate, telemetry);
  const shortestSeconds = Math.min(
    settings.idleTimeoutSeconds,
    settings.packetTimeoutSeconds,
    settings.progressSeconds,
  );
  const door = await openStreamDoor(
    {
      door: 'milter',
      listen: settings.listen,
      maxConnections: settings.maxConnections,
      closeGraceSeconds: settings.closeGraceSeconds,
      sweep: { shortestSeconds, maxMs: MAX_SWEEP_MS },
    },
    telemetry,
    (socket) => new MilterConnection(socket, { gate, judge, settings, telemetry }),
  );
  return {
    address: door.address,
    addresses: door.addresses,
    close: async () => {
      await door.close();
      await judge.close();
    },
  };
}
