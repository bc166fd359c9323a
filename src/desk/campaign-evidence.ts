/**
 * What an incident over several accounts is of: its members, what they share, how far it reaches and
 * why. It is written into the incident when somebody opens, joins or closes it and now and then while
 * it is looked at, for the journal forgets and an incident must not.
 */
import type { SubmissionEvent } from '../core/event.ts';
import type { Carried, CarriedQuery } from '../core/report.ts';
import type { CampaignMember, IncidentRow, Records } from '../store/records/contract.ts';
import { newestOf } from './campaigns.ts';
import type { Changes } from './changes.ts';
import type { Health } from './health.ts';
import { isTelling, rankOf, traitsOfMessage } from './incident-traits.ts';
import { MAX_REASONS, readDetail, type Detail } from './notice.ts';
import type { Member, Reach } from './people-contract.ts';

/** Incidents of its accounts that were opened so long before it are another matter. */
const BEFORE_MS = 30 * 86_400_000;
/** What they share is named up to here. */
const MAX_SHARED = 20;
const MAX_REFERENCES = 20;
/** A count is shown for so long before somebody's look asks for another. */
const STALE_MS = 60_000;

export interface EvidenceParts {
  readonly records: Records;
  readonly health: Health;
  readonly now: () => number;
  readonly isLocked: (account: string) => boolean;
  readonly countCarried?: ((query: CarriedQuery) => Promise<Carried>) | undefined;
  /** Told when what is known has changed without anybody's doing. */
  readonly changes: Pick<Changes, 'tell' | 'follow'>;
}

