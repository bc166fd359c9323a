/** An incident as the API answers it: a campaign has up to a thousand names, and a list a hundred campaigns. */
import type { Incident } from '../../../desk/contract.ts';

/** Names of a campaign's accounts that stand in a list of incidents or of campaigns. */
export const LISTED_ACCOUNTS = 5;

export type IncidentAnswer = Incident & { readonly accountCount: number };

export function wholeIncident(incident: Incident): IncidentAnswer {
  return { ...incident, accountCount: incident.accounts.length };
}

/** One of several. */
export function listedIncident(incident: Incident): IncidentAnswer {
  const whole = wholeIncident(incident);
  return { ...whole, accounts: whole.accounts.slice(0, LISTED_ACCOUNTS) };
}
