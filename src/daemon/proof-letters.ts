/** FBK-4: writes the letters that must come back, and knows them when they do. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config/load.ts';
import type { AlertMessage, Delivery } from '../effects/contract.ts';
import type { ReturnedMail, SpooledMessage } from '../spool/contract.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import { proofWord, Proofs } from '../watch/proofs.ts';
import { isSameText, readOwnLetter } from './own-letter.ts';
import { proofFile } from './proof-file.ts';

/** A hoster with 10,000 domains has written to all of them after seven hours. */
const LETTERS_AT_ONCE = 50;
const LOOK_EVERY_MS = 60_000;
/** The doors are open by then, so that a quick copy is not missed. */
const FIRST_LOOK_MS = 2_000;
const SEND_TIMEOUT_MS = 60_000;

export type SendLetter = (to: string, message: AlertMessage, delivery: Delivery) => Promise<void>;

export interface ProofParts {
  readonly now: () => number;
  readonly telemetry: Pick<RunningTelemetry, 'warn' | 'returnedMail'>;
  /** Who writes them: the sender of alerts. */
  readonly from: string;
  readonly domains: () => readonly string[];
  readonly send: SendLetter;
}

interface UnderWay {
  readonly address: string;
  /** Id of the message that brought it back. */
  back: string | undefined;
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
  const underWay = new Map<string, UnderWay>();
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
      const letter: UnderWay = { address, back: undefined };
      underWay.set(token, letter);
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
      if (letter.back !== undefined) proofs.cameBack(token, at(), letter.back);
      underWay.delete(token);
      count += 1;
    }
    return count;
  }

  /** Notes that it came back; the message it came in may be handled again after a crash. */
  async function isProof(message: SpooledMessage): Promise<boolean> {
    const found = await readOwnLetter(message, parts.from);
    if (found === undefined) return false;
    const { token, text } = found;
    const letter = underWay.get(token);
    const address = letter?.address ?? proofs.addressOf(token);
    if (address === undefined || !isSameText(text, letterTo(address, token).text)) return false;
    if (letter === undefined) return proofs.cameBack(token, at(), message.id);
    letter.back ??= message.id;
    return letter.back === message.id;
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
        if (!(await isProof(message))) return consumer.take(message, isRead);
        isRead();
        parts.telemetry.returnedMail('proof', 'handled');
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
