/**
 * What a message seems to be before anybody reads it: only to share the room of the spool out. What is
 * built like a report is read as one and gone; a letter that only has its words is a letter.
 */

/** `report`: a whole DSN or ARF; `perhaps`: from the null sender, or it calls itself a report. */
export type Look = 'report' | 'perhaps' | 'letter';

/** RFC 5322 fields are at most 998 bytes a line; a boundary at most 70 (RFC 2046 section 5.1.1). */
const BOUNDARY = /^content-type:\s*multipart\/[^\n]{0,900}?boundary="?([^"\s;]{1,70})/im;
const CALLS_ITSELF = /^content-type:\s*multipart\/report/im;
/** RFC 3464 sections 2.1 and 2.3.2, RFC 6533 section 6; RFC 5965 section 3.1. XARF is for people. */
const KINDS = [
  {
    part: /^content-type:\s*message\/(?:global-)?delivery-status/im,
    says: /^final-recipient:[^\n]*@/im,
  },
  {
    part: /^content-type:\s*message\/feedback-report/im,
    says: /^feedback-type:\s*(?!xarf)\w/im,
  },
];
/** Of parts that are looked at: the report is the second one. */
const MAX_PARTS = 8;

/** @param start of the message: what a report says stands there */
export function lookOf(sender: string, start: readonly Buffer[]): Look {
  const text = Buffer.concat(start).toString('latin1').replaceAll('\r\n', '\n');
  const [header, body] = halves(text);
  const boundary = BOUNDARY.exec(header)?.[1];
  if (boundary !== undefined && hasReport(body, boundary)) return 'report';
  return sender === '' || CALLS_ITSELF.test(header) ? 'perhaps' : 'letter';
}

function hasReport(body: string, boundary: string): boolean {
  const parts = `\n${body}`.split(`\n--${boundary}`, MAX_PARTS + 1).slice(1);
  return parts.some((part) => {
    const [header, content] = halves(part);
    return KINDS.some((kind) => kind.part.test(header) && kind.says.test(content));
  });
}

/** Header with its lines unfolded, and what comes after. */
function halves(text: string): readonly [string, string] {
  const end = text.indexOf('\n\n');
  const header = end < 0 ? text : text.slice(0, end);
  return [header.replace(/\n[ \t]+/g, ' '), end < 0 ? '' : text.slice(end + 2)];
}
