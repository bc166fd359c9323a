/**
 * The API as functions: what the command line uses, and other programs may. Every call rejects
 * with a PrimumError whose message is a sentence for people.
 */
import type { PrimumEvent } from '../core/event.ts';
import type { AgentResult, AgentTask, LoggedEvent } from '../agent/contract.ts';
import type { Explanation } from '../core/report.ts';
import type {
  AccountView,
  AlertOutcomes,
  AuditList,
  ContainedMail,
  EventsTaken,
  HoldList,
  HealthView,
  HoldView,
  Invitation,
  IncidentList,
  IncidentView,
  LimitList,
  ListEntries,
  AbuseReportView,
  ForwardList,
  ForwardMade,
  ForwardOffView,
  Foresight,
  ForwardsOn,
  ListEntryView,
  LockList,
  LockView,
  PracticesView,
  MadeLock,
  BulkToolList,
  ProposalList,
  RelayList,
  RungPageView,
  SuppressionView,
  SwitchesMade,
  SwitchListView,
  ReloadOutcome,
  TraceKeyView,
  TraceView,
  ShownView,
  TokenList,
  TokenMade,
  Unlocked,
  UserList,
} from '../doors/api/schemas/types.ts';
import type { ListKey, ListName } from '../core/access-list.ts';
import { call } from './request.ts';
import type { Call, Target } from './request.ts';

export type {
  AbuseReportView,
  AccountView,
  ForwardList,
  ForwardOffView,
  HealthView,
  HoldView,
  IncidentView,
  LimitList,
  ListEntryView,
  LockView,
  MadeLock,
  RungPageView,
  SuppressionView,
  SwitchListView,
  ShownView,
  Target,
  TraceKeyView,
  TraceView,
  UserList,
};

export interface SwitchTurn {
  readonly kind: 'everything' | 'practice' | 'group' | 'class';
  readonly name: string;
  readonly mode: 'observe' | 'enforce' | 'file';
  /** The group is meant so, though nobody is known to be in it. */
  readonly isUnseen?: boolean;
}

export interface Decision {
  readonly by: string;
  readonly why: string;
}

interface Finding extends Decision {
  readonly verdict: 'true' | 'false alarm' | 'unclear';
  /** Of a campaign: false leaves the incidents of its accounts open. */
  readonly members?: boolean;
}

/** Daemons before this one tell less. */
interface Closed {
  readonly done: true;
  readonly locked?: readonly string[];
  readonly members?: number;
}

export interface Page {
  readonly limit?: number;
  readonly before?: string | number;
}

const FORWARDS_A_PAGE = 500;

function switchCalls({ get, send }: Ways) {
  return {
    switches: () => get<SwitchListView>('/switches'),
    /** @param mode `file`: the configuration counts again. */
    turnSwitch: (turn: Decision & SwitchTurn) => send<SwitchesMade>('POST', '/switches', turn),
    foresight: (days: number) => get<Foresight>(`/foresight${search({ days })}`),
    practices: () => get<PracticesView>('/practices'),
  };
}

export type Client = ReturnType<typeof openClient>;

/** Nothing is sent before the first call, and nothing stays open after one. */
export function openClient(target: Target) {
  const ask = <T>(what: Call): Promise<T> =>
    // The daemon of the same version answers by the schemas these types come from.
    call(target, { ...what, path: `/api/v1${what.path}` }) as Promise<T>;
  const get = <T>(path: string) => ask<T>({ method: 'GET', path });
  const send = <T>(method: string, path: string, body: object) =>
    ask<T>({ method, path, body: JSON.stringify(body) });
  return {
    account: (account: string) => get<AccountView>(`/accounts/${part(account)}`),
    limits: (account: string) => get<LimitList>(`/accounts/${part(account)}/limits`),
    resetLimits: (account: string, decision: Decision) =>
      send<LimitList>('POST', `/accounts/${part(account)}/limits/reset`, decision),
    explain: (reference: string) => get<Explanation>(`/explain/${part(reference)}`),
    /** A token, or the source of a message: who sent it. At most 512 KiB. */
    trace: (text: string) => send<TraceView>('POST', '/trace', { text }),
    rotateTraceKey: (request: { readonly by: string; readonly drop?: string }) =>
      send<TraceKeyView>('POST', '/trace/rotate', request),
    ...forwardCalls({ ask, get, send }),
    ...suppressionCalls({ ask, get, send }),
    ...switchCalls({ ask, get, send }),
    rungs: (page: { readonly limit?: number; readonly after?: string } = {}) =>
      get<RungPageView>(`/rungs${search(page)}`),
    health: () => get<HealthView>('/health'),
    relays: () => get<RelayList>('/relays'),
    bulkTools: () => get<BulkToolList>('/bulk-tools'),
    senderProposals: () => get<ProposalList>('/sender-proposals'),

    locks: () => get<LockList>('/locks'),
    lock: (account: string, request: Decision & { readonly unlockOn?: LockView['unlockOn'] }) =>
      send<MadeLock>('PUT', `/locks/${part(account)}`, request),
    unlock: (
      account: string,
      decision: Decision & { readonly mail?: 'release' | 'keep' | 'return' },
    ) => send<Unlocked>('DELETE', `/locks/${part(account)}`, decision),
    containedMail: (account: string) => get<ContainedMail>(`/locks/${part(account)}/mail`),

    ...heldMail({ ask, get, send }),

    incidents: (
      query: Page & { readonly state?: IncidentView['state']; readonly account?: string } = {},
    ) => get<IncidentList>(`/incidents${search(query)}`),
    incident: (id: string) => get<IncidentView>(`/incidents/${part(id)}`),
    report: (
      name: string,
      query: { readonly form: 'arf' | 'xarf'; readonly source?: string; readonly to?: string },
    ) => get<AbuseReportView>(`/incidents/${part(name)}/report${search(query)}`),
    closeIncident: (id: string, finding: Finding) =>
      send<Closed>('POST', `/incidents/${part(id)}/close`, finding),
    audit: (query: Page & { readonly subject?: string } = {}) =>
      get<AuditList>(`/audit${search(query)}`),
    testAlerts: (by: string) => send<AlertOutcomes>('POST', '/alerts/test', { by }),

    listEntries: (list: ListName) => get<ListEntries>(`/lists/${list}`),
    addListEntry: (
      list: ListName,
      entry: {
        readonly key: ListKey;
        readonly reason: string;
        readonly by: string;
        readonly ttlSeconds: number;
      },
    ) => send<ListEntryView>('POST', `/lists/${list}`, entry),
    removeListEntry: (list: ListName, entry: { readonly key: ListKey; readonly by: string }) =>
      send<{ readonly done: true }>('DELETE', `/lists/${list}`, entry),

    /** At most 10,000 events and 16 MiB in one call. */
    sendEvents: (events: readonly PrimumEvent[]) =>
      ask<EventsTaken>({
        method: 'POST',
        path: '/events',
        body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
        contentType: 'application/x-ndjson',
      }),
    ...userCalls({ ask, get, send }),
    reload: (by: string) => send<ReloadOutcome>('POST', '/reload', { by }),
  };
}

