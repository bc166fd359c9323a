/** Incidents as people and programs read and close them. */
import type { Explanation } from '../core/report.ts';
import type { IncidentRow } from '../store/records/contract.ts';
import { CampaignEvidence, isCampaign, type EvidenceParts } from './campaign-evidence.ts';
import { Campaigns } from './campaigns.ts';
import type { Desk, Incident } from './contract.ts';
import { ease, unendedOfHouse, type EaseParts } from './incident-ease.ts';
import { newIncidentId } from './ids.ts';
import { traitsOfDecision } from './incident-traits.ts';
import { readDetail } from './notice.ts';
import { Serial } from './serial.ts';
import type { ItemRequest } from './lock-keeper.ts';
import { joinedAccounts } from '../store/records/open-campaigns.ts';
import { hasRoomForNote } from '../store/records/timeline.ts';

/** How the timeline begins to say it; pages and lists use the same words. */
const CLOSED_AS = {
  true: 'Closed as abuse',
  'false alarm': 'Closed as a false alarm',
  unclear: 'Closed as unclear',
} as const;

/** Decisions of an incident whose messages are looked at for traits; the newest. */
const LOOKED_AT = 3;

interface ListParts extends EvidenceParts, Omit<EaseParts, 'records'> {
  /** Of the account's checklist; whether it was open. */
  readonly tick: (request: ItemRequest) => Promise<boolean>;
  /** Finds a decision by its reference. */
  readonly explain?: ((reference: string) => Promise<Explanation | undefined>) | undefined;
}

export function incidentsOf(parts: ListParts): Desk['incidents'] {
  const { records, health, now } = parts;
  const at = (): string => new Date(now()).toISOString();
  const learnt = new Set<string>();
  const evidence = new CampaignEvidence(parts);
  const campaigns = new Campaigns(parts);
  const closing = new Serial();
  parts.changes.follow(() => campaigns.changed());
  return {
    list: async (query) => {
      const rows = await health.read(() => records.incidents.list(query));
      const inCampaign = await campaignNames(parts, rows);
      return rows.map((row) => inCampaign(toIncident(row)));
    },
    get: async (id) => {
      const row = await health.read(() => records.incidents.get(id));
      if (row === undefined) return undefined;
      const inCampaign = await campaignNames(parts, [row]);
      if (!isCampaign(row)) return inCampaign(toIncident(row));
      evidence.look(row);
      return { ...toIncident(row), members: await evidence.members(row) };
    },
    close: (request) => closeWith(parts, { evidence, closing }, request),
    open: async (request) => {
      const row = await openOver(parts, request);
      return isCampaign(row) ? described(parts, evidence, row) : toIncident(row);
    },
    step: async (id, by, step) => {
      const row = await health.write(() =>
        records.incidents.change(id, (before) => {
          if (before.state === 'closed') return undefined;
          if (step.kind === 'note' && !hasRoomForNote(before.timeline)) return undefined;
          const { action, text, changes } = stepOf(before, step, by);
          const why = `${id}: ${text}`;
          const audit = { at: at(), by, action, subject: before.account || id, also: id, why };
          const kind = step.kind === 'note' ? ({ kind: 'note' } as const) : {};
          return { entry: { at: at(), by, text, ...kind }, audit, ...changes };
        }),
      );
      if (row === undefined) return undefined;
      return step.kind === 'join' && isCampaign(row)
        ? described(parts, evidence, row)
        : toIncident(row);
    },
    tick: async (id, by, item) => {
      const account = (await health.read(() => records.incidents.get(id)))?.account ?? '';
      if (account === '') return false;
      return parts.tick({ account, by, item });
    },
    similar: (id) => similarTo(parts, evidence, id),
    ease: (news) => ease(parts, news),
    unended: () => unendedOfHouse(parts),
    countOpen: () => health.read(() => records.incidents.countOpen()),
    campaigns: async ({ days }) => {
      if (await learnCampaigns(parts, learnt)) campaigns.changed();
      return campaigns.list(days);
    },
  };
}

type CloseRequest = Parameters<Desk['incidents']['close']>[0];

/** A campaign is closed last: where it is cut short, whoever closes it again closes the rest. */
async function closeWith(
  parts: ListParts,
  { evidence, closing }: { readonly evidence: CampaignEvidence; readonly closing: Serial },
  { id, by, verdict, why, withMembers = false }: CloseRequest,
): ReturnType<Desk['incidents']['close']> {
  const { records, health, now } = parts;
  const row = await health.read(() => records.incidents.get(id));
  if (row?.state !== 'open') return undefined;
  // What it shares with others is kept before the journal forgets it.
  await learn(parts, row);
  if (isCampaign(row)) {
    if (withMembers) await learnMembers(parts, row);
    await evidence.refresh(id);
  }
  const told = { at: new Date(now()).toISOString(), by, verdict, why };
  const wanted = withMembers && isCampaign(row);
  // Of two who close a campaign at once one closes all of it.
  return closing.run(() => closeAll(parts, row, { ...told, withMembers: wanted }));
}

interface Finding extends Omit<CloseRequest, 'id'> {
  readonly at: string;
}

async function closeAll(
  { records, health }: ListParts,
  row: IncidentRow,
  { at, by, verdict, why, withMembers = false }: Finding,
): ReturnType<Desk['incidents']['close']> {
  const { id } = row;
  const members: IncidentRow[] = [];
  const request = { campaign: id, at, by, verdict };
  const text = `${CLOSED_AS[verdict]} with the campaign ${id}: ${why}`;
  for (let isMore = withMembers; isMore;) {
    const closed = await health.read(() => records.incidents.closeMembers({ ...request, text }));
    members.push(...closed);
    isMore = closed.length > 0;
  }
  const count = members.length;
  const incidents = count === 1 ? '1 incident' : `${count} incidents`;
  const beside = count === 0 ? '' : `, with ${incidents} of its accounts`;
  const own = { id, at, by, verdict, text: `${CLOSED_AS[verdict]}${beside}: ${why}` };
  const isClosed = await health.read(() => records.incidents.close(own));
  return isClosed ? { incident: toIncident(row), members: members.map(toIncident) } : undefined;
}

