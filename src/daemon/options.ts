/** From the configuration to the options of each part. The parts do not know the file. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { secretOf, type Config } from '../config/load.ts';
import type { AuthPolicyOptions } from '../doors/auth-policy/options.ts';
import type { ListenOptions } from '../doors/listen.ts';
import type { PolicyDoorOptions } from '../doors/policy/options.ts';
import { createCommandConnector } from '../effects/command-connector.ts';
import type { AccountConnector, AlertChannel } from '../effects/contract.ts';
import { createDoveadmCommand, createDoveadmHttp } from '../effects/doveadm.ts';
import { createHttpConnector } from '../effects/http-connector.ts';
import { createMailChannel } from '../effects/mail.ts';
import { createWebhook } from '../effects/webhook.ts';
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
): PolicyDoorOptions {
  const door = config.doors.policy;
  return {
    listen: listenOptions(door.listen, 'doors.policy.listen', door),
    mta: mtaName(config),
    policy,
    onFailure: door.on_failure,
    deferAs: door.defer_as,
    maxConnections: door.max_connections,
    maxRequestBytes: door.max_request,
    idleTimeoutSeconds: door.idle_timeout / 1000,
    requestTimeoutSeconds: door.request_timeout / 1000,
    transactionIdleSeconds: door.transaction_idle / 1000,
    maxTransactions: door.max_transactions,
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

/** Who is told: e-mail first, then webhooks. */
export function alertChannels(config: Config): AlertChannel[] {
  const { email, webhooks } = config.alerts;
  const channels: AlertChannel[] = webhooks.map((hook) =>
    createWebhook({
      name: hook.name,
      url: hook.url,
      secretFile: hook.secret_file,
      headers: hook.headers,
      timeoutMs: hook.timeout,
    }),
  );
  if (email === undefined) return channels;
  const { host, port, tls, user, password_file } = email;
  const smtp = {
    host,
    port,
    tls,
    ...(user === undefined ? {} : { user }),
    ...(password_file === undefined ? {} : { passwordFile: password_file }),
  };
  const mail = createMailChannel({
    name: 'email',
    from: email.from,
    to: email.to,
    via: email.sendmail === undefined ? { smtp } : { sendmail: email.sendmail },
    timeoutMs: email.timeout,
  });
  return [mail, ...channels];
}

/** Systems that hear of locks: the operator's own, and whatever ends live sessions. */
export function accountConnectors(config: Config): AccountConnector[] {
  const { connectors, end_sessions } = config.accounts;
  const own = connectors.map(({ name, on, command, http, timeout }): AccountConnector => {
    if (command !== undefined) {
      return createCommandConnector({ name, on, argv: command, timeoutMs: timeout });
    }
    if (http === undefined) throw new Error(`The connector ${name} has nothing to call.`);
    return createHttpConnector({
      name,
      on,
      method: http.method,
      url: http.url,
      headers: http.headers,
      timeoutMs: timeout,
      ...(http.body === undefined ? {} : { body: http.body }),
      ...(http.secret_file === undefined ? {} : { secretFile: http.secret_file }),
    });
  });
  const { command, doveadm_http, timeout } = end_sessions;
  if (command !== undefined)
    own.push(createDoveadmCommand({ name: 'doveadm', argv: command, timeoutMs: timeout }));
  if (doveadm_http !== undefined) {
    own.push(
      createDoveadmHttp({
        name: 'doveadm',
        url: doveadm_http.url,
        authentication: doveadm_http.authentication,
        secretFile: doveadm_http.secret_file,
        timeoutMs: timeout,
      }),
    );
  }
  return own;
}

/** The version of this package. */
export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
