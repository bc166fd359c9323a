/** What an incident knows of one source of abuse, for a report to whoever answers for that network. */
import type { LoginEvent, SubmissionEvent } from '../../../core/event.ts';
import { recipientCount } from '../../../core/event.ts';
import type { Incident } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { ProblemError } from '../problem.ts';

type AbuseEvent = SubmissionEvent | LoginEvent;

export interface AbuseSource {
  readonly clientAddress: string;
  /** Oldest first. */
  readonly events: readonly AbuseEvent[];
}

export interface AbuseFacts extends AbuseSource {
  readonly incident: Incident;
  readonly kind: 'messages' | 'logins';
  /** Recipients of its messages. */
  readonly recipients: number;
  /** Header block of a message that is still held. */
  readonly headers: string | undefined;
  readonly otherSources: readonly { readonly clientAddress: string; readonly decisions: number }[];
}

/** Held messages looked through for one of the source. */
const MAX_HELD = 100;
const MAX_INCIDENTS = 500;

/** @throws ProblemError when there is nothing that can be reported. */
export async function gatherAbuse(
  parts: ApiParts,
  name: string,
  wanted: string | undefined,
): Promise<AbuseFacts> {
  const incident = await incidentOf(parts, name);
  const sources = await sourcesOf(parts, incident);
  const source =
    wanted === undefined
      ? sources[0]
      : sources.find(({ clientAddress }) => clientAddress === wanted);
  if (source === undefined) throw noSource(incident, sources, wanted);
  const last = source.events.at(-1);
  const submissions = source.events.filter((event) => event.kind === 'submission');
  return {
    ...source,
    incident,
    kind: last?.kind === 'login' ? 'logins' : 'messages',
    recipients: submissions.reduce((sum, event) => sum + recipientCount(event), 0),
    headers: await heldHeaders(parts, incident, submissions),
    otherSources: sources
      .filter((other) => other !== source)
      .map(({ clientAddress, events }) => ({ clientAddress, decisions: events.length })),
  };
}

/** By its id, else by the reference of one of its decisions. */
async function incidentOf({ desk, inspector }: ApiParts, name: string): Promise<Incident> {
  const known = await desk.incidents.get(name);
  if (known !== undefined) return known;
  const reference = name.toUpperCase();
  const explanation = await inspector.explain(reference);
  const account = explanation?.verdict.account ?? '';
  const all = account === '' ? [] : await desk.incidents.list({ account, limit: MAX_INCIDENTS });
  const found = all.find(({ references }) => references.includes(reference));
  if (found !== undefined) return found;
  throw new ProblemError(404, `There is no incident ${name}, and none with that reference.`);
}

/** Who its decisions were about, the one with most of them first. */
async function sourcesOf(
  { inspector }: ApiParts,
  { references }: Incident,
): Promise<readonly AbuseSource[]> {
  const events: AbuseEvent[] = [];
  for (const reference of references) {
    const event = (await inspector.explain(reference))?.event;
    const isAbuse = event?.kind === 'submission' || event?.kind === 'login';
    if (isAbuse && event.clientAddress !== '') events.push(event);
  }
  events.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return [...Map.groupBy(events, ({ clientAddress }) => clientAddress)]
    .map(([clientAddress, own]) => ({ clientAddress, events: own }))
    .sort((a, b) => b.events.length - a.events.length);
}

function noSource(
  { id }: Incident,
  sources: readonly AbuseSource[],
  wanted: string | undefined,
): ProblemError {
  if (wanted === undefined) {
    return new ProblemError(
      409,
      `The journal has no decision of the incident ${id} with a client address any more (journal.retention), so there is nothing to report.`,
    );
  }
  const names = sources.map(({ clientAddress }) => clientAddress).join(', ');
  return new ProblemError(
    404,
    `${wanted} is no source of the incident ${id}. ${names === '' ? 'It knows none.' : `It knows ${names}.`}`,
  );
}

/** Of the newest message of the source that is still in a queue; its agent must answer. */
async function heldHeaders(
  { desk }: ApiParts,
  { account }: Incident,
  submissions: readonly SubmissionEvent[],
): Promise<string | undefined> {
  if (account === '' || submissions.length === 0) return undefined;
  const ids = new Set(submissions.map(({ id }) => id));
  const held = await desk.holds.list({ isOpen: true, account, limit: MAX_HELD });
  const hold = held.find(({ submission }) => ids.has(submission));
  const shown = hold === undefined ? undefined : await desk.holds.show(hold);
  return shown?.message?.headers;
}
