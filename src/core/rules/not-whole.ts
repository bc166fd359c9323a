/**
 * A message of which a part could not be looked at (CON-2, ACC-3). Where a rule on what may be in that
 * part is in force, it acts as if it were there: else more of anything than is looked at would be a way
 * round the rule. Where none is, the signal `malformed` counts it.
 */
import {
  ATTACHMENTS_UNSEEN,
  LINKS_UNSEEN,
  NOT_READ_NOW,
  SENDERS_UNSEEN,
} from '../message/hiding.ts';
import type { SenderAction } from '../policy.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';
import { isJudgedBySender } from './senders.ts';

/** Mildest first. */
const SEVERITY: readonly SenderAction[] = ['off', 'observe', 'hold', 'reject'];

interface Part {
  readonly what: 'attachments' | 'links' | 'senders';
  readonly practice: string;
  readonly action: SenderAction;
  readonly notes: readonly string[];
}

const WORDS: Readonly<Record<string, string>> = {
  'body-cut': 'it is too large to be read to its end',
  'boundary-missing': 'it does not say what separates its parts',
  'boundary-never-found': 'its parts are not where it says',
  'boundary-too-long': 'a boundary between its parts is too long',
  'charset-not-read': 'a text in it is in a character set that is not known',
  'content-field-cut': 'a header field that says how to read it is too long or too far down',
  'delimiter-not-clear': 'a line that may begin another part is not written as it must be',
  'encoded-multipart': 'its parts are written in a transfer encoding, which they may not be',
  'encoding-not-clear': 'the transfer encoding of a part is not clear',
  'file-outside-parts': 'a file is written before or behind its parts',
  'html-too-deep': 'its HTML is nested too deeply',
  'html-too-long': 'its HTML is too long',
  'links-not-looked-up': 'it links to more hosts than are looked up',
  'message-compressed': 'all of it is compressed, which no mail program does',
  'message-external': 'a part of it is to be fetched from elsewhere',
  'message-not-decoded': 'the transfer encoding of a message in it is broken or not clear',
  'message-partial': 'it is one piece of a message that was cut in several',
  'message-start-unusual': 'a message encoded in it begins as no usual one does',
  'sender-field-cut': 'a header field that names its sender is too long or too far down',
  'structure-not-clear': 'it says twice, and differently, how its parts are separated',
  'text-too-long': 'its text is too long',
  'too-deep': 'its parts are nested too deeply',
  'too-many-attachments': 'it has too many kinds of attachment',
  'too-many-links': 'it has too many links',
  'too-many-parts': 'it has too many parts',
  'too-many-senders': 'it names too many senders',
  'unknown-encoding': 'the transfer encoding of a part is not known',
  unreadable: 'it could not be read',
  'wrapped-message': 'a message stands in a file inside another file',
  'wrapper-not-clear': 'what a part is wrapped in is broken or not clear',
  'wrapped-too-often': 'a link leads through too many redirectors',
};

export function notWhole(looked: Looked): Finding | undefined {
  const notes = looked.content.derived.malformed ?? [];
  if (notes.length === 0) return undefined;
  const parts = partsOf(looked).filter(({ action }) => isOn(action));
  const later = notNow(parts, notes);
  if (later !== undefined) return later;
  let worst: { readonly part: Part; readonly note: string } | undefined;
  for (const part of parts) {
    const note = part.notes.find((one) => notes.includes(one));
    if (note === undefined) continue;
    if (worst === undefined || isMilder(worst.part.action, part.action)) worst = { part, note };
  }
  if (worst === undefined || !isOn(worst.part.action)) return undefined;
  const { part, note } = worst;
  const why = WORDS[note] ?? note;
  return {
    rule: 'not-whole',
    practice: part.practice,
    action: part.action as Finding['action'],
    text: `The message could not be looked at whole: ${why}, so the rule on ${part.what} cannot be sure of it.`,
    detail: why,
  };
}

const isMilder = (one: SenderAction, other: SenderAction): boolean =>
  SEVERITY.indexOf(one) < SEVERITY.indexOf(other);

const NOT_NOW: Readonly<Record<(typeof NOT_READ_NOW)[number], string>> = {
  'reader-busy': 'too many large ones came at once',
  'reader-failed': 'what read it broke off',
  'reader-late': 'reading it took too long',
};

/**
 * Our own trouble: the same message is looked at when it comes again. One that always makes it comes
 * back to its sender when whoever brings it gives up.
 */
function notNow(parts: readonly Part[], notes: readonly string[]): Finding | undefined {
  const note = NOT_READ_NOW.find((one) => notes.includes(one));
  if (note === undefined) return undefined;
  const part = parts.find(({ what, action }) => what !== 'senders' && action !== 'observe');
  if (part === undefined) return undefined;
  return {
    rule: 'not-read-now',
    practice: part.practice,
    action: 'throttle',
    notLookedAt: true,
    text: `The message could not be read now, as ${NOT_NOW[note]}, so the rule on ${part.what} cannot be sure of it. Sent again, it is looked at again.`,
  };
}

function partsOf({ subject, rules }: Looked): readonly Part[] {
  const parts: Part[] = [
    {
      what: 'attachments',
      practice: 'CON-2',
      action: rules.attachments.action,
      notes: ATTACHMENTS_UNSEEN,
    },
    { what: 'links', practice: 'CON-2', action: rules.listedHosts, notes: LINKS_UNSEEN },
  ];
  if (!isJudgedBySender(subject)) return parts;
  const { foreignSender, otherSender } = subject.rules;
  return [
    ...parts,
    { what: 'senders', practice: 'ACC-3', action: foreignSender, notes: SENDERS_UNSEEN },
    {
      what: 'senders',
      practice: 'ACC-2',
      action: subject.facts.source === 'directory' ? otherSender : 'off',
      notes: SENDERS_UNSEEN,
    },
  ];
}
