/** A message that an event of a file has as a whole, or names. */
import { readFileSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { PrimumEvent } from '../core/event.ts';
import { parsed, unreadable, type Parsed } from '../core/parsed.ts';
import { MAX_MESSAGE_CHARS } from '../core/read-event.ts';
import { readWholeMessage } from '../message/read-whole.ts';

/**
 * A message that comes as a whole is read as on the way through. What the event says itself stands,
 * and where it has what is derived, nothing is read.
 */
export function withMessage(event: PrimumEvent, folder: string): Parsed<PrimumEvent> {
  if (event.kind !== 'submission' || event.message === undefined) return parsed(event);
  const { raw, rawPath, ...said } = event.message;
  if (said.derived !== undefined || (raw ?? rawPath) === undefined) return parsed(event);
  const bytes = raw === undefined ? readRaw(rawPath ?? '', folder) : parsed(Buffer.from(raw));
  if (!bytes.ok) return bytes;
  const { facts, sizeBytes } = readWholeMessage(bytes.value);
  return parsed({ sizeBytes, ...event, message: { ...facts, ...said } });
}

/** A file beside the events or below: an event must not name files elsewhere. */
function readRaw(rawPath: string, folder: string): Parsed<Uint8Array> {
  const file = resolve(folder, rawPath);
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    return unreadable(`The message file ${rawPath} is not below the folder of the events.`);
  }
  try {
    if (statSync(file).size > MAX_MESSAGE_CHARS) {
      return unreadable(`The message file ${rawPath} is larger than ${MAX_MESSAGE_CHARS} bytes.`);
    }
    return parsed(readFileSync(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unreadable(`The message file ${rawPath} cannot be read: ${why}`);
  }
}
