/** From the configuration to the options of each part. The parts do not know the file. */
import { hostname } from 'node:os';
import { secretOf, type Config } from '../config/load.ts';
import type { AuthPolicyOptions } from '../doors/auth-policy/options.ts';
import type { ListenOptions } from '../doors/listen.ts';
import type { LmtpDoorOptions } from '../doors/lmtp/options.ts';
import type { MilterDoorOptions } from '../doors/milter/options.ts';
import type { Policy } from '../core/policy.ts';
import type { OpenTransactions } from '../doors/open-transactions.ts';
import type { PolicyDoorOptions } from '../doors/policy/options.ts';
import type { SocketmapDoorOptions } from '../doors/socketmap/options.ts';
import type { NetworkOptions } from '../network/open-networks.ts';

export function mtaName(config: Config): string {
  return config.mta_name ?? hostname();
}

type Listen = Config['doors']['policy']['listen'];

function listenOptions(
  listen: Listen,
  setting: string,
  socket?: { readonly socket_mode: number; readonly socket_group?: string | undefined },
): ListenOptions[] {
  return listen.map((address) => ({
    address,
    setting,
    ...(socket && { mode: socket.socket_mode }),
    ...(socket?.socket_group === undefined ? {} : { group: socket.socket_group }),
  }));
}

export function policyDoorOptions(
  config: Config,
  policy: PolicyDoorOptions['policy'],
  watched: OpenTransactions,
): PolicyDoorOptions {
  const door = config.doors.policy;
  return {
    listen: listenOptions(door.listen, 'doors.policy.listen', door),
    mta: mtaName(config),
    policy,
    onFailure: door.on_failure,
    deferAs: door.defer_as,
    watched,
    maxConnections: door.max_connections,
    maxRequestBytes: door.max_request,
    idleTimeoutSeconds: door.idle_timeout / 1000,
    requestTimeoutSeconds: door.request_timeout / 1000,
    transactionIdleSeconds: door.transaction_idle / 1000,
    maxTransactions: door.max_transactions,
  };
}

type MilterParts = Pick<
  MilterDoorOptions,
  | 'inspector'
  | 'virusInspector'
  | 'trace'
  | 'mend'
  | 'isPerson'
  | 'ownNotices'
  | 'transactions'
  | 'forwards'
>;

export function milterDoorOptions(
  config: Config,
  policyNow: () => Policy,
  parts: MilterParts,
): MilterDoorOptions {
  const door = config.doors.milter;
  return {
    ...parts,
    listen: listenOptions(door.listen, 'doors.milter.listen', door),
    mta: mtaName(config),
    policy: () => {
      const { contact, inbound, connections } = policyNow();
      const { noReverseName, forwardMismatch, homeConnection, impossibleHelo, virus } = inbound;
      const actions = [noReverseName, forwardMismatch, homeConnection, impossibleHelo, virus];
      return {
        inboundDaemons: door.inbound_daemons.map((name) => name.toLowerCase()),
        inbound: {
          isAsked: [...actions, connections.action].some((action) => action !== 'off'),
          scansViruses: virus !== 'off',
        },
        contact,
      };
    },
    onFailure: door.on_failure,
    deferAs: door.defer_as,
    holdBy: door.hold_by,
    maxConnections: door.max_connections,
    maxPacketBytes: door.max_packet,
    maxBodyBytes: door.max_body,
    idleTimeoutSeconds: door.idle_timeout / 1000,
    packetTimeoutSeconds: door.packet_timeout / 1000,
    inspectTimeoutSeconds: door.inspect_timeout / 1000,
    progressSeconds: door.progress / 1000,
  };
}

export function socketmapDoorOptions(
  config: Config,
  maps: SocketmapDoorOptions['maps'],
): SocketmapDoorOptions {
  const door = config.doors.socketmap;
  return {
    listen: listenOptions(door.listen, 'doors.socketmap.listen', door),
    maps,
    onFailure: door.on_failure,
    maxConnections: door.max_connections,
    maxRequestBytes: door.max_request,
    idleTimeoutSeconds: door.idle_timeout / 1000,
    requestTimeoutSeconds: door.request_timeout / 1000,
  };
}

export function lmtpDoorOptions(
  config: Config,
  intake: LmtpDoorOptions['intake'],
): LmtpDoorOptions {
  const door = config.doors.lmtp;
  return {
    listen: listenOptions(door.listen, 'doors.lmtp.listen', door),
    hostName: mtaName(config),
    intake,
    maxMessageBytes: door.max_message,
    maxConnections: door.max_connections,
    idleTimeoutSeconds: door.idle_timeout / 1000,
    messageTimeoutSeconds: door.message_timeout / 1000,
  };
}

export function apiListen(config: Config): ListenOptions[] {
  return listenOptions(config.doors.api.listen, 'doors.api.listen');
}

/** One set of options for each address of the door. */
export function authPolicyOptions(
  config: Config,
  parts: Pick<AuthPolicyOptions, 'ready' | 'metrics'>,
): AuthPolicyOptions[] {
  const door = config.doors.auth_policy;
  return door.listen.map((address) => ({
    ...parts,
    address,
    unixMode: door.socket_mode,
    ...(door.socket_group === undefined ? {} : { unixGroup: door.socket_group }),
    credentials: door.credentials.map(({ name, password_file, scopes }) => ({
      name,
      scopes,
      secret: secretOf(config, password_file) ?? '',
    })),
    sourceNetworks: door.acl,
    onFailure: door.on_failure,
    metricsNeedPassword: door.metrics_need_password,
    webhooks: door.webhooks.map((hook) => {
      const secret = secretOf(config, hook.secret_file);
      return {
        name: hook.name,
        url: hook.url,
        events: hook.events,
        allowFilter: hook.allow_filter,
        withPasswordHash: hook.with_password_hash,
        ...(secret === undefined ? {} : { secret }),
      };
    }),
    bounds: {
      bodyBytesMax: door.max_body,
      requestTimeoutMs: door.request_timeout,
      keepAliveMs: door.idle_timeout,
      connectionsMax: door.max_connections,
    },
  }));
}

export function networkOptions(
  config: Config,
  cacheFolder: string | undefined,
  onWarning: (message: string) => void,
): NetworkOptions {
  const { country_mmdb, asn_mmdb, own_networks, classes } = config.network;
  return {
    countryMmdb: country_mmdb,
    asnMmdb: asn_mmdb,
    ownNetworks: own_networks,
    classes,
    cacheFolder,
    onWarning,
  };
}
