/** A running Primum whose accounts send mail, and what strangers bring to its LMTP door. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../src/client/client.ts';
import type { SettingsInput } from '../../src/config/schema.ts';
import type { SubmissionEvent } from '../../src/core/event.ts';
import { openTrace } from '../../src/trace/open-trace.ts';
import { LmtpClient, type Mail } from '../doors/lmtp-client.ts';
import { until } from '../peers/run.ts';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from './program.ts';

export const MTA = 'mail.own.example';

export interface Sent {
  readonly recipients?: readonly string[];
  readonly at?: string;
  readonly queueId?: string;
  readonly messageId?: string;
}

export class ReturnedPlace {
  readonly place = new Place();
  primum: RunningPrimum | undefined;
  #count = 0;

  configure(settings: SettingsInput = {}): void {
    this.place.configure({
      mta_name: MTA,
      policy: { domains: ['own.example'] },
      ...settings,
    });
  }

  async start(): Promise<RunningPrimum> {
    this.primum = await this.place.start();
    // Without countries and networks no context is remembered.
    const account = 'early@own.example';
    const isKnown = async (): Promise<boolean> => {
      await this.submit(account);
      const { report } = await (await this.client()).account(account);
      return (report?.identities[0]?.contexts.length ?? 0) > 0;
    };
    await until('countries and networks', isKnown, PROCESS_TEST_MS);
    return this.primum;
  }

  client(): Promise<Client> {
    return this.#running.client();
  }

  get #running(): RunningPrimum {
    if (this.primum === undefined) throw new Error('Primum does not run.');
    return this.primum;
  }

  /** The account sends a message. */
  async submit(account: string, sent: Sent = {}): Promise<void> {
    const { recipients = ['bob@dest.test'], at = new Date().toISOString() } = sent;
    const { queueId, messageId } = sent;
    const event: SubmissionEvent = {
      v: 1,
      kind: 'submission',
      id: `test-${(this.#count += 1)}-${Math.random()}`,
      at,
      mta: MTA,
      account,
      clientAddress: '192.0.2.7',
      heloName: 'client.example',
      envelopeSender: account,
      envelopeRecipients: recipients,
      ...(queueId !== undefined && { queueId }),
      ...(messageId !== undefined && { message: { messageId } }),
    };
    await (await this.client()).sendEvents([event]);
  }

  /** The token that a message of the account had. */
  async tokenOf(account: string, at = new Date().toISOString()): Promise<string> {
    const report = await (await this.client()).account(account);
    const context = report.report?.identities[0]?.contexts[0]?.context ?? '';
    const trace = openTrace({
      keysFile: join(this.place.state, 'trace-keys'),
      submitter: 'off',
      now: Date.now,
      warn: () => undefined,
    });
    const event = { account, at } as unknown as SubmissionEvent;
    const verdict = { account, context, reference: '0123ABCD' };
    const [header] = trace.headers.headersOf(event, verdict as never);
    return (header?.value ?? '').replaceAll(/\s/g, '');
  }

  /** What LMTP answers for each recipient. */
  async bring(mail: Mail): Promise<(string | undefined)[]> {
    const client = new LmtpClient(this.#running.address('lmtp'));
    try {
      await client.greet();
      return await client.send(mail);
    } finally {
      client.socket.destroy();
    }
  }

  /** Resolves when everything that was brought is handled or kept. */
  async settled(): Promise<void> {
    const queue = join(this.place.state, 'returned/queue');
    await until('the spool to be empty', () => readdirSync(queue).length === 0, PROCESS_TEST_MS);
  }

  /** Names of what waits for a person. */
  kept(): string[] {
    const folder = join(this.place.state, 'returned/kept');
    return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.why')) : [];
  }

  async outcomesOf(account: string) {
    const report = await (await this.client()).account(account);
    const score = report.report?.identities[0]?.contexts[0]?.score ?? 0;
    // What came back adds up to this whatever else is known of the context.
    const evidence = report.report?.identities[0]?.contexts[0]?.sums.outcomes ?? 0;
    return { score, evidence, ...report.report?.outcomes };
  }

  /** Evidence in nats that the account's context has gained by the work. */
  async gained(account: string, work: () => Promise<void>): Promise<number> {
    const before = await this.outcomesOf(account);
    await work();
    const after = await this.outcomesOf(account);
    return Math.round((after.evidence - before.evidence) * 10) / 10;
  }

  async bringAndSettle(...texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.bring({ text });
    await this.settled();
  }
}
