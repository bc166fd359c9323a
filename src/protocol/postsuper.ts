/** What `postsuper` says it did (postsuper(1)); its exit code is 0 even when it did nothing. */

export type QueueChange = 'placed on hold' | 'released from hold' | 'removed';

/** The queue ids it named with this change. */
export function parsePostsuper(text: string, change: QueueChange): ReadonlySet<string> {
  const done = new Set<string>();
  for (const line of text.split('\n')) {
    const match = /^postsuper: ([0-9A-Za-z]+): (.+)$/.exec(line.trim());
    if (match?.[1] !== undefined && match[2] === change) done.add(match[1]);
  }
  return done;
}
