/** What an incident may share with another (FBK-7): where from, with what, about what. */
import { derivedOfMessage } from '../core/message/derived-of.ts';
import type { SubmissionEvent } from '../core/event.ts';
import type { Explanation } from '../core/report.ts';
import { SHARED_PLACE_CAUSE } from '../core/rules/shared-place.ts';
import { TELLING_TRAITS } from '../store/records/clusters.ts';
import type { AlertIntent } from './notice.ts';

/** Characters of one trait. */
const MAX_TRAIT = 200;
/** Hosts of links taken of one message. */
const MAX_HOSTS = 10;

/** From the decision itself, when the incident opens. */
export function traitsOfAlert({ picture, source, reasons, cause }: AlertIntent): readonly string[] {
  const { clientAddress, asnName } = picture;
  const place = cause.startsWith(SHARED_PLACE_CAUSE) ? cause.slice(SHARED_PLACE_CAUSE.length) : '';
  return named([
    ['address', clientAddress],
    ['source', source ?? place],
    ['network', asnName],
    ['cause', cause],
    ...reasons.map(({ signal }) => ['signal', signal] as const),
  ]);
}

/** From the message behind a decision, while the journal has it. */
export function traitsOfDecision({ event }: Explanation): readonly string[] {
  return event?.kind === 'submission' ? traitsOfMessage(event) : [];
}

export function traitsOfMessage({ clientAddress, message }: SubmissionEvent): readonly string[] {
  const derived = derivedOfMessage(message);
  const subject = message?.subject;
  return named([
    ['address', clientAddress],
    ['client', derived?.clientFamily ?? ''],
    ['headers', derived?.headerShape ?? ''],
    ['text', derived?.fingerprint ?? ''],
    ['subject', subject === undefined ? '' : shapeOf(subject)],
    ...(derived?.urlHosts ?? []).slice(0, MAX_HOSTS).map((host) => ['link', host] as const),
  ]);
}

/** Whether two that share it are hardly ever both innocent. */
export function isTelling(trait: string): boolean {
  return rankOf(trait) >= 0;
}

/** The less, the more it tells: a text is hardly ever the same by chance, an address may be of many. */
export function rankOf(trait: string): number {
  return TELLING_TRAITS.findIndex((name) => trait.startsWith(`${name}:`));
}

/** Equal for subjects that differ in numbers and case only. */
function shapeOf(subject: string): string {
  return subject.toLowerCase().replaceAll(/\d+/g, '9').replaceAll(/\s+/g, ' ').trim();
}

function named(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const given = pairs.filter(([, value]) => value !== '');
  return [...new Set(given.map(([name, value]) => `${name}:${value}`.slice(0, MAX_TRAIT)))];
}
