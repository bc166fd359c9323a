/** Complaints: the standard part (ARF, CFBL) and what providers leave out of it; XARF as reports. */
import { parseFeedbackReport } from '../protocol/feedback-report.ts';
import type { XarfReport } from '../protocol/xarf.ts';
import { namedAddresses } from './named-addresses.ts';
import { parseAddress, parseNetwork } from '../network/address.ts';
import type { Complaint, NamedAbuse } from './contract.ts';
import { isBounceHeader, recipientsOf, valueOf, type PlainField } from './original.ts';
import type { Facts } from './facts.ts';
import { timeOf } from './times.ts';

export interface ReadComplaint {
  readonly complaint: Complaint;
  readonly derived: readonly string[];
}

export function readComplaint(facts: Facts): ReadComplaint | undefined {
  const report = facts
    .textsOf('feedback')
    .map(parseFeedbackReport)
    .find((one) => one !== undefined);
  if (report === undefined) return undefined;
  return complete(facts, {
    feedbackType: report.feedbackType,
    sourceAddress: parseAddress(report.sourceAddress ?? '')?.text ?? report.sourceAddress,
    originalRecipients: report.originalRecipients,
    messageId: report.messageId,
    arrivalDate: timeOf(report.arrivalDate),
  });
}

/** A form letter with the message attached: who and what is inferred. */
export function readLetterComplaint(facts: Facts): ReadComplaint {
  const read = complete(facts, {
    feedbackType: 'abuse',
    sourceAddress: undefined,
    originalRecipients: [],
    messageId: undefined,
    arrivalDate: undefined,
  });
  return { ...read, derived: ['feedbackType', ...read.derived] };
}

interface Stated {
  readonly feedbackType: string;
  readonly sourceAddress: string | undefined;
  readonly originalRecipients: readonly string[];
  readonly messageId: string | undefined;
  readonly arrivalDate: string | undefined;
}

/** Recipients as large providers leave them in the header of what they give back. */
const RECIPIENT_FIELDS = ['x-hmxmroriginalrecipient', 'x-original-recipient', 'x-rcpt-to'];

function complete(facts: Facts, stated: Stated): ReadComplaint {
  const derived: string[] = [];
  const infer = <T>(name: string, value: T | undefined, other: () => T | undefined) => {
    if (value !== undefined) return value;
    const inferred = other();
    if (inferred !== undefined) derived.push(name);
    return inferred;
  };
  const { original } = facts;
  const sourceAddress = infer('sourceAddress', stated.sourceAddress, () => sourceOf(facts));
  const named = stated.originalRecipients.length > 0 ? stated.originalRecipients : undefined;
  const originalRecipients = infer('originalRecipients', named, () =>
    originalRecipientsOf(original),
  );
  // The message itself is given back with the report: its header states both.
  const messageId = stated.messageId ?? valueOf(original, 'message-id');
  const arrivalDate = infer('arrivalDate', stated.arrivalDate, () => arrivalOf(original));
  const reporter = facts.envelope.fromAddress;
  const isAboutBounce = isBounceHeader(original);
  return {
    complaint: {
      feedbackType: stated.feedbackType,
      ...(sourceAddress === undefined ? {} : { sourceAddress }),
      originalRecipients: originalRecipients ?? [],
      ...(messageId === undefined ? {} : { messageId }),
      ...(arrivalDate === undefined ? {} : { arrivalDate }),
      ...(reporter === '' ? {} : { reporter }),
      ...(isAboutBounce ? { isAboutBounce } : {}),
    },
    derived,
  };
}

function originalRecipientsOf(original: readonly PlainField[]): readonly string[] | undefined {
  for (const name of RECIPIENT_FIELDS) {
    const value = valueOf(original, name)?.replace(/[<>\s]/g, '');
    if (value !== undefined && value.includes('@')) return [value];
  }
  const found = recipientsOf(original);
  return found.length > 0 ? found : undefined;
}

/** The subject, the words or the topmost Received line of the message name it. */
function sourceOf({ envelope, notice, original, isOwn }: Facts): string | undefined {
  const received = original.find(({ name }) => name === 'received')?.value ?? '';
  const direct = valueOf(original, 'x-originating-ip') ?? '';
  for (const text of [envelope.subject, notice.lines.join('\n'), received, direct]) {
    const found = namedAddresses(text, isOwn)[0]?.address;
    if (found !== undefined) return found;
  }
  return undefined;
}

function arrivalOf(original: readonly PlainField[]): string | undefined {
  const received = original.find(({ name }) => name === 'received')?.value;
  const stamp = received?.slice(received.lastIndexOf(';') + 1);
  return timeOf(stamp) ?? timeOf(valueOf(original, 'date'));
}

/** Own networks first; the order of the report otherwise. */
export function reportsOfXarf(
  reports: readonly XarfReport[],
  isOwn: (address: string) => boolean,
): readonly NamedAbuse[] {
  const rows = reports.map(({ category, type, sourceAddress, url, at }) => {
    const time = timeOf(at);
    const clientAddress = sourceOfReport(sourceAddress);
    return {
      category,
      type,
      ...(clientAddress === undefined ? {} : { clientAddress }),
      ...(url === undefined ? {} : { url }),
      ...(time === undefined ? {} : { at: time }),
    };
  });
  const isFirst = ({ clientAddress = '' }: NamedAbuse) => isOwn(clientAddress.replace(/\/.*/, ''));
  return [...rows.filter(isFirst), ...rows.filter((row) => !isFirst(row))];
}

/** As every door spells an address; a network of more than one as CIDR. */
function sourceOfReport(text = ''): string | undefined {
  const address = parseAddress(text.replace(/\/.*/, ''))?.text;
  const network = parseNetwork(text);
  if (address === undefined || !network.ok) return undefined;
  const { bits, family } = network.value;
  return bits === (family === 4 ? 32 : 128) ? address : `${address}/${bits}`;
}
