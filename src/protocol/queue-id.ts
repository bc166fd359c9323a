/** Postfix queue identifiers (QSHAPE_README, postconf(5) enable_long_queue_ids). */

/**
 * Letters and digits only, so that nothing else ever reaches a queue tool: neither an option nor a
 * path. Six is above `ALL`, which the tools take for every message; real ones have ten or more.
 */
const FORM = /^[0-9A-Za-z]{6,32}$/;

export function isQueueId(text: string): boolean {
  return FORM.test(text);
}
