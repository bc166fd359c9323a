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
  'boundary-too-long': 'a boundary between its parts is too long',
  'charset-not-read': 'a text in it is in a character set that is not known',
  'content-field-cut': 'a header field that says how to read it is too long or too far down',
  'encoded-message': 'a message in it is written in a transfer encoding, which none may be',
  'html-too-deep': 'its HTML is nested too deeply',
  'html-too-long': 'its HTML is too long',
  'links-not-looked-up': 'it links to more hosts than are looked up',
  'reader-failed': 'it could not be read',
  'reader-late': 'reading it took too long',
  'sender-field-cut': 'a header field that names its sender is too long or too far down',
  'text-too-long': 'its text is too long',
  'too-deep': 'its parts are nested too deeply',
  'too-many-attachments': 'it has too many kinds of attachment',
  'too-many-links': 'it has too many links',
  'too-many-parts': 'it has too many parts',
  'too-many-senders': 'it names too many senders',
  unreadable: 'it could not be read',
  'wrapped-too-often': 'a link leads through too many redirectors',
};

export function notWhole(looked: Looked): Finding | undefined {
  const notes = looked.content.derived.malformed ?? [];
  if (notes.length === 0) return undefined;
  const parts = partsOf(looked).filter(({ action }) => isOn(action));
  const busy = busyFinding(parts, notes);
  if (busy !== undefined) return busy;
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

/** Our own threads were full: the same message is read when it comes again. */
function busyFinding(parts: readonly Part[], notes: readonly string[]): Finding | undefined {
  if (!notes.includes(NOT_READ_NOW)) return undefined;
  const part = parts.find(({ what, action }) => what !== 'senders' && action !== 'observe');
  if (part === undefined) return undefined;
  return {
    rule: 'not-read-now',
    practice: part.practice,
    action: 'throttle',
    text: `The message could not be read now, as too many large ones came at once; the rule on ${part.what} waits until it can be.`,
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
