/**
 * An alert in words (SND-2): what, since when, how much, what is usual, why, what was done, and
 * where to look. Everything that came from a client is shown on one line of its own text.
 */
import type { AlertMessage } from '../effects/contract.ts';
import type { IncidentRow } from '../store/records/contract.ts';
import { WATCH_CAUSE } from './alert-group.ts';
import { readDetail } from './notice.ts';
import type { Detail, Notice, Sources } from './notice.ts';
import type { AlertOptions } from './options.ts';

/** One incident with what there is to say about it. */
export interface AlertItem {
  readonly incident: IncidentRow;
  readonly notices: readonly Notice[];
}

/** Accounts one message shows in full; it names how many more there are. */
export const MAX_ITEMS = 50;

/** Characters of a subject: what RFC 5322 §2.1.1 wants of a line. */
export const MAX_SUBJECT = 78;
const ELLIPSIS = '...';

const LABEL_WIDTH = 12;

export function formatAlert(
  items: readonly AlertItem[],
  options: Pick<AlertOptions, 'apiUrl'>,
): AlertMessage {
  const shown = items.slice(0, MAX_ITEMS);
  const more = items.length - shown.length;
  const blocks = shown.map((item) => formatItem(item, options));
  const kind = items[0]?.incident.account === '' ? '' : ' accounts';
  if (more > 0) blocks.push(`And ${more} more${kind}; see the list of open incidents.`);
  return {
    subject: formatSubject(items),
    text: `${blocks.join('\n\n')}\n`,
    data: {
      type: 'alert',
      cause: items[0]?.incident.cause ?? '',
      accounts: items.length,
      incidents: shown.map((item) => formatData(item, options)),
    },
  };
}

export function formatTest(by: string): AlertMessage {
  const text = `This is a test, sent by ${line(by)}. Alerts of Primum arrive here.\n`;
  return { subject: '[Primum] Test alert', text, data: { type: 'test', by } };
}

function formatSubject(items: readonly AlertItem[]): string {
  // What is wrong now says more than what is well again.
  const first = items.find((item) => !isWell(item)) ?? items[0];
  const summary = line(first?.incident.summary ?? '');
  if (first === undefined || first.incident.account === '') {
    const more = items.length > 1 ? ` (and ${items.length - 1} more)` : '';
    const well = items.every(isWell) ? 'Well again: ' : '';
    const begin = `[Primum] ${well}`;
    return `${begin}${cutAtWord(summary, MAX_SUBJECT - begin.length - more.length)}${more}`;
  }
  const who = items.length === 1 ? line(first.incident.account) : `${items.length} accounts`;
  const locked = items.filter((item) => lockOf(item) !== undefined).length;
  const mark = locked === 0 ? '' : locked === items.length ? ' locked' : ` (${locked} locked)`;
  return cutAtWord(`[Primum] ${who}${mark}: ${summary}`, MAX_SUBJECT);
}

/** The mail itself says all of it. */
function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - ELLIPSIS.length + 1);
  const at = cut.lastIndexOf(' ');
  // A word that is half of the line is cut; half a character of two is left out.
  const kept = at > most / 2 ? cut.slice(0, at) : cut.slice(0, -1).replace(/[\ud800-\udbff]$/, '');
  return `${kept.replace(/[\s,;:.(]+$/, '')}${ELLIPSIS}`;
}

function formatItem(item: AlertItem, options: Pick<AlertOptions, 'apiUrl'>): string {
  const { incident } = item;
  const detail = readDetail(incident);
  const rows: [string, string][] = [
    ...accountRow(incident.account, detail),
    ['What', `${incident.summary} (${incident.practice})`],
    ['Since', incident.openedAt],
    ['How much', howMuch(item)],
    ...(detail?.picture.figures ?? []).map(figureRow),
    ...originRow(detail),
    ...whyRows(item, detail),
    ...waitingRow(item),
    doneRow(item, detail),
    ['Look', whereToLook(incident, detail, options)],
  ];
  return rows.map(([label, text]) => `${`${label}:`.padEnd(LABEL_WIDTH)}${line(text)}`).join('\n');
}

const isWell = ({ incident }: AlertItem): boolean => incident.wellAt !== undefined;

/** Of what is well again, how that was seen; the reasons are those of what was wrong. */
function whyRows({ incident, notices }: AlertItem, detail: Detail | undefined): [string, string][] {
  if (incident.wellAt !== undefined) {
    const seen = notices.flatMap((notice) => (notice.what === 'well' ? [notice.text] : []));
    return [['Well', `since ${incident.wellAt}. ${seen.at(-1) ?? ''}`]];
  }
  return (detail?.reasons ?? []).map(({ text, practice }) => [
    'Why',
    practice === undefined ? text : `${text} (${practice})`,
  ]);
}

function accountRow(account: string, detail: Detail | undefined): [string, string][] {
  if (account === '') return [];
  const tenant = detail?.picture.tenant ?? '';
  return [['Account', tenant === '' ? account : `${account} (customer ${tenant})`]];
}

function figureRow(figure: Detail['picture']['figures'][number]): [string, string] {
  const usual = figure.usual === '' ? '' : ` (usual: ${figure.usual})`;
  return ['Figure', `${figure.name}: ${figure.observed}${usual}`];
}

