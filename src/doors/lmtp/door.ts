/**
 * The LMTP door: returned mail (bounces, complaints, letters to abuse@) comes in as Postfix delivers
 * it (RFC 2033) and is durable before it is acknowledged (FBK-2).
 */
import type { Telemetry } from '../../telemetry/contract.ts';
import { openStreamDoor, type OpenDoor } from '../listen.ts';
import { withDefaults, type LmtpDoorOptions } from './options.ts';
import { LmtpSession } from './session.ts';
import { LmtpStream } from './stream.ts';

// Time-outs are noticed at most a quarter of the shortest one late, and five seconds.
const MAX_SWEEP_MS = 5000;
const MIN_SWEEP_MS = 10;

/** Opens the door. @throws PrimumError when it cannot listen on one of its addresses. */
export async function openLmtpDoor(
  options: LmtpDoorOptions,
  telemetry: Telemetry,
): Promise<OpenDoor> {
  const settings = withDefaults(options);
  const sessions = new Set<LmtpSession>();
  const running = new Set<Promise<void>>();
  const { listen, maxConnections, closeGraceSeconds } = settings;
  const door = await openStreamDoor(
    { door: 'lmtp', listen, maxConnections, closeGraceSeconds },
    telemetry,
    (socket) => {
      const stream = new LmtpStream(socket);
      const session = new LmtpSession({ stream, settings, telemetry });
      sessions.add(session);
      const over = session
        .run()
        .catch((error: unknown) => {
          // A bug of ours ends one session; its client tries again.
          telemetry.judgingFailed('lmtp', error, 'defer');
          stream.destroy();
        })
        .finally(() => {
          sessions.delete(session);
          running.delete(over);
        });
      running.add(over);
      return session;
    },
  );
  const shortest = Math.min(settings.idleTimeoutSeconds, settings.messageTimeoutSeconds);
  const sweepMs = Math.max(MIN_SWEEP_MS, Math.min(MAX_SWEEP_MS, shortest * 250));
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const session of sessions) session.expire(now);
  }, sweepMs);
  sweep.unref();
  return {
    address: door.address,
    addresses: door.addresses,
    close: async () => {
      await door.close();
      clearInterval(sweep);
      // A message may still be on its way to the disk; the spool closes after that.
      await Promise.all(running);
    },
  };
}