interface Ways {
  readonly ask: <T>(what: Call) => Promise<T>;
  readonly get: <T>(path: string) => Promise<T>;
  readonly send: <T>(method: string, path: string, body: object) => Promise<T>;
}

function userCalls({ get, send }: Ways) {
  return {
    users: () => get<UserList>('/users'),
    inviteUser: (request: {
      readonly name: string;
      readonly role?: UserList['users'][number]['role'];
      readonly isLast?: boolean;
      readonly by: string;
    }) => send<Invitation>('POST', '/users', request),
    removeUser: (name: string, by: string) =>
      send<{ readonly done: true }>('DELETE', `/users/${part(name)}`, { by }),
    tokens: () => get<TokenList>('/tokens'),
    addToken: (request: {
      readonly name: string;
      readonly role: TokenList['tokens'][number]['role'];
      readonly scopes: readonly string[];
      readonly by: string;
    }) => send<TokenMade>('POST', '/tokens', request),
    revokeToken: (id: string, by: string) =>
      send<{ readonly done: true }>('DELETE', `/tokens/${part(id)}`, { by }),
  };
}

/** Forwards that are off, and the keys of their senders. */
function suppressionCalls({ get, send }: Ways) {
  return {
    suppression: (query: { readonly recipient: string; readonly account?: string }) =>
      get<SuppressionView>(`/suppression${search(query)}`),
    endSuppression: (request: Decision & { readonly recipient: string }) =>
      send<{ readonly done: true }>('DELETE', '/suppression', request),
  };
}

function forwardCalls({ get, send }: Ways) {
  return {
    forwards: (query: { readonly account?: string; readonly after?: string } = {}) =>
      get<ForwardList>(`/forwards${search({ ...query, limit: FORWARDS_A_PAGE })}`),
    forwardOff: (request: Decision & { readonly account: string; readonly to?: string }) =>
      send<ForwardMade>('POST', '/forwards/off', request),
    forwardOn: (request: Decision & { readonly account: string; readonly to?: string }) =>
      send<ForwardsOn>('POST', '/forwards/on', request),
    rotateForwardKey: (request: { readonly by: string; readonly drop?: string }) =>
      send<TraceKeyView>('POST', '/forwards/rotate', request),
  };
}

/** Held messages, for people and for the agents that work on the queues. */
function heldMail({ ask, get, send }: Ways) {
  return {
    holds: (
      query: Page & {
        readonly state?: 'open' | 'closed' | 'waiting';
        readonly account?: string;
      } = {},
    ) => get<HoldList>(`/holds${search(query)}`),
    hold: (name: string) => get<HoldView>(`/holds/${part(name)}`),
    heldMessage: (name: string) => get<ShownView>(`/holds/${part(name)}/message`),
    decideHold: (name: string, choice: 'release' | 'return' | 'delete', decision: Decision) =>
      send<HoldView>('POST', `/holds/${part(name)}/${choice}`, decision),

    /** With an agent's token only. */
    agentTasks: async (waitSeconds: number, signal?: AbortSignal) => {
      const { tasks } = await ask<{ readonly tasks: readonly AgentTask[] }>({
        method: 'GET',
        path: `/agent/tasks${search({ waitSeconds })}`,
        ...(signal === undefined ? {} : { signal }),
      });
      return tasks;
    },
    agentResults: (results: readonly AgentResult[]) =>
      send<{ readonly done: true }>('POST', '/agent/results', { results }),
    /** With an agent's token only; at most 500 events in one call. */
    agentEvents: (events: readonly LoggedEvent[]) =>
      send<{ readonly done: true }>('POST', '/agent/events', { events }),
  };
}

function part(text: string): string {
  return encodeURIComponent(text);
}

function search(query: object): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parts.append(name, String(value));
  }
  return parts.size === 0 ? '' : `?${parts.toString()}`;
}
