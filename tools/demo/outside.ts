/**
 * What people outside say of the last day: reports by the public form, complaints of a feedback loop;
 * and a forward that the postmaster switched off.
 */
import { openClient, type Client } from '../../src/client/client.ts';
import type { Shown } from './ledger.ts';

interface Given {
  /** Address of the API door, and the operator's token for it. */
  readonly api: string;
  readonly token: string;
  readonly nowMs: number;
  /** The copies of the campaign, whose first ones left. */
  readonly campaign: Shown;
}

export async function tellFromOutside(given: Given): Promise<void> {
  const { api, campaign } = given;
  const headers = [...campaign.added].map(([name, value]) => `${name}: ${value}\n`).join('');
  await report(api, {
    category: 'fraud',
    subject: 'A loan at three percent, from an address of yours',
    text: 'A friend of mine would never offer me a loan. I think that her account is stolen.',
    evidence: `${headers}Subject: Good news, customer 4000`,
    reporter: 'reader@friends.example',
  });
  await report(api, {
    category: 'phishing',
    subject: 'Your parcel could not be delivered',
    text: 'I expect no parcel, and the link does not lead to any parcel service that I know.',
    evidence: 'Subject: Your parcel could not be delivered',
    reporter: '',
  });
  const client = openClient({ baseUrl: `http://${api}`, token: given.token });
  await complain(client, given);
  await client.forwardOff({
    ...{ account: 'emil@example.org', to: 'emil@old-provider.example', by: 'postmaster' },
    why: 'The mailbox there is gone; every message came back.',
  });
}

async function report(api: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const body = new URLSearchParams(fields);
  const { status } = await fetch(`http://${api}/report`, { method: 'POST', body });
  if (status !== 200) throw new Error(`The public form answered ${status}.`);
}

/** Two who got the copies that left pressed "this is junk" where they read their mail. */
async function complain(client: Client, { nowMs, campaign }: Given): Promise<void> {
  const at = new Date(nowMs).toISOString();
  await client.sendEvents(
    campaign.left.slice(0, 2).map((queueId, index) => ({
      ...({ v: 1, kind: 'complaint', id: `played-complaint-${index}`, at, queueId } as const),
      ...{ mta: 'mx1.example.org', feedbackType: 'abuse', verified: true },
      reporter: 'feedback@friends.example',
    })),
  );
}
