/**
 * What clamd says of one stream (clamd(8), INSTREAM with the prefix `z`): `stream: OK`,
 * `stream: NAME FOUND` or `… ERROR`, ended by NUL, and then it closes the connection.
 */
import type { Outcome } from '../engine.ts';
import { failed, plainText } from '../engine.ts';

/** Names of signatures are far shorter. */
export const MAX_REPLY_BYTES = 4_096;

/** @param reply Without the NUL. @param isEnded Whether the whole message was sent before. */
export function parseClamdReply(reply: string, isEnded: boolean): Outcome {
  const error = /^(.*?)\.? ERROR$/.exec(reply)?.[1];
  if (error !== undefined) {
    const said = plainText(error);
    const isTooLarge = /size limit/i.test(said);
    const remedy = isTooLarge
      ? ' Make StreamMaxLength of clamd.conf at least as large as scanners.clamd.max_size.'
      : '';
    const outcome = failed('message', said, `it could not scan a message: ${said}.${remedy}`);
    return { ...outcome, ...(isTooLarge && { isTooLarge }) };
  }
  const name = /^stream: (.+) FOUND$/.exec(reply)?.[1];
  if (!isEnded) return incoherent('it answered before the message ended');
  if (reply === 'stream: OK') return { kind: 'answered', answer: { result: 'clean' } };
  if (name === undefined) return incoherent('its answer is not one of clamd');
  return { kind: 'answered', answer: { result: 'infected', name: plainText(name) } };
}

export function incoherent(text: string): Outcome {
  return failed(
    'scanner',
    'incoherent answer',
    `${text}. Check what listens on scanners.clamd.address.`,
  );
}
