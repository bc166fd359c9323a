/** The list commands: add, delete, show, for the deny list (`BL`) and the allow list (`WL`). */
import type { AccessLists, ListEntry, ListKey, ListName } from '../../core/access-list.ts';
import { formatJson } from '../../protocol/auth-policy.ts';
import { failure, jsonReply, OK, textReply } from './command.ts';
import type { Call, Command, Reply } from './command.ts';
import {
  formatEntry,
  LIST_KINDS,
  listKind,
  parseListKey,
  parseTerms,
  shortName,
} from './list-key.ts';
import type { ListChange } from './options.ts';

export interface ListParts {
  readonly lists: AccessLists;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of what this door changed. */
  readonly changed: (change: ListChange) => void;
}

export function createListCommands(parts: ListParts): readonly Command[] {
  return (['deny', 'allow'] as const).flatMap((list) => {
    const suffix = shortName(list).toUpperCase();
    return [
      {
        name: `add${suffix}Entry`,
        verb: 'POST',
        scope: 'lists',
        run: (call) => add(parts, list, call),
      },
      {
        name: `del${suffix}Entry`,
        verb: 'POST',
        scope: 'lists',
        run: async ({ body, by }) => {
          const key = parseListKey(body);
          if (!key.ok) return failure(400, key.reason);
          await removeEntry(parts, { list, key: key.value, by });
          return OK;
        },
      },
      {
        name: `get${suffix}`,
        verb: 'GET',
        scope: 'feed',
        run: ({ query }) => show(parts, list, query),
      },
    ] satisfies Command[];
  });
}

async function add(parts: ListParts, list: ListName, { body, by }: Call): Promise<Reply> {
  const key = parseListKey(body);
  if (!key.ok) return failure(400, key.reason);
  const terms = parseTerms(body);
  if (!terms.ok) return failure(400, terms.reason);
  const entry: ListEntry = {
    list,
    key: key.value,
    reason: terms.value.reason,
    expiresAt: parts.now() + terms.value.expireSeconds * 1_000,
    by: `auth-policy:${by}`,
  };
  await parts.lists.add(entry);
  parts.changed({ what: 'add', entry });
  return OK;
}

/** Also what `reset` does. Nothing to remove is no failure. */
export async function removeEntry(
  parts: ListParts,
  what: { readonly list: ListName; readonly key: ListKey; readonly by: string },
): Promise<void> {
  const by = `auth-policy:${what.by}`;
  const removed = await parts.lists.remove(what.list, what.key, by);
  if (!removed) return;
  const entry = { list: what.list, key: what.key, reason: '', expiresAt: parts.now(), by };
  parts.changed({ what: 'delete', entry });
}

/**
 * All entries, or with `format=plain` the addresses and networks, one a line, for firewalls.
 * `minvalid=300` leaves out what ends within 300 seconds.
 */
function show(parts: ListParts, list: ListName, query: URLSearchParams): Reply {
  const format = query.get('format') ?? 'json';
  const minimum = query.get('minvalid') ?? '0';
  if (format !== 'json' && format !== 'plain') {
    return failure(400, 'The parameter format must be json or plain.');
  }
  if (!/^\d{1,9}$/.test(minimum)) {
    return failure(400, 'The parameter minvalid must be a whole number of seconds.');
  }
  const now = parts.now();
  const until = now + Number(minimum) * 1_000;
  const entries = parts.lists.entries(list, now).filter((entry) => entry.expiresAt >= until);
  if (format === 'plain') {
    const lines = entries.filter((entry) => listKind(entry.key) === 'ip');
    return textReply(200, lines.map((entry) => `${entry.key.network ?? ''}\n`).join(''));
  }
  const byKind = LIST_KINDS.flatMap((kind) => entries.filter((e) => listKind(e.key) === kind));
  return jsonReply(200, formatJson({ [`${shortName(list)}_entries`]: byKind.map(formatEntry) }));
}
