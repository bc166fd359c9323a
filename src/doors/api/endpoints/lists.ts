/** The operator's allow and deny entries for logins. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { listEntryInput, listParams, listRemovalInput } from '../schemas/input.ts';
import { DONE, done, listEntries, listEntry } from '../schemas/output.ts';

export function listEndpoints({ desk, now = Date.now }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/lists/:list',
      tag: 'lists',
      summary: 'The entries of a list that still hold.',
      params: listParams,
      response: listEntries,
      handle: ({ params }) => Promise.resolve({ entries: desk.lists.entries(params.list, now()) }),
    }),
    endpoint({
      method: 'POST',
      path: '/lists/:list',
      tag: 'lists',
      summary: 'Adds an entry for a time; one with the same key is replaced.',
      params: listParams,
      body: listEntryInput,
      response: listEntry,
      async handle({ params: { list }, body }) {
        const { key, reason, by, ttlSeconds } = body;
        const entry = { list, key, reason, by, expiresAt: now() + ttlSeconds * 1000 };
        await desk.lists.add(entry);
        return entry;
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/lists/:list',
      tag: 'lists',
      summary: 'Removes the entry with this key.',
      params: listParams,
      body: listRemovalInput,
      response: done,
      async handle({ params: { list }, body: { key, by } }) {
        if (await desk.lists.remove(list, key, by)) return DONE;
        throw new ProblemError(404, `The ${list} list has no entry with this key.`);
      },
    }),
  ];
}
