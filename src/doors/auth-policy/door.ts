/**
 * The auth policy door: HTTP with the API of weakforced, so that Dovecot's
 * `auth_policy_server_url`, OX App Suite and scripts need no change. The usual request is read on the
 * socket, all others by node:http (docs/decisions/0010-usual-requests.md).
 * docs/protocols/auth-policy.md describes it, with every difference.
 */
import type { Server } from 'node:http';
import type { AccessLists } from '../../core/access-list.ts';
import type { Inspector } from '../../core/report.ts';
import type { Gate } from '../../gate-contract.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { bind } from '../listen.ts';
import { callerOf, createKeyring, createSourceCheck } from './access.ts';
import { createHttpServer } from './answering.ts';
import type { Answering } from './answering.ts';
import type { Command } from './command.ts';
import { createCounters } from './counters.ts';
import type { Counters } from './counters.ts';
import { createKnowledgeCommands } from './knowledge.ts';
import { formatKey, listKind, LONG_KINDS, shortName } from './list-key.ts';
import { createListCommands } from './lists.ts';
import { createLoginCommands } from './logins.ts';
import type { LockLookup } from './logins.ts';
import type { PlainConnection } from './plain-connection.ts';
import { BOUNDS, SOURCE_NETWORKS } from './options.ts';
import type { AuthPolicyOptions, ListChange } from './options.ts';
import { Refusals } from './refusals.ts';
import { createRouter } from './router.ts';
import { createWebhooks } from './webhooks.ts';
import type { Webhooks } from './webhooks.ts';

export interface AuthPolicyDoor {
  /** Where it listens, with the port the system chose. */
  readonly address: string;
  /** Takes no more requests and answers those it has. */
  close(): Promise<void>;
}

export interface AuthPolicyParts {
  readonly gate: Gate;
  readonly lists: AccessLists;
  readonly inspector: Inspector;
  readonly locks: LockLookup;
  readonly telemetry: Telemetry;
}

/** @throws PrimumError PORT_TAKEN, LISTEN_FAILED or CONFIG_INVALID, with the remedy. */
export async function openAuthPolicyDoor(
  options: AuthPolicyOptions,
  parts: AuthPolicyParts,
): Promise<AuthPolicyDoor> {
  const bounds = { ...BOUNDS, ...options.bounds };
  const webhooks = createWebhooks(options.webhooks ?? [], parts.telemetry);
  const counters = createCounters();
  const tell = (change: ListChange): void => tellListChange(webhooks, change, parts.gate.now());
  const answering: Answering = {
    router: createRouter(commandsOf(options, { ...parts, webhooks, counters, tell })),
    keyring: createKeyring(options.credentials),
    anonymous:
      options.credentials.length === 0
        ? callerOf('anonymous', options.anonymousScopes ?? ['allow', 'report'])
        : undefined,
    isAdmitted: createSourceCheck(options.sourceNetworks ?? SOURCE_NETWORKS),
    peers: new WeakMap(),
    plain: new Set(),
    counters,
    telemetry: parts.telemetry,
    onFailure: options.onFailure ?? 'pass',
    bounds,
    room: { bytesMax: bounds.bodyBytesMax, bytesLeft: bounds.bodiesBytesMax },
    inWork: 0,
    closing: false,
  };
  const server = createHttpServer(answering);
  const address = await bind(server, {
    address: options.address,
    setting: 'doors.auth_policy.listen',
    ...(options.unixMode !== undefined && { mode: options.unixMode }),
    ...(options.unixGroup !== undefined && { group: options.unixGroup }),
  });
  const endSubscription = options.listChanges?.(tell);
  parts.telemetry.doorOpen('auth-policy', address);
  return {
    address,
    async close() {
      answering.closing = true;
      endSubscription?.();
      await closeServer(server, answering.plain, bounds.closeGraceMs);
      await webhooks.close(bounds.closeGraceMs);
    },
  };
}

interface WholeParts extends AuthPolicyParts {
  readonly webhooks: Webhooks;
  readonly counters: Counters;
  readonly tell: (change: ListChange) => void;
}

function commandsOf(options: AuthPolicyOptions, parts: WholeParts): readonly Command[] {
  const { gate, tell } = parts;
  const listParts = {
    lists: parts.lists,
    now: () => gate.now(),
    // With a subscription the lists tell of every change, those made here among them.
    changed: options.listChanges ? () => undefined : tell,
  };
  return [
    ...createLoginCommands({
      ...parts,
      onFailure: options.onFailure ?? 'pass',
      denyMessages: options.denyMessages ?? {},
      refusals: new Refusals(),
      contact: options.contact ?? (() => ''),
      ownPassword: options.ownPassword,
    }),
    ...createListCommands(listParts),
    ...createKnowledgeCommands({ ...parts, ...listParts, options }),
  ];
}

function tellListChange(webhooks: Webhooks, { what, entry }: ListChange, nowMs: number): void {
  const short = shortName(entry.list);
  const verb = ({ add: 'add', delete: 'del', expire: 'expire' } as const)[what];
  const event = `${verb}${short}` as const;
  if (!webhooks.wants(event)) return;
  webhooks.send(event, {
    key: formatKey(entry.key),
    [`${short}_type`]: LONG_KINDS[listKind(entry.key)],
    ...(what === 'add' && {
      reason: entry.reason,
      expire_secs: Math.round((entry.expiresAt - nowMs) / 1_000),
    }),
  });
}

function closeServer(
  server: Server,
  plain: ReadonlySet<PlainConnection>,
  graceMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      for (const connection of plain) connection.destroy();
    }, graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    for (const connection of plain) connection.finish();
  });
}
