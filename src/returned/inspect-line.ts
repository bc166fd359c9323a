/** One returned message as a JSON object for a line of `primum inspect`, fields in a fixed order. */
import type { Returned } from './contract.ts';

export interface InspectLine {
  readonly file: string;
  readonly kind: Returned['kind'];
  readonly recipients: Returned['recipients'];
  readonly unreadRecipients?: number;
  readonly complaint?: Returned['complaint'];
  readonly reports?: Returned['reports'];
  readonly token?: string;
  readonly derived: readonly string[];
}

export function inspectLine(file: string, returned: Returned): InspectLine {
  const { kind, recipients, unreadRecipients, complaint, reports, token, derived } = returned;
  return {
    file,
    kind,
    recipients,
    ...(unreadRecipients === undefined ? {} : { unreadRecipients }),
    ...(complaint === undefined ? {} : { complaint }),
    ...(reports === undefined ? {} : { reports }),
    ...(token === undefined ? {} : { token }),
    derived,
  };
}
