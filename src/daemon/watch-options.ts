/** From the configuration to what is watched. */
import type { Config } from '../config/load.ts';
import { proofFile } from './proof-file.ts';
import type { FeedSource, WatchPlan } from '../watch/plan.ts';

function feedSource(feed: Config['watch']['feeds']['snds'][number]): FeedSource {
  const { file, url_file: urlFile } = feed;
  return { ...(file !== undefined && { file }), ...(urlFile !== undefined && { urlFile }) };
}

/** One that is named twice is one, the first (`primum check` says so). */
function namedOnce<T extends { readonly name: string }>(hosts: readonly T[]): readonly T[] {
  const first = new Map(hosts.toReversed().map((host) => [host.name, host]));
  return hosts.filter((host) => first.get(host.name) === host);
}

/** The milter writes it, where it sees messages. */
function abuseHeader({ trace, doors }: Config): Pick<WatchPlan, 'abuseHeader'> {
  const { enabled, abuse_url: page, abuse_address: address } = trace;
  const isWritten = enabled && doors.milter.listen.length > 0;
  if (!isWritten || (page === undefined && address === undefined)) return {};
  return {
    abuseHeader: {
      ...(page !== undefined && { page }),
      ...(address !== undefined && { address }),
    },
  };
}

export function watchPlan(config: Config): WatchPlan {
  const { watch, policy } = config;
  return {
    hosts: namedOnce(watch.hosts).map((host) => ({
      name: host.name,
      addresses: host.addresses,
      roles: host.roles,
      smtpPort: host.smtp_port,
      submissionPort: host.submission_port,
    })),
    domains: [...new Set([...watch.domains, ...policy.domains])],
    networks: watch.networks,
    dkimSelectors: watch.dkim_selectors,
    secondaryMxOk: watch.secondary_mx_ok,
    openPorts: watch.open_ports,
    programs: watch.programs,
    policyPage: watch.pages.policy,
    abusePage: watch.pages.abuse,
    ...abuseHeader(config),
    listCatalogue: watch.listings.catalogue,
    skippedLists: watch.listings.skip,
    feeds: {
      snds: watch.feeds.snds.map(feedSource),
      google_postmaster: watch.feeds.google_postmaster.map(feedSource),
    },
    ...(watch.proof.letters && {
      proof: { file: proofFile(config), withinMs: watch.proof.within },
    }),
    relay: {
      sourceAddresses: watch.relay.source_addresses,
      trustedNetworks: watch.relay.trusted_networks,
      ...(watch.relay.recipient !== undefined && { recipient: watch.relay.recipient }),
    },
    ...(watch.helo !== undefined && { helo: watch.helo }),
    triesSmuggling: watch.smuggling,
    dns: {
      servers: watch.dns.servers,
      timeoutMs: watch.dns.timeout,
      queriesPerSecond: watch.dns.queries_per_second,
      authorityPort: watch.dns.authority_port,
    },
    smtpTimeoutMs: watch.smtp_timeout,
    parallel: watch.parallel,
  };
}

/** The silence of a finding, where there is one that day. */
export function silenceOf(
  config: Config,
  finding: { readonly practice: string; readonly target: string; readonly item?: string },
  now: number,
): { readonly until: string; readonly why: string } | undefined {
  const day = new Date(now).toISOString().slice(0, 10);
  return config.watch.silences.find(
    ({ practice, target, until }) =>
      practice === finding.practice &&
      (target === undefined || target === finding.target || target === finding.item) &&
      until >= day,
  );
}
