/**
 * The socketmap door: look-up tables for Postfix (socketmap_table(5)), over TCP and unix sockets.
 * It knows nothing of what its maps map; those that it was given answer from memory.
 */
import type { Telemetry } from '../../telemetry/contract.ts';
import { openStreamDoor, type OpenDoor } from '../listen.ts';
import { SocketmapConnection } from './connection.ts';
import { MapDesk } from './maps.ts';
import { withDefaults, type SocketmapDoorOptions } from './options.ts';

// Time-outs are noticed at most a quarter of the shortest one late, and five seconds.
const MAX_SWEEP_MS = 5000;
const MIN_SWEEP_MS = 10;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openSocketmapDoor(
  options: SocketmapDoorOptions,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const desk = new MapDesk(settings, telemetry);
  const connections = new Set<SocketmapConnection>();
  const { listen, maxConnections, closeGraceSeconds } = settings;
  const door = await openStreamDoor(
    { door: 'socketmap', listen, maxConnections, closeGraceSeconds },
    telemetry,
    (socket) => {
      const connection = new SocketmapConnection(socket, { settings, desk, telemetry });
      connections.add(connection);
      socket.once('close', () => connections.delete(connection));
      return connection;
    },
  );
  telemetry.gauge(
    'primum_socketmap_lookups',
    'Keys that the socketmap door was asked for since the start.',
    () => desk.asked,
  );
  telemetry.gauge(
    'primum_socketmap_found',
    'Keys among them that were mapped to something.',
    () => desk.found,
  );
  const shortest = Math.min(settings.idleTimeoutSeconds, settings.requestTimeoutSeconds);
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
    },
  };
}
