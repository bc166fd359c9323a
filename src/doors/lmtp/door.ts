/**
 * The LMTP door: returned mail (bounces, complaints, letters to abuse@) comes in as Postfix delivers
 * it (RFC 2033) and is durable before it is acknowledged (FBK-2).
 */
import type { Telemetry } from '../../telemetry/contract.ts';
import { openStreamDoor, type OpenDoor } from '../listen.ts';
import { withDefaults, type LmtpDoorOptions } from './options.ts';
import { LmtpSession } from './session.ts';
import { LmtpStream } from './stream.ts';

const MAX_SWEEP_MS = 5000;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openLmtpDoor(
  options: LmtpDoorOptions,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const running = new Set<Promise<void>>();
  const { listen, maxConnections, closeGraceSeconds } = settings;
  const shortestSeconds = Math.min(settings.idleTimeoutSeconds, settings.messageTimeoutSeconds);
  const sweep = { shortestSeconds, maxMs: MAX_SWEEP_MS };
  const door = await openStreamDoor(
    { door: 'lmtp', listen, maxConnections, closeGraceSeconds, sweep },
    telemetry,
    (socket) => {
      const stream = new LmtpStream(socket);
      const session = new LmtpSession({ stream, settings, telemetry });
      const over = session
        .run()
        .catch((error: unknown) => {
          // A bug of ours ends one session; its client tries again.
          telemetry.judgingFailed('lmtp', error, 'defer');
          stream.destroy();
        })
        .finally(() => running.delete(over));
      running.add(over);
      return session;
    },
  );
  return {
    address: door.address,
    addresses: door.addresses,
    close: async () => {
      await door.close();
      // A message may still be on its way to the disk; the spool closes after that.
      await Promise.all(running);
    },
  };
}
