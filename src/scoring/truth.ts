/** What was true, read from a file of `primum simulate` or of the operator's own incidents. */
import { PrimumError } from '../errors.ts';
import { readObjects } from '../store/journal-files/read-lines.ts';
import { IdSet } from './id-set.ts';

export interface Takeover {
  readonly account: string;
  readonly attack: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Trouble for which a lock is wrong. */
  readonly neverLock: boolean;
}

export interface AttackMessage {
  readonly attack: string;
  /** `undefined` when the truth does not say; then the event does. */
  readonly recipients: number | undefined;
}

export interface Truth {
  /** The bad ones. */
  readonly messages: ReadonlyMap<string, AttackMessage>;
  /** The owners' own; empty when the truth names only attacks. */
  readonly benign: IdSet;
  /** By account, in lower case; in order of time. */
  readonly takeovers: ReadonlyMap<string, readonly Takeover[]>;
}

/** @throws PrimumError INPUT_UNREADABLE when a line is not of this form. */
export async function readTruth(file: string): Promise<Truth> {
  const messages = new Map<string, AttackMessage>();
  const benign = new IdSet();
  const takeovers = new Map<string, Takeover[]>();
  for await (const line of readObjects(file)) {
    if (!line.ok) throw refused(file, line.number, line.reason);
    const { submission, account, attack } = line.value;
    if (typeof submission === 'string') {
      if (typeof attack !== 'string') {
        benign.add(submission);
        continue;
      }
      const { recipients } = line.value;
      const count = typeof recipients === 'number' && recipients >= 0 ? recipients : undefined;
      messages.set(submission, { attack, recipients: count });
    } else if (typeof account === 'string' && typeof attack === 'string') {
      const takeover = readTakeover(account.toLowerCase(), attack, line.value);
      if (takeover === undefined) throw refused(file, line.number, 'from and to are not times.');
      const list = takeovers.get(takeover.account) ?? [];
      list.push(takeover);
      list.sort((one, other) => one.fromMs - other.fromMs);
      takeovers.set(takeover.account, list);
    } else {
      throw refused(file, line.number, 'It names neither a submission nor an attacked account.');
    }
  }
  return { messages, benign, takeovers };
}

function readTakeover(
  account: string,
  attack: string,
  row: Readonly<Record<string, unknown>>,
): Takeover | undefined {
  const fromMs = timeOf(row['from']);
  const toMs = row['to'] === undefined || row['to'] === null ? Infinity : timeOf(row['to']);
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return undefined;
  return { account, attack, fromMs, toMs, neverLock: row['expect'] === 'never-lock' };
}

function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : NaN;
}

function refused(file: string, line: number, reason: string): PrimumError {
  return new PrimumError(
    'INPUT_UNREADABLE',
    `Line ${line} of the truth ${file} cannot be used: ${reason} Mend or remove it.`,
  );
}
