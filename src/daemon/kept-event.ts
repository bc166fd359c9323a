/** What other programs tell of a message is kept as far as what is read from messages: `journal.keep_*`. */
import type { MessageFacts, PrimumEvent } from '../core/event.ts';

export interface Keep {
  readonly text: boolean;
  readonly subject: boolean;
}

/** Signals read only `derived` and the addresses, so verdicts are the same. */
export function keptEvent(event: PrimumEvent, keep: Keep): PrimumEvent {
  if (event.kind !== 'submission' || event.message === undefined) return event;
  return { ...event, message: keptFacts(event.message, keep) };
}

function keptFacts(message: MessageFacts, keep: Keep): MessageFacts {
  const { subject, text, raw, urls, listUnsubscribe, attachments, ...rest } = message;
  return {
    ...rest,
    ...(keep.subject && subject !== undefined && { subject }),
    ...(keep.text && {
      ...(text !== undefined && { text }),
      ...(raw !== undefined && { raw }),
      ...(urls !== undefined && { urls }),
      ...(listUnsubscribe !== undefined && { listUnsubscribe }),
      ...(attachments !== undefined && { attachments }),
    }),
  };
}
