/** FBK-4: writes the letters that must come back, and knows them when they do. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Config } from '../config/load.ts';
import type { AlertMessage, Delivery } from '../effects/contract.ts';
import type { ReturnedMail, SpooledMessage } from '../spool/contract.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import { proofFile } from './proof-file.ts';
import { proofWord, Proofs, tokenIn } from '../watch/proofs.ts';

/** A hoster with 10,000 domains has written to all of them after seven hours. */
const LETTERS_AT_ONCE = 50;
const LOOK_EVERY_MS = 60_000;
/** The doors are open by then, so that a quick copy is not missed. */
const FIRST_LOOK_MS = 2_000;
/** A copy has the token in its subject, a forward of it further down. */
const MAX_LOOKED_AT = 64 * 1024;
const SEND_TIMEOUT_MS = 60_000;

export type SendLetter = (to: string, message: AlertMessage, delivery: Delivery) => Promise<void>;

export interface ProofParts {
  readonly now: () => number;
  readonly telemetry: Pick<RunningTelemetry, 'warn'>;
  readonly domains: () => readonly string[];
  readonly send: SendLetter;
}

export interface ProofLetters {
  /** Writes what is due; how many letters that were. */
  tick(): Promise<number>;
  /** Hears of what comes back before anybody else does. */
  before(consumer: ReturnedMail): ReturnedMail;
  start(): void;
  close(): void;
}

export function createProofLetters(config: Config, parts: ProofParts): ProofLetters {
  const proofs = new Proofs(proofFile(config));
  const { every } = config.watch.proof;
  let timer: NodeJS.Timeout | undefined;
  /** Tokens of letters that are being handed over: a near mail server may bring one back before that is done. */
  const underWay = new Map<string, 'gone' | 'back'>();
  const at = (): string => new Date(parts.now()).toISOString();

  async function tick(): Promise<number> {
    const domains = parts.domains();
    proofs.keepOnly(domains);
    const due = proofs.due(domains, parts.now(), every).slice(0, LETTERS_AT_ONCE);
    let count = 0;
    for (const address of due) {
      const token = randomBytes(16).toString('hex');
      const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
      const delivery = { key: proofWord(token), attempt: 1, signal };
      underWay.set(token, 'gone');
      try {
        await parts.send(address, letterTo(address, token), delivery);
      } catch (error) {
        underWay.delete(token);
        const why = error instanceof Error ? error.message : 'it failed';
        parts.telemetry.warn(
          `The letters that prove FBK-4 cannot be sent: ${why} Look at alerts.email.`,
        );
        break;
      }
      proofs.sent(address, token, at());
      if (underWay.get(token) === 'back') proofs.cameBack(token, at());
      underWay.delete(token);
      count += 1;
    }
    return count;
  }

  /** Notes that it came back. */
  function isOurs(token: string): boolean {
    if (!underWay.has(token)) return proofs.cameBack(token, at()) !== undefined;
    underWay.set(token, 'back');
    return true;
  }

  function sleep(ms: number): void {
    const then = (): void => sleep(LOOK_EVERY_MS);
    timer = setTimeout(() => void tick().catch(tellOf(parts)).then(then), ms);
    timer.unref();
  }

  return {
    tick,
    before: (consumer) => ({
      ...consumer,
      take: async (message, isRead) => {
        const token = await tokenOf(message);
        if (token === undefined || !isOurs(token)) return consumer.take(message, isRead);
        isRead();
      },
    }),
    start: () => sleep(FIRST_LOOK_MS),
    close: () => clearTimeout(timer),
  };
}

const tellOf =
  ({ telemetry }: ProofParts) =>
  (): void =>
    telemetry.warn('The letters that prove FBK-4 could not be noted. Look at the state folder.');

function letterTo(address: string, token: string): AlertMessage {
  return {
    subject: `Proof that ${address} is read (${proofWord(token)})`,
    text: [
      `This letter proves that mail to ${address} reaches the abuse desk (RFC 2142).`,
      'Primum writes it and waits for its copy at the LMTP door. Nobody need answer it.',
      '',
      proofWord(token),
      '',
    ].join('\n'),
    data: {},
  };
}

/** A bounce holds our letter, too, and proves the contrary. */
async function tokenOf({ sender, file }: SpooledMessage): Promise<string | undefined> {
  if (sender === '') return undefined;
  const { path, start } = file;
  const pieces: Buffer[] = [];
  const bounds = { start, end: start + MAX_LOOKED_AT - 1 };
  for await (const piece of createReadStream(path, bounds)) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString('latin1');
  const header = text.slice(0, Math.max(0, text.search(/\r?\n\r?\n/)));
  if (/^content-type:\s*multipart\/report\b|^auto-submitted:\s*auto-replied/im.test(header))
    return undefined;
  // RFC 2045 section 6.7: long lines are broken with "=".
  return tokenIn(text.replaceAll(/=\r?\n/g, '').replaceAll(/\r?\n[ \t]+/g, ''));
}
