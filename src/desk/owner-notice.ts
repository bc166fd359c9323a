/** What the owner of an account is told by mail, where a channel can write to him. */
import type { AlertChannel, AlertMessage } from '../effects/contract.ts';
import type { JobDraft } from '../store/records/contract.ts';
import type { AlertIntent } from './notice.ts';

type Owner = NonNullable<AlertIntent['owner']>;

interface OwnerPayload extends Owner {
  readonly reference: string;
}

/** Lines and characters of one notice. */
const MAX_LINES = 20;
const MAX_LINE = 500;

/** One notice, over the first channel that writes to people. */
export function ownerJobs(
  channels: readonly AlertChannel[],
  { owner, account, reference }: Pick<AlertIntent, 'owner' | 'account' | 'reference'>,
  nowMs: number,
): JobDraft[] {
  const channel = channels.find((one) => one.sendTo !== undefined);
  if (owner === undefined || channel === undefined) return [];
  const words = owner.words.slice(0, MAX_LINES).map((line) => line.slice(0, MAX_LINE));
  const payload: OwnerPayload = { ...owner, words, reference };
  return [
    {
      kind: 'owner',
      target: channel.name,
      subject: account,
      payload: JSON.stringify(payload),
      createdAtMs: nowMs,
      notBeforeMs: nowMs,
    },
  ];
}

/** The notice as it is sent, and to whom. */
export function readOwnerNotice(
  payload: string,
  contact: string,
): { readonly address: string; readonly message: AlertMessage } {
  const { address, subject, words, reference } = JSON.parse(payload) as OwnerPayload;
  const where = contact === '' ? 'your postmaster' : contact;
  const lines = [...words, `Questions: ask ${where} and name the reference ${reference}.`];
  const message = { subject, text: `${lines.join('\n\n')}\n`, data: { type: 'owner', reference } };
  return { address, message };
}
