/**
 * Fields that say who writes and how the body is read. They are kept beyond the bound on fields: behind a
 * thousand others they would otherwise hide an attachment (CON-2) or a sender (ACC-3).
 */
const DECISIVE: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'reply-to',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-base',
  'content-location',
]);
/** Of one header beyond its bound. Who writes more of them is told by the note that there are too many. */
const MOST = 32;
const LONGEST_NAME = 25;

function isDecisive(name: string): boolean {
  return name.length <= LONGEST_NAME && DECISIVE.has(name.toLowerCase());
}

/** What is to be noted where a field, or its end, is passed over; `undefined`: nothing hangs on it. */
export function cutNote(name: string): 'content-field-cut' | 'sender-field-cut' | undefined {
  if (!isDecisive(name)) return undefined;
  return /^content-/i.test(name) ? 'content-field-cut' : 'sender-field-cut';
}

export class DecisiveFields {
  #kept = 0;

  /** Whether a field beyond the bound is kept all the same. */
  takes(name: string): boolean {
    if (!isDecisive(name)) return false;
    this.#kept += 1;
    return this.#kept <= MOST;
  }
}
