/** Ticket systems from the configuration; loaded where one is configured. */
import type { Config } from '../config/load.ts';
import type { TicketTarget } from '../desk/ticket-target.ts';
import { PrimumError } from '../errors.ts';
import type { TICKET_SYSTEMS } from '../effects/tickets/registry.ts';
import type { TicketSystem } from '../effects/tickets/contract.ts';
import { mailOptions } from './mail-options.ts';

/** @throws PrimumError CONFIG_INVALID where one is to be mailed and nobody said how. */
export async function ticketTargets(config: Config): Promise<readonly TicketTarget[]> {
  if (config.tickets.length === 0) return [];
  const { TICKET_SYSTEMS: systems } = await import('../effects/tickets/registry.ts');
  return config.tickets.map((entry) => ({
    system: openSystem(config, entry, systems),
    wants: entry.about,
    texts: { title: entry.title, body: entry.body, comment: entry.comment },
  }));
}

function openSystem(
  config: Config,
  entry: Config['tickets'][number],
  systems: typeof TICKET_SYSTEMS,
): TicketSystem {
  const { name, timeout: timeoutMs, zammad, request_tracker: tracker, email, webhook } = entry;
  const common = { name, timeoutMs };
  if (zammad !== undefined) {
    const { token_file: tokenFile, group, customer } = zammad;
    return systems.zammad({ ...common, url: plain(zammad.url), tokenFile, group, customer });
  }
  if (tracker !== undefined) {
    const { token_file: tokenFile, queue } = tracker;
    return systems.request_tracker({ ...common, url: plain(tracker.url), tokenFile, queue });
  }
  if (webhook !== undefined) {
    const { url, secret_file: secretFile, headers } = webhook;
    return systems.webhook({ ...common, url, secretFile, headers });
  }
  const { email: server } = config.alerts;
  if (email === undefined || server === undefined) {
    throw new PrimumError(
      'CONFIG_INVALID',
      `tickets: ${name} is to be mailed, and \`alerts.email\` does not say how. Add it.`,
    );
  }
  return systems.email({ ...mailOptions(server), name, to: [email.to] });
}

function plain(url: string): string {
  return url.replace(/\/+$/, '');
}
