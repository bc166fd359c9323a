/** A batch of events as it is sent: NDJSON, a JSON array, or one JSON object. */
import type { PrimumEvent } from '../../core/event.ts';
import { parsed, unreadable } from '../../core/parsed.ts';
import type { Parsed } from '../../core/parsed.ts';
import { explainIssues } from './endpoint.ts';
import { primumEvent } from './schemas/event.ts';

/** Events in one request: what is judged in about a second, so that mail never waits behind it. */
export const MAX_EVENTS = 10_000;
/** Bytes of one request of events; the usual submission without text has 500. */
export const MAX_EVENTS_BYTES = 16 * 1024 * 1024;

/**
 * Reads all events or none: the reason names the first that is not right. A last line without an
 * end is read like any other, for HTTP says where a body ends.
 */
export function parseEvents(body: unknown): Parsed<readonly PrimumEvent[]> {
  const values =
    typeof body === 'string' ? parseLines(body) : parsed(Array.isArray(body) ? body : [body]);
  if (!values.ok) return values;
  const given: readonly unknown[] = values.value;
  if (given.length > MAX_EVENTS) {
    return unreadable(
      `Send at most ${MAX_EVENTS} events in one request; these are ${given.length}.`,
    );
  }
  const events: PrimumEvent[] = [];
  for (const [index, value] of given.entries()) {
    const event = primumEvent.safeParse(value, { reportInput: true });
    if (!event.success) {
      return unreadable(
        `Event ${index + 1} is not right: ${explainIssues(event.error)}. Nothing was taken; mend it and send all again.`,
      );
    }
    events.push(event.data);
  }
  return parsed(events);
}

function parseLines(body: string): Parsed<readonly unknown[]> {
  const values: unknown[] = [];
  let line = 0;
  for (const text of body.split('\n')) {
    line++;
    if (text.trim() === '') continue;
    if (values.length > MAX_EVENTS) break;
    try {
      values.push(JSON.parse(text));
    } catch {
      return unreadable(`Line ${line} is not JSON. Nothing was taken; mend it and send all again.`);
    }
  }
  return parsed(values);
}
