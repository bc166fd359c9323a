/** What a filter and an MTA agree on before the first connection (SMFIC_OPTNEG). */
import { ACTION, STEP } from './milter.ts';
import { formatPacket } from './milter-replies.ts';

/** The newest version there is, and the one we speak. */
export const PROTOCOL_VERSION = 6;

/** Sendmail 8.11 and Postfix 2.3 spoke version 2; before it there was no filter. */
const OLDEST_VERSION = 2;

export interface MilterOffer {
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
}

export interface Agreement {
  readonly version: number;
  /** ACTION bits in force. */
  readonly actions: number;
  /** STEP bits in force. */
  readonly steps: number;
}

/** What we would like; what the MTA does not offer is left out. */
export interface Wishes {
  readonly actions: number;
  readonly steps: number;
}

/** Macros we ask for, by the number of the stage (SMFIM_*), where the MTA lets a filter choose. */
export type MacroWishes = ReadonlyMap<number, string>;

/** Numbers of the stages in the list of macros. */
export const MACRO_STAGE = { connect: 0, helo: 1, mail: 2, rcpt: 3, data: 4, end: 5 } as const;

/** @returns `undefined` when the data are cut short or the version is older than any we know. */
export function parseOffer(data: Buffer): MilterOffer | undefined {
  if (data.length < 12) return undefined;
  const version = data.readUInt32BE(0);
  if (version < OLDEST_VERSION) return undefined;
  return { version, actions: data.readUInt32BE(4), steps: data.readUInt32BE(8) };
}

export function agree(offer: MilterOffer, wishes: Wishes): Agreement {
  return {
    version: Math.min(offer.version, PROTOCOL_VERSION),
    // Bits above 0x7fffffff would turn negative.
    actions: (offer.actions & wishes.actions) >>> 0,
    steps: (offer.steps & wishes.steps) >>> 0,
  };
}

/** The answer to the offer. Macros are named only where the MTA takes such a list. */
export function formatAgreement(agreement: Agreement, macros: MacroWishes): string {
  let payload = u32(agreement.version) + u32(agreement.actions) + u32(agreement.steps);
  if ((agreement.actions & ACTION.setSymbols) !== 0) {
    for (const [stage, names] of macros) payload += `${u32(stage)}${names}\0`;
  }
  return formatPacket('O', payload);
}

/** Whether a command is answered, by the bit that would say it is not. */
export function isAnswered(agreement: Agreement, noReply: number): boolean {
  return (agreement.steps & noReply) === 0;
}

export function may(agreement: Agreement, action: number): boolean {
  return (agreement.actions & action) !== 0;
}

export function canSkip(agreement: Agreement): boolean {
  return (agreement.steps & STEP.skip) !== 0;
}

function u32(value: number): string {
  return String.fromCharCode(
    (value >>> 24) & 255,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  );
}
