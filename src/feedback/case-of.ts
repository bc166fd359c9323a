/** The case that a message becomes which a person has to look at (FBK-2, FBK-5). */
import { basename } from 'node:path';
import type { Returned } from '../returned/contract.ts';
import type { SpooledMessage } from '../spool/contract.ts';
import type { CaseDraft } from './options.ts';
import { ownAddress } from './whose.ts';

/** Where the spool keeps the message, in the state folder. */
const KEPT = 'returned/kept';

const MAX_ADDRESS = 320;
const MAX_SUBJECT = 500;
/** Of the text, where it joins a case that is open. */
const MAX_NOTED = 500;

interface Known {
  readonly message: Pick<SpooledMessage, 'id' | 'receivedAtMs' | 'sender' | 'file'>;
  /** As far as the events or the gate know it. */
  readonly account: string | undefined;
  readonly isOwnDomain: (domain: string) => boolean;
}

export function caseOf(returned: Returned, known: Known): CaseDraft {
  const { message, isOwnDomain } = known;
  const { complaint, reports = [], originalSenders = [] } = returned;
  const source = SOURCES[returned.kind] ?? 'letter';
  const reporter = returned.headerFrom ?? message.sender;
  const subject = shown(returned.subject ?? '').replaceAll('\n', ' ');
  const text = shown(returned.text ?? '') || namedText(returned);
  const evidence = `${KEPT}/${basename(message.file.path)}`;
  const about = subject === '' ? 'without a subject' : `"${subject.slice(0, MAX_SUBJECT)}"`;
  return {
    ...{ key: message.id, receivedAtMs: message.receivedAtMs, source },
    category: categoryOf(returned),
    reporter: shown(reporter).slice(0, MAX_ADDRESS),
    account: (known.account ?? ownAddress(originalSenders, isOwnDomain) ?? '').slice(
      0,
      MAX_ADDRESS,
    ),
    clientAddress: reports[0]?.clientAddress ?? complaint?.sourceAddress ?? '',
    subject: subject === '' ? NAMELESS[source] : subject,
    ...{ text, evidence },
    note: `More of the same sender, ${about}: ${text.slice(0, MAX_NOTED)}`.toWellFormed(),
  };
}

const SOURCES: Partial<Record<Returned['kind'], CaseDraft['source']>> = {
  complaint: 'arf',
  xarf: 'xarf',
};

const NAMELESS: Readonly<Record<CaseDraft['source'], string>> = {
  letter: 'A letter without a subject',
  arf: 'A complaint without a subject',
  xarf: 'A report without a subject',
};

/** In the words of the report form. */
function categoryOf({ kind, reports = [] }: Returned): string {
  const [first] = reports;
  if (kind === 'complaint' || first?.category === 'messaging') return 'spam';
  const type = first?.type?.toLowerCase() ?? '';
  return TYPES.find((one) => type.includes(one)) ?? 'other';
}

const TYPES = ['phishing', 'malware', 'fraud', 'copyright'];

/** A report for programs has no words; what it names stands for them. */
function namedText({ reports = [] }: Returned): string {
  return shown(
    reports
      .map(({ category, type, clientAddress, url, at }) =>
        [category, type, clientAddress, url, at].filter((word) => word !== undefined).join(' '),
      )
      .join('\n'),
  );
}

/** Text as a page and every store take it: no control characters, no halves of letters. */
function shown(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim()
    .toWellFormed();
}
