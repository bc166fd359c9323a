/** Returned mail: the spool, what handles it, and the door that takes it in. */
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { openLmtpDoor } from '../doors/lmtp/door.ts';
import type { OpenDoor } from '../doors/listen.ts';
import { MessageRefused, type ReturnedMail } from '../spool/contract.ts';
import { openSpool } from '../spool/open-spool.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { lmtpDoorOptions } from './options.ts';

/** Where nothing reads returned mail, a person does. */
export const forPeople: ReturnedMail = {
  take: () => Promise.reject(new MessageRefused('nothing reads returned mail here yet')),
};

interface Parts {
  readonly telemetry: Telemetry;
  readonly now: () => number;
  readonly consumer: ReturnedMail;
}

/** @throws PrimumError when the spool cannot be used or the door cannot listen. */
export async function openReturnedMail(config: Config, parts: Parts): Promise<OpenDoor> {
  const { max_spooled, max_spool, give_up_after } = config.doors.lmtp;
  const spool = openSpool(
    {
      folder: join(config.state, 'returned'),
      consumer: parts.consumer,
      maxMessages: max_spooled,
      maxBytes: max_spool,
      giveUpAfterMs: give_up_after,
      now: parts.now,
    },
    parts.telemetry,
  );
  try {
    const door = await openLmtpDoor(lmtpDoorOptions(config, spool), parts.telemetry);
    const close = async (): Promise<void> => {
      await door.close();
      await spool.close();
    };
    return { address: door.address, addresses: door.addresses, close };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
