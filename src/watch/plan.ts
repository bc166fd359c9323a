/** What is watched, as the configuration says it. */

export interface WatchedHost {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly roles: readonly ('mx' | 'submission' | 'outbound')[];
  readonly smtpPort: number;
  readonly submissionPort: number;
}

/** One of both. */
export interface FeedSource {
  readonly file?: string;
  /** A file that holds the address, which has a key in it. */
  readonly urlFile?: string;
}

/** A program that is no package of the distribution; each command prints a version. */
export interface WatchedProgram {
  readonly name: string;
  readonly installed: readonly string[];
  readonly latest: readonly string[];
}

export interface WatchPlan {
  readonly hosts: readonly WatchedHost[];
  readonly domains: readonly string[];
  /** Own networks as CIDR. */
  readonly networks: readonly string[];
  readonly dkimSelectors: readonly string[];
  readonly secondaryMxOk: readonly string[];
  readonly openPorts: readonly {
    readonly port: number;
    readonly protocol: 'tcp' | 'udp';
    readonly owner: string;
    readonly contact: string;
  }[];
  readonly programs: readonly WatchedProgram[];
  readonly policyPage: string | undefined;
  readonly abusePage: string | undefined;
  /** Where to complain, as messages that leave say it in a header; absent where none says it. */
  readonly abuseHeader?: { readonly page?: string; readonly address?: string };
  /** File of a catalogue of DNS lists; `undefined` is the shipped one. */
  readonly listCatalogue: string | undefined;
  readonly skippedLists: readonly string[];
  /** What receivers say of our mail. */
  readonly feeds: {
    readonly snds: readonly FeedSource[];
    readonly google_postmaster: readonly FeedSource[];
  };
  /** Letters that must come back (FBK-4); absent where none are written. */
  readonly proof?: { readonly file: string; readonly withinMs: number };
  readonly relay: {
    readonly sourceAddresses: readonly string[];
    readonly trustedNetworks: readonly string[];
    /** The operator's own, in a domain that is hosted elsewhere. */
    readonly recipient?: string;
  };
  /** What probes say in EHLO; absent for a name that is nobody's. */
  readonly helo?: string;
  /** The one probe that goes past DATA; never without the operator's word. */
  readonly triesSmuggling: boolean;
  readonly dns: {
    readonly servers: readonly string[];
    readonly timeoutMs: number;
    readonly queriesPerSecond: number;
    readonly authorityPort: number;
  };
  readonly smtpTimeoutMs: number;
  readonly parallel: number;
}

export function hostNamed(plan: WatchPlan, name: string): WatchedHost | undefined {
  return plan.hosts.find((host) => host.name === name);
}

/** Names of hosts with a role. */
export function hostsAs(plan: WatchPlan, role: WatchedHost['roles'][number]): readonly string[] {
  return plan.hosts.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
}
