/** What is told of the own house, in words: alerts, and what an incident's time line says. */
import type { Intent } from '../core/intent.ts';
import type { Finding } from '../watch/contract.ts';
import type { Blind } from '../watch/history.ts';
import { blindCauseOf, causeOf, matterOf, partsOfItem, subjectOf } from '../watch/matter.ts';

/** Lists that are named. */
const MAX_LISTS = 10;
/** Lines of what is seen in an alert, before those of who stood out. */
const MAX_SEEN = 5;
/** Of what cannot be seen, named in an alert; the scorecard has all. */
const MAX_BLIND_NAMED = 10;

export const firstLine = ({ evidence }: Finding): string => evidence[0] ?? '';

export function noteOfEnd(finding: Finding): string {
  const says = finding.state === 'pass' ? 'is well again' : 'is no matter any more';
  const { item, target, practice, check } = finding;
  const what =
    item === undefined ? `${target} ${says} as to ${matterOf(check)}` : `${item} ${says}`;
  return `${what} (${practice}): ${firstLine(finding)}`;
}

/** The address or domain, with the host that has it. */
function nameOf(finding: Finding): string {
  const subject = subjectOf(finding);
  return subject === finding.target ? subject : `${subject} (${finding.target})`;
}

export function summaryOf(
  finding: Finding,
  bad: readonly Finding[],
  seen: readonly string[],
): string {
  const lists = [...new Set(bad.flatMap(({ item }) => (item === undefined ? [] : [listOf(item)])))];
  if (lists.length > 0) {
    const named = lists.slice(0, MAX_LISTS).join(', ');
    const more = lists.length > MAX_LISTS ? ` and ${lists.length - MAX_LISTS} more` : '';
    const many = lists.length === 1 ? 'the list' : `${lists.length} lists:`;
    return `${nameOf(finding)} is on ${many} ${named}${more}.`;
  }
  const says = finding.state === 'fail' ? 'fails' : 'needs a look';
  return `${finding.target}: ${finding.practice} ${says}. ${seen[0] ?? firstLine(finding)}`;
}

const listOf = (item: string): string => partsOfItem(item).list;

export const overOf = (finding: Finding): string =>
  finding.item === undefined
    ? `${finding.target}: ${finding.practice} is well again as to ${matterOf(finding.check)}. ${firstLine(finding)}`
    : `${nameOf(finding)} is on no list any more.`;

/** What to do: of one thing its own steps; those of several lists are too long for an alert. */
function adviceOf(finding: Finding, bad: readonly Finding[]): string {
  if (bad.length <= 1) return (bad[0] ?? finding).advice ?? '';
  return `Find and stop what caused it first. The steps to get off each list: primum audit --only ${finding.practice}`;
}

export interface Told {
  readonly id: string;
  readonly at: string;
  readonly seen: readonly string[];
  readonly note: string;
  readonly before?: readonly string[];
}

export function alertOf(
  finding: Finding,
  bad: readonly Finding[],
  { id, at, seen, note, before = [] }: Told,
): Intent {
  const { check, practice } = finding;
  const isMany = bad.length > 1;
  const texts = isMany ? bad.map(firstLine) : seen;
  const more = texts.length - MAX_SEEN;
  const shown = [...texts.slice(0, MAX_SEEN), ...(more > 0 ? [`And ${more} more.`] : [])];
  return {
    kind: 'alert',
    cause: causeOf(finding),
    ...{ account: '', practice, reference: id, at, enforced: false, note },
    summary: summaryOf(finding, bad, seen),
    reasons: [...shown, ...before].map((text) => ({ signal: check, weight: 0, text })),
    done: adviceOf(finding, bad),
    picture: NO_PICTURE,
  };
}

export function blindAlert(
  practice: string,
  group: readonly Blind[],
  { id, at }: { readonly id: string; readonly at: string },
): Intent {
  const texts = group.slice(0, MAX_BLIND_NAMED).map(({ finding, was, lookedAt }) => {
    const last = `last seen at ${lookedAt.slice(0, 16).replace('T', ' ')} UTC: ${was}`;
    return `${finding.target} (${last}): ${firstLine(finding)}`;
  });
  const [first] = group;
  const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
  return {
    kind: 'alert',
    cause: blindCauseOf(practice),
    ...{ account: '', practice, reference: id, at, enforced: false },
    summary: `${first?.finding.target ?? ''}${more}: ${practice} could not be looked at for too long. ${first?.finding.evidence[0] ?? ''}`,
    reasons: texts.map((text) => ({ signal: first?.finding.check ?? '', weight: 0, text })),
    done: first?.finding.advice ?? 'Look whether the name servers and hosts answer from here.',
    picture: NO_PICTURE,
  };
}

const NO_PICTURE = {
  ...{ account: '', tenant: '', clientAddress: '', country: '', asnName: '', figures: [] },
};
