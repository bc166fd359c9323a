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

// Time-outs are noticed at most a quarter of the shortest one late, and one second.
const MAX_SWEEP_MS = 1000;
const MIN_SWEEP_MS = 10;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openMilterDoor(
  options: MilterDoorOptions,
  gate: Gate,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const judge = new MilterJudge(settings, gate, telemetry);
  const connections = new Set<MilterConnection>();
  const door = await openStreamDoor(
    {
      door: 'milter',
      listen: settings.listen,
      maxConnections: settings.maxConnections,
      closeGraceSeconds: settings.closeGraceSeconds,
    },
    telemetry,
    (socket) => {
      const connection = new MilterConnection(socket, { judge, settings, telemetry });
      connections.add(connection);
      socket.once('close', () => connections.delete(connection));
      return connection;
    },
  );
  const shortest = Math.min(
    settings.idleTimeoutSeconds,
    settings.packetTimeoutSeconds,
    settings.progressSeconds,
  );
  const sweepMs = Math.max(MIN_SWEEP_MS, Math.min(MAX_SWEEP_MS, shortest * 250));
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.expire(now);
  }, sweepMs);
  sweep.unref();
  return {
    address: door.address,
    addresses: door.addresses,
    close: async () => {
      await door.close();
      clearInterval(sweep);
      await judge.close();
    },
  };
}