/** Earlier ones that share traits with it (FBK-7). */
async function similarTo(
  parts: ListParts,
  evidence: CampaignEvidence,
  id: string,
): ReturnType<Desk['incidents']['similar']> {
  const { records, health } = parts;
  const row = await health.read(() => records.incidents.get(id));
  if (row === undefined) return [];
  if (row.state === 'open') await learn(parts, row);
  const own = await evidence.ids(row);
  const found = await health.read(() => records.incidents.similar(id, 10, own));
  return found.map(({ incident, shared }) => ({ incident: toIncident(incident), shared }));
}

/** A campaign with what it is of, as far as that is known now. */
async function described(
  parts: ListParts,
  evidence: CampaignEvidence,
  row: IncidentRow,
): Promise<Incident> {
  await learnMembers(parts, row);
  await evidence.refresh(row.id);
  const { records, health } = parts;
  const after = (await health.read(() => records.incidents.get(row.id))) ?? row;
  return { ...toIncident(after), members: await evidence.members(after) };
}

/** The one that is open over these accounts, or a new one. */
function openOver(
  { records, health, now }: ListParts,
  { accounts, summary, by }: Parameters<Desk['incidents']['open']>[0],
): Promise<IncidentRow> {
  const id = newIncidentId(now());
  const names = joinedAccounts(
    [],
    accounts.map((account) => account.toLowerCase()),
  );
  const cause = `${names.length === 1 ? 'person' : 'campaign'}:${id}`;
  const draft = { id, cause, practice: 'FBK-6', summary, detail: '' };
  const request = { draft, accounts: names, at: new Date(now()).toISOString(), by };
  return health.write(() => records.incidents.open(request));
}

async function learn(
  { records, health, explain }: ListParts,
  row: Pick<IncidentRow, 'id' | 'references'>,
): Promise<void> {
  if (explain === undefined) return;
  const traits: string[] = [];
  for (const reference of row.references.slice(-LOOKED_AT)) {
    const found = await explain(reference).catch(() => undefined);
    if (found !== undefined) traits.push(...traitsOfDecision(found));
  }
  if (traits.length === 0) return;
  // A nicety: what is asked for is answered without it, too.
  await health.read(() => records.incidents.addTraits(row.id, traits)).catch(() => undefined);
}

/** Open campaigns looked at for their texts and links each time somebody looks; the newest. */
const CAMPAIGNS_LEARNT = 10;
const NEWEST = 200;

/** What the newest members have in common must be known before it is told. */
async function learnMembers(parts: ListParts, { accounts }: IncidentRow): Promise<void> {
  for (const account of accounts.slice(0, CAMPAIGNS_LEARNT)) {
    const query = { account, state: 'open', limit: 1 } as const;
    const [newest] = await parts.health.read(() => parts.records.incidents.list(query));
    if (newest !== undefined) await learn(parts, newest);
  }
}

/** Whether there was anything new. */
async function learnCampaigns(parts: ListParts, learnt: Set<string>): Promise<boolean> {
  const { records, health } = parts;
  const rows = await health.read(() => records.incidents.list({ state: 'open', limit: NEWEST }));
  const fresh = rows.filter(({ id, cause }) => cause === 'campaign' && !learnt.has(id));
  // Only those still open are worth remembering, and of them the newest.
  if (learnt.size > NEWEST) learnt.clear();
  for (const row of fresh.slice(0, CAMPAIGNS_LEARNT)) {
    learnt.add(row.id);
    await learn(parts, row);
  }
  return fresh.length > 0;
}

type Step = Parameters<Desk['incidents']['step']>[2];

function stepOf(before: IncidentRow, step: Step, by: string) {
  switch (step.kind) {
    case 'note':
      return { action: 'incident.note', text: step.text, changes: {} };
    case 'take':
      return { action: 'incident.take', text: 'Taken.', changes: { owner: by } };
    case 'join': {
      const account = step.account.toLowerCase();
      const accounts = joinedAccounts(before.accounts, [account]);
      return { action: 'incident.join', text: `Joined: ${account}.`, changes: { accounts } };
    }
  }
}

function toIncident(row: IncidentRow): Incident {
  const { detail, alertedAt: _, alertedCount: _count, ...incident } = row;
  const known = detail === '' ? undefined : readDetail(row);
  return {
    ...incident,
    ...(known?.sources === undefined ? {} : { sources: known.sources }),
    ...known?.campaign,
    ...(known === undefined
      ? {}
      : { evidence: { figures: known.picture.figures, reasons: known.reasons, done: known.done } }),
  };
}

/** What names the open campaign of each open incident, which is one matter with those of others. */
async function campaignNames(
  { records, health }: ListParts,
  rows: readonly IncidentRow[],
): Promise<(incident: Incident) => Incident> {
  const isMember = ({ state, account }: Pick<Incident, 'state' | 'account'>): boolean =>
    state === 'open' && account !== '';
  const accounts = [...new Set(rows.filter(isMember).map(({ account }) => account))];
  if (accounts.length === 0) return (incident) => incident;
  const found = await health.read(() => records.incidents.campaignsOf(accounts));
  const byAccount = new Map(found.map(({ account, id }) => [account, id]));
  return (incident) => {
    const campaign = isMember(incident) ? byAccount.get(incident.account) : undefined;
    return campaign === undefined ? incident : { ...incident, campaign };
  };
}