export class CampaignEvidence {
  readonly #parts: EvidenceParts;
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
  }

  /** Resolves when it is counted anew and durable. A nicety: it fails silently and leaves the last. */
  refresh(id: string): Promise<void> {
    const running = this.#running.get(id) ?? this.#count(id).catch(() => undefined);
    this.#running.set(id, running);
    return running.finally(() => this.#running.delete(id));
  }

  /** For whoever looks: what is known is shown, and counted anew behind it where it is old. */
  look(row: IncidentRow): void {
    if (!isCampaign(row) || row.state === 'closed' || this.#running.has(row.id)) return;
    const countedAt = Date.parse(readDetail(row)?.campaign?.reach.at ?? '');
    if (this.#parts.now() - countedAt < STALE_MS) return;
    void this.refresh(row.id).then(() => this.#parts.changes.tell('incident', row.id));
  }

  /** Its accounts with their newest incidents, those with most decisions first. */
  async members(row: IncidentRow): Promise<readonly Member[]> {
    const found = await this.#incidentsOf(row);
    const { isLocked } = this.#parts;
    const members = row.accounts.map((account): Member => {
      const own = found.filter((one) => one.account === account);
      const [newest] = own;
      return {
        ...{ account, isLocked: isLocked(account), decisions: sumOf(own) },
        ...(newest === undefined ? {} : { incident: shown(newest) }),
      };
    });
    return members.sort((a, b) => b.decisions - a.decisions);
  }

  /** Ids of the incidents of its accounts. */
  async ids(row: IncidentRow): Promise<readonly string[]> {
    return isCampaign(row) ? (await this.#incidentsOf(row)).map(({ id }) => id) : [];
  }

  #incidentsOf(row: IncidentRow): Promise<readonly CampaignMember[]> {
    const since = new Date(Date.parse(row.openedAt) - BEFORE_MS).toISOString();
    const until = row.closedAt ?? new Date(this.#parts.now()).toISOString();
    const query = { accounts: row.accounts, since, until };
    return this.#parts.health.read(() => this.#parts.records.incidents.members(query));
  }

  async #count(id: string): Promise<void> {
    const { records, health } = this.#parts;
    const row = await health.read(() => records.incidents.get(id));
    if (row === undefined || !isCampaign(row)) return;
    const members = await this.#incidentsOf(row);
    const traits = await health.read(() =>
      records.incidents.traitsOf(members.map((one) => one.id)),
    );
    const shared = sharedOf(traits, members);
    const reach = await this.#reach(row, members, shared);
    const detail = JSON.stringify(detailOf(members, { shared, reach }));
    const references = members
      .flatMap((one) => one.references.slice(-1))
      .slice(0, MAX_REFERENCES)
      .reverse();
    const lastAt = newestOf(members) || row.lastAt;
    const known = { detail, references, count: sumOf(members), lastAt };
    await health.write(() => records.incidents.describe(id, known));
    // Found again by what it shared, once others share it (FBK-7).
    await health.write(() => records.incidents.addTraits(id, shared));
  }

  async #reach(
    row: IncidentRow,
    members: readonly CampaignMember[],
    shared: readonly string[],
  ): Promise<Reach> {
    const { now, isLocked, countCarried } = this.#parts;
    const first = members.reduce(
      (oldest, { openedAt }) => (openedAt < oldest ? openedAt : oldest),
      row.openedAt,
    );
    const at = new Date(now()).toISOString();
    // A day before the first of them: what began it was not yet told of.
    const since = new Date(Date.parse(first) - 86_400_000).toISOString();
    const query = { accounts: row.accounts, since, until: row.closedAt ?? at };
    const carried = await countCarried?.({ ...query, isOne: carries(shared) });
    return {
      accounts: row.accounts.length,
      locked: row.accounts.filter((account) => isLocked(account)).length,
      ...(carried ?? { messages: 0, recipients: 0, left: NOTHING, isCut: true }),
      at,
    };
  }
}

const NOTHING = { messages: 0, recipients: 0 };

export function isCampaign({
  account,
  accounts,
}: Pick<IncidentRow, 'account' | 'accounts'>): boolean {
  return account === '' && accounts.length > 1;
}

/** Shared by two accounts at least and hardly ever by the innocent, of most accounts first. */
function sharedOf(
  traits: readonly { readonly trait: string; readonly incidents: readonly string[] }[],
  members: readonly CampaignMember[],
): readonly string[] {
  const accountOf = new Map(members.map(({ id, account }) => [id, account]));
  return traits
    .filter(({ trait }) => isTelling(trait))
    .map(({ trait, incidents }) => ({
      trait,
      accounts: new Set(incidents.map((id) => accountOf.get(id))).size,
    }))
    .filter(({ accounts }) => accounts > 1)
    .sort(
      (a, b) =>
        b.accounts - a.accounts ||
        rankOf(a.trait) - rankOf(b.trait) ||
        (a.trait < b.trait ? -1 : 1),
    )
    .slice(0, MAX_SHARED)
    .map(({ trait }) => trait);
}

/**
 * Content tells a message of the campaign from the owner's own; where no content is shared, the address
 * does; and where nothing is, every message of these accounts counts.
 */
function carries(shared: readonly string[]): (event: SubmissionEvent) => boolean {
  const content = shared.filter((trait) => /^(text|link|subject):/.test(trait));
  const wanted = new Set(content.length > 0 ? content : shared);
  if (wanted.size === 0) return () => true;
  return (event) => traitsOfMessage(event).some((trait) => wanted.has(trait));
}

function detailOf(
  members: readonly CampaignMember[],
  campaign: NonNullable<Detail['campaign']>,
): Detail {
  const { reach } = campaign;
  const [newest] = members;
  const times = members.map(({ openedAt }) => openedAt).sort();
  const fact = (name: string, observed: string) => ({ name, observed, usual: '' });
  return {
    enforced: members.some((one) => readDetail(one)?.enforced === true),
    done: doneOf(reach),
    reference: newest?.references.at(-1) ?? '',
    picture: {
      ...{ account: '', tenant: '', clientAddress: '', country: '', asnName: '' },
      figures: [
        fact('Incidents of its accounts', String(members.length)),
        fact('Decisions', String(sumOf(members))),
        ...times.slice(0, 1).map((time) => fact('First incident', minuteOf(time))),
        ...times.slice(-1).map((time) => fact('Last incident', minuteOf(time))),
      ],
    },
    reasons: reasonsOf(members),
    campaign,
  };
}

const minuteOf = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

/** What was found, once for each practice, of most accounts first. */
function reasonsOf(members: readonly CampaignMember[]): Detail['reasons'] {
  const found = new Map<string, { reason: Detail['reasons'][number]; accounts: Set<string> }>();
  for (const member of members) {
    for (const reason of readDetail(member)?.reasons ?? []) {
      const key = reason.practice ?? reason.text;
      const known = found.get(key) ?? { reason, accounts: new Set<string>() };
      known.accounts.add(member.account);
      found.set(key, known);
    }
  }
  return [...found.values()]
    .sort((a, b) => b.accounts.size - a.accounts.size)
    .slice(0, MAX_REASONS)
    .map(({ reason, accounts }) => {
      const alike = accounts.size > 1 ? ` (the like of ${accounts.size} accounts)` : '';
      return { ...reason, text: `${reason.text}${alike}` };
    });
}

function doneOf({ accounts, locked, messages, left }: Reach): string {
  const locks = `${locked} of ${accounts} accounts are locked.`;
  if (messages === 0) return locks;
  return `${messages - left.messages} of ${messages} messages were stopped; ${locks}`;
}

function shown({ id, summary, state, openedAt, references }: CampaignMember) {
  return { id, summary, state, openedAt, reference: references.at(-1) ?? '' };
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
