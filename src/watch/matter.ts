/**
 * What is one matter to a person, however many findings it has: an address or domain and all the lists
 * it is on, a host or domain and what one check says of it. It is one incident and one alert.
 */
import type { Finding } from './contract.ts';

type Named = Pick<Finding, 'check' | 'practice' | 'target' | 'item'>;

const ON = ' on ';

/** Name of a thing of its own: an address or domain on one list. Neither has a space in it. */
export const itemName = (subject: string, list: string): string => `${subject}${ON}${list}`;

/** What is on the list, and the list. */
export function partsOfItem(item: string): { readonly subject: string; readonly list: string } {
  const at = item.indexOf(ON);
  return at < 0
    ? { subject: item, list: '' }
    : { subject: item.slice(0, at), list: item.slice(at + ON.length) };
}

/** Address, domain or host that the matter is about; one address of two hosts is one matter. */
export const subjectOf = ({ target, item }: Named): string =>
  item === undefined ? target : partsOfItem(item).subject;

/** Begins with what alerts of one check are grouped by (desk/alert-group.ts). */
export const causeOf = (finding: Named): string =>
  ['watch', finding.check, finding.practice, subjectOf(finding)].join(':');

/** Of all that cannot be seen of one practice. */
export const blindCauseOf = (practice: string): string => `watch:blind:${practice}`;
