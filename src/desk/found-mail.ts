/**
 * Mail in a hold queue that no open record knows: put there by hand or by another program, or by a
 * Primum that died before it could write. Its headers are read first: the trace token in them
 * (CON-5) tells whose it is, and which decision it was.
 */
import { isNear } from '../agent/contract.ts';
import type { AgentResult, AgentTask, FoundMessage } from '../agent/contract.ts';
import { draftFound } from './hold-draft.ts';
import type { HoldKeeper } from './hold-keeper.ts';
import type { TracedMail } from './hold-options.ts';
import type { HoldParts } from './hold-parts.ts';

type ShowResult = Extract<AgentResult, { kind: 'show' }>;

/** One that young may still get its record. */
const ADOPT_AFTER_MS = 900_000;
/** Tasks in one round of an agent. */
const MAX_AT_ONCE = 5;
/** Headers read of one message. */
const HEADER_BYTES = 64 * 1024;
/** Surveyed of one mail host and not read yet; the rest comes with the next survey. */
export const MAX_FOUND = 1_000;

const PREFIX = 'identify:';

export class FoundMail {
  readonly #parts: HoldParts;
  readonly #keeper: HoldKeeper;
  /** By mail host and queue id. */
  readonly #unread = new Map<string, Map<string, FoundMessage>>();

  constructor(parts: HoldParts, keeper: HoldKeeper) {
    this.#parts = parts;
    this.#keeper = keeper;
  }

  async surveyed(mta: string, held: readonly FoundMessage[]): Promise<void> {
    const { records, health, now } = this.#parts;
    const before = now() - ADOPT_AFTER_MS;
    const old = held.filter(({ arrivalSeconds }) => arrivalSeconds * 1000 < before);
    if (old.length === 0) return;
    const ids = old.map(({ queueId }) => queueId);
    const unknown = new Set(await health.read(() => records.holds.unknown(mta, ids)));
    const unread = old.filter(({ queueId }) => unknown.has(queueId)).slice(0, MAX_FOUND);
    this.#unread.set(mta, new Map(unread.map((one) => [one.queueId, one])));
  }

  tasks(mta: string): readonly AgentTask[] {
    const unread = [...(this.#unread.get(mta)?.values() ?? [])].slice(0, MAX_AT_ONCE);
    return unread.map(({ queueId, arrivalSeconds, sender }) => ({
      id: `${PREFIX}${queueId}`,
      kind: 'show',
      target: {
        ...{ hold: '', queueId, envelopeSender: sender, account: '', at: '' },
        seen: { arrivalSeconds, sender },
      },
      maxBytes: HEADER_BYTES,
    }));
  }

  /** What the agent read; nothing where it could not. Whether the answer was to a task of this. */
  async read(mta: string, id: string, result?: ShowResult): Promise<boolean> {
    if (!id.startsWith(PREFIX)) return false;
    const unread = this.#unread.get(mta);
    const found = unread?.get(id.slice(PREFIX.length));
    if (found === undefined) return true;
    // Released or deleted meanwhile; without an answer it is taken in by what the queue says of it.
    if (result === undefined || result.state === 'held') await this.#adopt(mta, found, result);
    unread?.delete(found.queueId);
    return true;
  }

  async #adopt(mta: string, found: FoundMessage, result: ShowResult | undefined): Promise<void> {
    const { records, health, onAlerts } = this.#parts;
    const traced = await this.#traced(found, result);
    const draft = draftFound(this.#keeper.draftParts(), found, { mta, traced });
    await health.write(() => records.holds.add([draft]));
    onAlerts();
  }

  /** A genuine token may have been copied onto other mail: login and time must agree with it. */
  async #traced(
    found: FoundMessage,
    result: ShowResult | undefined,
  ): Promise<TracedMail | undefined> {
    const { records, health, world } = this.#parts;
    const headers = headersOf(result);
    if (headers === '') return undefined;
    const traced = await world.readTrace?.(headers).catch(() => undefined);
    if (traced === undefined || !isNear(traced.at, found.arrivalSeconds)) return undefined;
    if ((traced.credential === '') !== (found.saslLogin === '')) return undefined;
    // Decided on once already, and put back by hand.
    const isKnown = (await health.read(() => records.holds.find(traced.reference))) !== undefined;
    return isKnown ? { ...traced, isPassed: true } : traced;
  }
}

function headersOf(result: ShowResult | undefined): string {
  const bytes = Buffer.from(result?.message?.raw ?? '', 'base64');
  const text = bytes.toString('latin1').replaceAll('\r\n', '\n');
  const end = text.indexOf('\n\n');
  return end < 0 ? text : text.slice(0, end + 1);
}
