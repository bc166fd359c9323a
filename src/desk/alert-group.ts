/**
 * Which alerts leave in one message. Those of one cause do; and what one check of the own house finds
 * on many hosts, addresses or domains is one event to a person, though each is an incident of its own.
 */

/** Begins the cause of what a check of the own house found: `watch:CHECK:PRACTICE:TARGET`. */
export const WATCH_CAUSE = 'watch:';

export function alertGroup(cause: string): string {
  return cause.startsWith(WATCH_CAUSE) ? cause.split(':', 3).join(':') : cause;
}
