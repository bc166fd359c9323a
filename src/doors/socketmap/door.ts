/**
 * The socketmap door: look-up tables for Postfix (socketmap_table(5)), over TCP and unix sockets.
 * It knows nothing of what its maps map; those that it was given answer from memory.
 */
import type { Telemetry } from '../../telemetry/contract.ts';
import { openStreamDoor, type OpenDoor } from '../listen.ts';
import { SocketmapConnection } from './connection.ts';
import { MapDesk } from './maps.ts';
import { withDefaults, type SocketmapDoorOptions } from './options.ts';

const MAX_SWEEP_MS = 5000;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openSocketmapDoor(
  options: SocketmapDoorOptions,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const desk = new MapDesk(settings, telemetry);
  const { listen, maxConnections, closeGraceSeconds } = settings;
  const shortestSeconds = Math.min(settings.idleTimeoutSeconds, settings.requestTimeoutSeconds);
  const sweep = { shortestSeconds, maxMs: MAX_SWEEP_MS };
  const door = await openStreamDoor(
    { door: 'socketmap', listen, maxConnections, closeGraceSeconds, sweep },
    telemetry,
    (socket) => new SocketmapConnection(socket, { settings, desk, telemetry }),
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
  return door;
}
