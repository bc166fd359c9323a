/**
 * FBK-4: letters to abuse@ and postmaster@ that must come back through the LMTP door. One file, read by
 * the scorecard and written by the daemon.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const entry = z.strictObject({
  token: z.string().regex(/^[0-9a-f]{32}$/),
  sentAt: z.iso.datetime(),
  /** Of the newest letter that came back, this one or one before. */
  backAt: z.iso.datetime().optional(),
  /** When the oldest letter was sent of those that did not come back since one last did, this one left out. */
  missingSince: z.iso.datetime().optional(),
  /** Id of the message that was the proof of this one. */
  backBy: z.string().max(64).optional(),
});

const fileSchema = z.strictObject({ letters: z.record(z.string().max(320), entry) });

export type ProofLetter = z.output<typeof entry>;

/** Two for each of 10,000 domains. */
export const MAX_LETTERS = 20_000;

/** RFC 2142. */
export const ROLES = ['abuse', 'postmaster'] as const;

/** What stands in a letter, wherever a copy puts it. */
const TOKEN = /primum-proof-([0-9a-f]{32})/;

export const proofWord = (token: string): string => `primum-proof-${token}`;

export const tokenIn = (text: string): string | undefined => TOKEN.exec(text)?.[1];

export class Proofs {
  readonly #file: string;
  #letters: Map<string, ProofLetter>;

  /** A file that cannot be read is begun anew: its letters are written again. */
  constructor(file: string) {
    this.#file = file;
    this.#letters = new Map(Object.entries(readLetters(file)));
  }

  find(address: string): ProofLetter | undefined {
    return this.#letters.get(address);
  }

  /** Addresses whose letter is to be written now; those that never had one first. */
  due(domains: readonly string[], nowMs: number, everyMs: number): readonly string[] {
    const sentMs = (address: string): number =>
      Date.parse(this.#letters.get(address)?.sentAt ?? '1970-01-01T00:00:00Z');
    return domains
      .flatMap((domain) => ROLES.map((role) => `${role}@${domain}`))
      .slice(0, MAX_LETTERS)
      .filter((address) => nowMs - sentMs(address) >= everyMs)
      .sort((a, b) => sentMs(a) - sentMs(b));
  }

  sent(address: string, token: string, at: string): void {
    const before = this.#letters.get(address);
    const backAt = before?.backAt;
    const missingSince = before === undefined ? undefined : missingOf(before);
    this.#letters.set(address, {
      ...{ token, sentAt: at },
      ...(backAt !== undefined && { backAt }),
      ...(missingSince !== undefined && { missingSince }),
    });
    this.#save();
  }

  /** Whose letter it is; `undefined` for a token that no letter under way has. */
  addressOf(token: string): string | undefined {
    for (const [address, letter] of this.#letters) if (letter.token === token) return address;
    return undefined;
  }

  /** Whether the message is the proof: a token is good for one message. */
  cameBack(token: string, at: string, message: string): boolean {
    const address = this.addressOf(token);
    const letter = address === undefined ? undefined : this.#letters.get(address);
    if (address === undefined || letter === undefined) return false;
    // A file of before has no id.
    if (letter.backBy !== undefined || (letter.backAt ?? '') >= letter.sentAt)
      return letter.backBy === message;
    const { missingSince: _, ...found } = letter;
    this.#letters.set(address, { ...found, backAt: at, backBy: message });
    this.#save();
    return true;
  }

  /** Forgets domains that are gone. */
  keepOnly(domains: readonly string[]): void {
    const kept = new Set(domains);
    for (const address of [...this.#letters.keys()])
      if (!kept.has(address.slice(address.indexOf('@') + 1))) this.#letters.delete(address);
  }

  #save(): void {
    const text = JSON.stringify({ letters: Object.fromEntries(this.#letters) });
    writeFileSync(`${this.#file}.new`, text, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** A new letter does not make up for one that is missing. */
const missingOf = ({ sentAt, backAt, missingSince }: ProofLetter): string | undefined =>
  backAt !== undefined && backAt >= sentAt ? undefined : (missingSince ?? sentAt);

let known: { readonly key: string; readonly letters: Record<string, ProofLetter> } | undefined;

/** Thousands of domains are looked at in a row: the file is read when it has changed. */
export function lettersIn(file: string): Readonly<Record<string, ProofLetter>> {
  const { mtimeMs, size, ino } = statSync(file, { throwIfNoEntry: false }) ?? NO_FILE;
  const key = `${file} ${mtimeMs} ${size} ${ino}`;
  if (known?.key !== key) known = { key, letters: readLetters(file) };
  return known.letters;
}

const NO_FILE = { mtimeMs: 0, size: 0, ino: 0 };

function readLetters(file: string): Record<string, ProofLetter> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).letters;
  } catch {
    return {};
  }
}
