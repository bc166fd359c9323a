/** Ports that mail comes in by: those of master.cf, and those of our own doors. */
import { isIP } from 'node:net';
import type { WatchedHost } from './plan.ts';
import type { MasterService } from './postconf.ts';

/** Names of services as IANA has them; `smtps` is the old one (RFC 8314 section 7.3). */
const PORTS: ReadonlyMap<string, number> = new Map([
  ...([['smtp', 25] as const, ['submission', 587]] as const),
  ...([['submissions', 465] as const, ['smtps', 465], ['urd', 465]] as const),
  ...([['qmqp', 628] as const, ['qmtp', 209]] as const),
]);

export interface MailPort {
  readonly port: number;
  /** What has it: `submission of Postfix`, `the lmtp door of Primum`. */
  readonly says: string;
}

/** An address of a door as the configuration has it: `0.0.0.0:10040`. */
export interface Door {
  readonly name: string;
  readonly address: string;
}

/** `host:port` in two parts; without a host Postfix takes inet_interfaces (master(5)). */
function placeOf(name: string): { readonly host: string | undefined; readonly service: string } {
  const colon = name.lastIndexOf(':');
  if (colon < 0) return { host: undefined, service: name };
  return { host: name.slice(0, colon).replaceAll(/[[\]]/g, ''), service: name.slice(colon + 1) };
}

function portOf(service: string): number | undefined {
  const port = /^\d{1,5}$/.test(service) ? Number(service) : PORTS.get(service);
  return port !== undefined && port > 0 && port <= 65_535 ? port : undefined;
}

/** Only programs of this machine come in by it. */
const isLoopback = (host: string): boolean =>
  /^(?:127\.|::1$|localhost$|loopback-only$)/i.test(host);

export interface Inet extends MasterService {
  /** The one address that it is bound to. */
  readonly host?: string;
  /** Absent for a name that is not one of mail. */
  readonly port?: number;
}

const EVERYWHERE: readonly (string | undefined)[] = ['0.0.0.0', '::', 'all', '*', ''];

export function inetServices(services: readonly MasterService[]): readonly Inet[] {
  return services.flatMap((service) => {
    if (service.type !== 'inet') return [];
    const { host, service: name } = placeOf(service.name);
    const port = portOf(name);
    return [
      {
        ...service,
        ...(host === undefined || EVERYWHERE.includes(host) ? {} : { host }),
        ...(port === undefined ? {} : { port }),
      },
    ];
  });
}

/** Those that others can reach. */
export function reachedServices(
  services: readonly Inet[],
  interfaces: readonly string[],
): readonly Inet[] {
  const isInside = interfaces.length > 0 && interfaces.every(isLoopback);
  return services.filter(({ host }) => !(host === undefined ? isInside : isLoopback(host)));
}

const isSmtpd = ({ command }: Inet): boolean => command === 'smtpd' || command === 'postscreen';

/** Each port once, in their order. */
export function mailPorts(services: readonly Inet[], doors: readonly Door[]): readonly MailPort[] {
  const all = [
    ...services.flatMap(({ port, name }) =>
      port === undefined ? [] : [{ port, says: `${name} in master.cf` }],
    ),
    ...doors.flatMap(({ name, address }) => {
      const { host = '', service } = placeOf(address);
      const port = portOf(service);
      const isInside = address.startsWith('unix:') || isLoopback(host);
      return port === undefined || isInside ? [] : [{ port, says: `doors.${name} of Primum` }];
    }),
  ];
  const first = all.filter(({ port }, at) => all.findIndex((one) => one.port === port) === at);
  return first.toSorted((a, b) => a.port - b.port);
}

export interface HostByServices extends Partial<
  Pick<WatchedHost, 'roles' | 'smtpPort' | 'submissionPort'>
> {
  /** Where mail of others comes in, if at single addresses only: names of services in master.cf. */
  readonly comesInAt?: readonly string[];
  /** Nobody else reaches those. */
  readonly isInside?: boolean;
  /** Those addresses that others reach. */
  readonly boundTo?: readonly string[];
}

/** What a host is by its services; absent where nothing is known of them. @param all Inside ones, too. */
export function hostByServices(services: readonly Inet[], all: readonly Inet[]): HostByServices {
  const reached = services.filter(isSmtpd);
  const bound = all.filter(isSmtpd);
  // One that is bound to loopback alone is meant to be asked there.
  const isInside = reached.length === 0 && bound.every(({ host }) => host !== undefined);
  const smtpds = isInside ? bound : reached;
  if (smtpds.length === 0) return {};
  const inbound = inboundOf(smtpds);
  const smtpPort = inbound[0]?.port;
  // The checks of customers' ports begin with STARTTLS.
  const submissions = smtpds.flatMap(({ port, own }) =>
    port !== undefined && port !== 25 && isForCustomers(port, own) ? [port] : [],
  );
  const [submissionPort] = submissions.toSorted((a, b) => Number(b === 587) - Number(a === 587));
  return {
    roles: [
      ...(smtpPort !== undefined ? (['mx'] as const) : []),
      ...(submissionPort === undefined ? [] : (['submission'] as const)),
      'outbound',
    ],
    ...(smtpPort === undefined ? {} : { smtpPort }),
    ...(submissionPort === undefined ? {} : { submissionPort }),
    ...(inbound.every(({ host }) => host !== undefined)
      ? { comesInAt: inbound.map(({ name }) => name), isInside, boundTo: boundTo(inbound) }
      : {}),
  };
}

/** Port 25, else the only other one that is not for customers. */
function inboundOf(smtpds: readonly Inet[]): readonly Inet[] {
  const usual = smtpds.filter(({ port }) => port === 25);
  if (usual.length > 0) return usual;
  const others = smtpds.filter(
    ({ port, own }) => port !== undefined && !isOfTls(port, own) && !isForCustomers(port, own),
  );
  return new Set(others.map(({ port }) => port)).size === 1 ? others : [];
}

const boundTo = (services: readonly Inet[]): readonly string[] =>
  services.flatMap(({ host = '' }) => (isIP(host) > 0 && !isLoopback(host) ? [host] : []));

const isOfTls = (port: number, own: MasterService['own']): boolean =>
  own.get('smtpd_tls_wrappermode') === 'yes' || port === 465;

const isForCustomers = (port: number, own: MasterService['own']): boolean =>
  !isOfTls(port, own) && (port === 587 || own.get('smtpd_sasl_auth_enable') === 'yes');
