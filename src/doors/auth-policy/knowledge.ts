/** `reset`, `getDBStats`, `ping`, `stats`, health and the commands of weakforced's replication. */
import type { AccessLists, ListEntry, ListKey } from '../../core/access-list.ts';
import type { Inspector } from '../../core/report.ts';
import { formatJson, formatTime } from '../../protocol/auth-policy.ts';
import type { JsonObject, Read } from '../../protocol/auth-policy.ts';
import { failure, jsonReply, OK, textReply } from './command.ts';
import type { Call, Command, Reply } from './command.ts';
import type { Counters } from './counters.ts';
import { formatKey, listKind, LONG_KINDS, parseListKey } from './list-key.ts';
import { removeEntry } from './lists.ts';
import type { ListParts } from './lists.ts';
import type { AuthPolicyOptions } from './options.ts';
import type { Webhooks } from './webhooks.ts';

export interface KnowledgeParts extends ListParts {
  readonly lists: AccessLists;
  readonly inspector: Inspector;
  readonly counters: Counters;
  readonly webhooks: Webhooks;
  readonly options: AuthPolicyOptions;
}

export function createKnowledgeCommands(parts: KnowledgeParts): readonly Command[] {
  const { ready, metrics, metricsNeedPassword = true } = parts.options;
  const startedMs = performance.now();
  return [
    { name: 'reset', verb: 'POST', scope: 'reset', run: (call) => reset(parts, call) },
    { name: 'getDBStats', verb: 'POST', scope: 'stats', run: (call) => figures(parts, call) },
    {
      name: 'ping',
      verb: 'GET',
      scope: 'known',
      run: () => (ready() ? OK : jsonReply(200, '{"status":"warmup"}')),
    },
    { name: 'stats', verb: 'GET', scope: 'stats', run: () => stats(parts.counters, startedMs) },
    { name: 'livez', verb: 'GET', scope: 'open', run: () => textReply(200, '') },
    { name: 'readyz', verb: 'GET', scope: 'open', run: () => textReply(ready() ? 200 : 503, '') },
    {
      name: 'metrics',
      verb: 'GET',
      scope: metricsNeedPassword ? 'metrics' : 'open',
      run: async () => ({
        ...textReply(200, await metrics()),
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
      }),
    },
    ...REPLICATION,
  ];
}

const NOT_NEEDED = 'Not needed here: Primum has no siblings, nothing was changed.';

/**
 * Set-up scripts that name siblings go on (200). A node of weakforced that asks for our counters
 * must hear a failure: after a 200 it waits in warm-up for a `syncDone` that never comes.
 */
const REPLICATION: readonly Command[] = [
  ...(['addSibling', 'removeSibling', 'setSiblings', 'syncDone'] as const).map((name): Command => ({
    name,
    verb: name === 'syncDone' ? 'GET' : 'POST',
    scope: 'known',
    run: () => jsonReply(200, formatJson({ status: 'ok', reason: NOT_NEEDED })),
  })),
  ...(['syncDBs', 'dumpEntries'] as const).map((name): Command => ({
    name,
    verb: 'POST',
    scope: 'known',
    run: () =>
      failure(501, 'Not offered here: Primum does not send its counters to other programs.'),
  })),
];

/** The key of a reset or query; a network cannot be asked about. */
function parseSubject(body: JsonObject): Read<ListKey> {
  const { ip, login, ja3 } = body;
  if ([ip, login, ja3].every((field) => field === undefined || field === null)) {
    return { ok: false, reason: 'No ip, login or ja3 field supplied' };
  }
  return parseListKey({ ip, login, ja3 });
}

/** Forgets failed logins of the source or login and takes its deny entry away. */
async function reset(parts: KnowledgeParts, { body, by }: Call): Promise<Reply> {
  const subject = parseSubject(body);
  if (!subject.ok) return failure(400, subject.reason);
  const key = subject.value;
  await removeEntry(parts, { list: 'deny', key, by });
  const query = inspected(key);
  if (query) await parts.inspector.reset(query);
  if (parts.webhooks.wants('reset')) {
    const { network: ip, login, ja3 } = key;
    parts.webhooks.send('reset', { ip, login, ja3, reset_type: LONG_KINDS[listKind(key)] });
  }
  return OK;
}

/** `undefined` for a TLS fingerprint: nothing is counted by it. */
function inspected(key: ListKey): { clientAddress?: string; login?: string } | undefined {
  if (key.ja3 !== undefined) return undefined;
  return {
    ...(key.network !== undefined && { clientAddress: key.network }),
    ...(key.login !== undefined && { login: key.login }),
  };
}

async function figures(parts: KnowledgeParts, { body }: Call): Promise<Reply> {
  const subject = parseSubject(body);
  if (!subject.ok) return failure(400, subject.reason);
  const key = subject.value;
  const query = inspected(key);
  const listed = {
    clientAddress: key.network ?? '',
    login: key.login ?? '',
    ...(key.ja3 !== undefined && { ja3: key.ja3 }),
  };
  const now = parts.now();
  const kind = listKind(key);
  return jsonReply(
    200,
    formatJson({
      [LONG_KINDS[kind]]: kind === 'ip' ? key.network : formatKey(key),
      stats: query ? await parts.inspector.counts(query) : {},
      ...listState('bl', 'blacklisted', parts.lists.match('deny', listed, now)),
      ...listState('wl', 'whitelisted', parts.lists.match('allow', listed, now)),
    }),
  );
}

function listState(short: string, long: string, entry: ListEntry | undefined): JsonObject {
  if (!entry) return { [long]: false };
  return {
    [long]: true,
    [`${short}_reason`]: entry.reason,
    [`${short}_expire`]: formatTime(entry.expiresAt),
  };
}

function stats(counters: Counters, startedMs: number): Reply {
  const now = performance.now();
  const cpu = process.cpuUsage();
  return jsonReply(
    200,
    formatJson({
      reports: counters.reports,
      allows: counters.allows,
      denieds: counters.denieds,
      uptime: Math.floor((now - startedMs) / 1_000),
      'user-msec': Math.floor(cpu.user / 1_000),
      'sys-msec': Math.floor(cpu.system / 1_000),
      perfstats: counters.times(now),
      commandstats: counters.commands(now),
      customstats: {},
    }),
  );
}
