/** Returned mail: the spool, what handles it, and the door that takes it in. */
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { openLmtpDoor } from '../doors/lmtp/door.ts';
import type { OpenDoor } from '../doors/listen.ts';
import type { FeedbackOptions } from '../feedback/options.ts';
import {
  createReadingThread,
  type ReadingThread,
  type ReadingThreadOptions,
} from '../returned/reading-thread.ts';
import type { ReturnedMail, SpoolView } from '../spool/contract.ts';
import { openSpool, type Spool } from '../spool/open-spool.ts';
import { lmtpDoorOptions, mtaName } from './options.ts';
import { mailChannel } from './outside.ts';
import type { DaemonParts } from './parts.ts';
import { createProofLetters, type ProofLetters } from './proof-letters.ts';
import { watchPlan } from './watch-options.ts';
import { createFeedback } from '../feedback/consumer.ts';

/** Messages read at once; each may wait for DNS and for the disk. */
const CONCURRENCY = 8;

type Parts = Pick<
  DaemonParts,
  | 'telemetry'
  | 'now'
  | 'room'
  | 'standing'
  | 'journal'
  | 'trace'
  | 'forwards'
  | 'directory'
  | 'desk'
  | 'policy'
>;

export interface ReturnedMailDoor extends OpenDoor {
  /** What waits behind it. */
  view(): SpoolView;
}

/** @throws PrimumError when the spool cannot be used or the door cannot listen. */
export async function openReturnedMail(config: Config, parts: Parts): Promise<ReturnedMailDoor> {
  const { max_spooled, max_spool, give_up_after } = config.doors.lmtp;
  const thread = createReadingThread(threadOptions(config));
  const letters = openLetters(config, parts);
  const feedback: ReturnedMail = createFeedback(
    feedbackOptions(config, parts, { thread, mayKeep: () => !spool.counts().isFullOfLetters }),
  );
  const spool: Spool = openSpool(
    {
      folder: join(config.state, 'returned'),
      consumer: letters === undefined ? feedback : letters.before(feedback),
      maxMessages: max_spooled,
      maxBytes: max_spool,
      giveUpAfterMs: give_up_after,
      concurrency: CONCURRENCY,
      now: parts.now,
    },
    parts.telemetry,
  );
  const closeSpool = async (): Promise<void> => {
    letters?.close();
    await spool.close();
    await thread.close();
  };
  try {
    const door = await openLmtpDoor(lmtpDoorOptions(config, spool), parts.telemetry);
    letters?.start();
    const close = async (): Promise<void> => {
      await door.close();
      await closeSpool();
    };
    const view = (): SpoolView => spool.view();
    return { address: door.address, addresses: door.addresses, view, close };
  } catch (error) {
    await closeSpool();
    throw error;
  }
}

/** FBK-4: they come back through this door. */
function openLetters(config: Config, { now, telemetry }: Parts): ProofLetters | undefined {
  if (!config.watch.proof.letters) return undefined;
  const { domains } = watchPlan(config);
  const { email } = config.alerts;
  return createProofLetters(config, {
    now,
    telemetry,
    from: email?.from ?? '',
    domains: () => domains,
    send: async (to, message, delivery) => {
      if (email === undefined) throw new Error('alerts.email is not set.');
      const channel = await mailChannel(email);
      await channel.sendTo?.(to, message, delivery);
    },
  });
}

function threadOptions(config: Config): ReadingThreadOptions {
  const { read_timeout, dkim_timeout, dns_servers } = config.doors.lmtp;
  return {
    setup: {
      traceHeader: config.trace.header,
      ownNetworks: config.network.own_networks,
      signatures: { dnsServers: dns_servers, timeoutMs: dkim_timeout },
    },
    timeoutMs: read_timeout + dkim_timeout,
  };
}

function feedbackOptions(
  config: Config,
  parts: Parts,
  { thread, mayKeep }: { readonly thread: ReadingThread; readonly mayKeep: () => boolean },
): FeedbackOptions {
  const { standing, journal, directory, policy } = parts;
  return {
    mayKeep,
    ready: () => thread.ready(),
    read: (file) => thread.read(file),
    signerOf: (file) => thread.signerOf(file),
    trace: parts.trace.reader,
    forwards: parts.forwards,
    isOwnDomain: (domain) =>
      policy().domains.includes(domain.toLowerCase()) || directory.isOwnDomain(domain),
    mta: mtaName(config),
    note: (event) => parts.room.noteOrThrow(event),
    ownerOf: (names) => parts.room.ownerOf(names),
    openCase: async (draft) => {
      const opened = await parts.desk.cases.openMailed(draft);
      return opened && { id: opened.case.id, isFull: opened.fate === 'full' };
    },
    durable: async () => {
      await Promise.all([standing.flush(), journal.flush()]);
    },
    telemetry: parts.telemetry,
  };
}