function originRow(detail: Detail | undefined): [string, string][] {
  if (detail === undefined) return [];
  const { picture, sources } = detail;
  if (sources !== undefined) return [['Sources', sourcesText(sources)]];
  const parts = [picture.clientAddress, picture.country, picture.asnName];
  const text = parts.filter((part) => part !== '').join(', ');
  return text === '' ? [] : [['From', text]];
}

function sourcesText({ names, total }: Sources): string {
  const more = total - names.length;
  return `${names.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function howMuch({ incident, notices }: AlertItem): string {
  const all = `${incident.count} ${incident.count === 1 ? 'decision' : 'decisions'}`;
  const repeated = notices.find((notice) => notice.what === 'repeated');
  if (repeated === undefined) return all;
  return `${all}, ${repeated.more} of them since the last alert at ${repeated.sinceAt}`;
}

/** What still waits for a decision (CON-3): how many, whose, and until when. */
function waitingRow({ notices }: AlertItem): [string, string][] {
  const held = notices.filter((notice) => notice.what === 'held');
  const [first] = held;
  if (first === undefined) return [];
  const ends = held.map(({ endsAt }) => endsAt).filter((at) => at !== '');
  const many = held.length === 1 ? `Message ${first.reference} is` : `${held.length} messages are`;
  const oldest = held.map(({ sinceAt }) => sinceAt).sort()[0] ?? '';
  const escalated = held.some(({ stage }) => stage === 'escalation')
    ? ' Nobody decided in time.'
    : '';
  const end =
    ends.length === 0
      ? ' Nothing goes back to its sender by itself.'
      : ` The first goes back to its sender at ${ends.sort()[0] ?? ''}.`;
  return [
    [
      'Waits',
      `${many} held since ${oldest}; owner: ${held.at(-1)?.owner ?? ''}.${escalated}${end}`,
    ],
  ];
}

/** Of the own house nothing was done: what is told is what to do. */
function doneRow(item: AlertItem, detail: Detail | undefined): [string, string] {
  const { id, state, cause } = item.incident;
  if (isWell(item)) {
    const close = `Close it with what it was: primum incidents close ${id}.`;
    return ['To do', state === 'open' ? close : 'Nothing; it is closed.'];
  }
  return [cause.startsWith(WATCH_CAUSE) ? 'To do' : 'Done', whatWasDone(item, detail)];
}

function whatWasDone(item: AlertItem, detail: Detail | undefined): string {
  const lock = lockOf(item);
  const done = detail?.done ?? '';
  if (lock === undefined) {
    if (done !== '') return done;
    if (item.incident.cause === 'hold') return 'Held messages wait for a person: primum hold list.';
    return detail?.enforced === true ? 'It was enforced.' : 'Nothing; it was only observed.';
  }
  const until = lock.unlockOn === 'password' ? untilPassword(lock) : 'until somebody unlocks it';
  const locked = `Locked by ${lock.by} at ${lock.at}, ${until}: ${lock.why}`;
  return done === '' ? locked : `${done} ${locked}`;
}

function untilPassword({ seesPassword }: { readonly seesPassword: boolean }): string {
  return seesPassword
    ? 'until a login with a changed password is seen and the checklist is done, or somebody unlocks it'
    : 'until somebody unlocks it or a program reports the changed password to the API (no login of it was seen with a password, so one cannot show the change)';
}

function whereToLook(
  incident: IncidentRow,
  detail: Detail | undefined,
  options: Pick<AlertOptions, 'apiUrl'>,
): string {
  const reference = detail?.reference ?? incident.references.at(-1) ?? '';
  const explain = reference === '' ? '' : `; "primum explain ${reference}" its newest decision`;
  const link = linkTo(incident, options);
  const address = link === undefined ? '' : ` Programs read it at ${link} with the API's token.`;
  return `"primum incidents ${incident.id}" shows it${explain}.${address}`;
}

function linkTo(
  incident: IncidentRow,
  { apiUrl }: Pick<AlertOptions, 'apiUrl'>,
): string | undefined {
  return apiUrl === undefined
    ? undefined
    : `${apiUrl.replace(/\/+$/, '')}/api/v1/incidents/${incident.id}`;
}

function formatData(
  item: AlertItem,
  options: Pick<AlertOptions, 'apiUrl'>,
): Readonly<Record<string, unknown>> {
  const { id, account, cause, practice, summary, openedAt, updatedAt, count, wellAt } =
    item.incident;
  return {
    id,
    account,
    cause,
    practice,
    summary,
    openedAt,
    updatedAt,
    wellAt: wellAt ?? null,
    count,
    references: item.incident.references,
    notices: item.notices,
    detail: readDetail(item.incident) ?? null,
    link: linkTo(item.incident, options) ?? null,
  };
}

function lockOf(item: AlertItem): Extract<Notice, { what: 'locked' }> | undefined {
  return item.notices.findLast((notice) => notice.what === 'locked');
}

/** Line breaks, other controls, and what turns the direction of text or is not seen. */
const STEERING = /[\p{Cc}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

/** One line: nothing of a stranger steers a mail. */
function line(text: string): string {
  return text.replace(STEERING, ' ').trim();
}
