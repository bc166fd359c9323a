/** Addresses of a watched host: those of the configuration, else those of its name. */
import { whyFailed } from './checks/observe.ts';
import type { Dns } from './dns.ts';
import type { WatchedHost } from './plan.ts';

export type HostAddresses =
  /** `gap`: why there may be more of them. */
  | { readonly ok: true; readonly addresses: readonly string[]; readonly gap?: string }
  /** `isKnown`: that there are none is what DNS says. */
  | { readonly ok: false; readonly isKnown: boolean; readonly why: string };

export async function addressesOfHost(host: WatchedHost, dns: Dns): Promise<HostAddresses> {
  if (host.addresses.length > 0) return { ok: true, addresses: host.addresses };
  const [v4, v6] = await Promise.all([dns.ask(host.name, 'A'), dns.ask(host.name, 'AAAA')]);
  const addresses = [v4, v6].flatMap((answer) => (answer.kind === 'found' ? answer.records : []));
  const why = whyFailed(v4, v6);
  if (addresses.length > 0)
    return { ok: true, addresses, ...(why === undefined ? {} : { gap: why }) };
  return { ok: false, isKnown: why === undefined, why: why ?? 'the name has none' };
}
