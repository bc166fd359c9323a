/** What is sent at the end of a message: changes of the header, the hold, and the last word. */
import { ACTION, STEP } from '../../protocol/milter.ts';
import { may, type Agreement } from '../../protocol/milter-negotiation.ts';
import {
  ACCEPT,
  formatChange,
  formatQuarantine,
  formatReply,
  formatSender,
  type HeaderChange,
} from '../../protocol/milter-replies.ts';
import type { TraceHeader } from '../../trace/contract.ts';
import type { Answer } from './answer.ts';
import type { HoldBy } from './options.ts';

export interface Ending {
  readonly answer: Answer;
  readonly agreement: Agreement;
  readonly holdBy: HoldBy;
  /** Fields from outside that only we write: how many of each name. */
  readonly foreign: ReadonlyMap<string, number>;
  readonly changes: readonly HeaderChange[];
  readonly traces: readonly TraceHeader[];
  /** The envelope sender with which a forward goes on. */
  readonly sender?: string | undefined;
}

// Below the Received field of our own MTA, so that the trace of the way stays on top.
const TRACE_INDEX = 1;
const HOLD_HEADER = 'X-Primum-Hold';

/** Held messages are marked too: they leave later without passing here again. */
export function endingOf(ending: Ending): string {
  const { answer, agreement, holdBy, foreign, changes, traces, sender } = ending;
  if (answer.kind === 'refuse') return formatReply(answer.reply);
  const withSpace = (agreement.steps & STEP.headerLeadingSpace) !== 0;
  let said = '';
  // Mending names fields as they came, so it goes before anything is removed or added.
  for (const change of changes) {
    if (may(agreement, actionOf(change))) said += formatChange(change, withSpace);
  }
  if (may(agreement, ACTION.changeHeaders)) said += removals(foreign);
  if (may(agreement, ACTION.addHeaders)) {
    // Each goes to the same place, so the last one is put in first.
    for (const { name, value } of traces.toReversed()) {
      said += formatChange({ kind: 'insert', name, value, index: TRACE_INDEX }, withSpace);
    }
  }
  if (sender !== undefined && may(agreement, ACTION.changeSender)) said += formatSender(sender);
  if (answer.kind === 'hold') said += holdBy === 'header' ? mark(withSpace) : quarantine(answer);
  return said + ACCEPT;
}

/** Postfix asks no further milter after a quarantine. */
const quarantine = ({ reason }: { readonly reason: string }): string => formatQuarantine(reason);

/** For `milter_header_checks`, by which Postfix holds the message and goes on asking milters. */
function mark(withSpace: boolean): string {
  const header = { kind: 'insert' as const, name: HOLD_HEADER, value: 'yes', index: TRACE_INDEX };
  return formatChange(header, withSpace);
}

/** Whether the MTA lets us put a message on hold in this way. */
export function allowsHold(agreement: Agreement, holdBy: HoldBy): boolean {
  return may(agreement, holdBy === 'header' ? ACTION.addHeaders : ACTION.quarantine);
}

/** From the last to the first, so that the places of the others stay what they are. */
function removals(foreign: ReadonlyMap<string, number>): string {
  let said = '';
  for (const [name, count] of foreign) {
    for (let index = count; index >= 1; index -= 1) {
      said += formatChange({ kind: 'remove', name, index }, false);
    }
  }
  return said;
}

function actionOf({ kind }: HeaderChange): number {
  return kind === 'insert' || kind === 'append' ? ACTION.addHeaders : ACTION.changeHeaders;
}
