/** A desk in memory with everything it says and sends written down. */
import type { Intent } from '../../src/core/intent.ts';
import { openDesk } from '../../src/desk/desk.ts';
import type { OpenDesk } from '../../src/desk/desk.ts';
import type { DeskOptions } from '../../src/desk/options.ts';
import type {
  AccountChange,
  AccountConnector,
  AlertChannel,
  AlertMessage,
  Delivery,
} from '../../src/effects/contract.ts';
import type { Records } from '../../src/store/records/contract.ts';
import { openSqliteRecords } from '../../src/store/sqlite/records.ts';

export const AT = '2026-03-01T10:00:00.000Z';
export const ANN = 'ann@example.org';

export interface Said {
  readonly storeFailed: unknown[];
  storeWorks: number;
  readonly effectsDone: string[];
  readonly effectsFailed: { readonly effect: string; readonly message: string }[];
  readonly warnings: string[];
}

export function listen(): { readonly said: Said; readonly telemetry: DeskOptions['telemetry'] } {
  const said: Said = {
    storeFailed: [],
    storeWorks: 0,
    effectsDone: [],
    effectsFailed: [],
    warnings: [],
  };
  return {
    said,
    telemetry: {
      storeFailed: (_store, error) => void said.storeFailed.push(error),
      storeWorks: () => {
        said.storeWorks++;
      },
      effectDone: (effect) => void said.effectsDone.push(effect),
      effectFailed: (effect, error) =>
        void said.effectsFailed.push({ effect, message: (error as Error).message }),
      warn: (message) => void said.warnings.push(message),
      gauge: () => undefined,
    },
  };
}

/** A channel that keeps what it is given; `fail` makes it refuse. */
export interface KeptChannel extends AlertChannel {
  readonly sent: (AlertMessage & Pick<Delivery, 'key' | 'attempt'>)[];
  fail: Error | undefined;
}

export function keptChannel(name = 'mail'): KeptChannel {
  const channel: KeptChannel = {
    name,
    sent: [],
    fail: undefined,
    send(message, { key, attempt }) {
      if (channel.fail !== undefined) return Promise.reject(channel.fail);
      channel.sent.push({ ...message, key, attempt });
      return Promise.resolve();
    },
  };
  return channel;
}

export interface KeptConnector extends AccountConnector {
  readonly ran: (AccountChange & Pick<Delivery, 'key' | 'attempt'>)[];
  attempts: number;
  fail: Error | undefined;
}

export function keptConnector(name: string, endsSessions = false): KeptConnector {
  const connector: KeptConnector = {
    name,
    on: endsSessions ? ['lock'] : ['lock', 'unlock'],
    endsSessions,
    ran: [],
    attempts: 0,
    fail: undefined,
    run(change, { key, attempt }) {
      connector.attempts++;
      if (connector.fail !== undefined) return Promise.reject(connector.fail);
      connector.ran.push({ ...change, key, attempt });
      return Promise.resolve();
    },
  };
  return connector;
}

export interface TestDesk {
  readonly desk: OpenDesk;
  readonly records: Records;
  readonly said: Said;
  readonly close: () => Promise<void>;
}

/** Retries come fast and alerts are grouped briefly unless told otherwise. */
export async function openTestDesk(
  options: Partial<DeskOptions> & { readonly path?: string } = {},
): Promise<TestDesk> {
  const { said, telemetry } = listen();
  const { path = ':memory:', ...rest } = options;
  const records = rest.records ?? (await openSqliteRecords({ path }));
  const desk = await openDesk({
    channels: [],
    connectors: [],
    telemetry,
    ...rest,
    records,
    delivery: { firstRetrySeconds: 0.02, maxRetrySeconds: 0.1, ...rest.delivery },
  });
  return {
    desk,
    records,
    said,
    async close() {
      await desk.close();
      await records.close();
    },
  };
}

export function alertIntent(changes: Partial<Extract<Intent, { kind: 'alert' }>> = {}): Intent {
  const account = changes.account ?? ANN;
  return {
    kind: 'alert',
    cause: 'limit:account:recipients:3600',
    account,
    practice: 'SND-1',
    reference: 'REF1',
    at: AT,
    enforced: true,
    summary: '212 recipients in an hour; the limit is 200.',
    reasons: [
      { signal: 'limits', practice: 'SND-1', weight: 0, text: 'The hourly limit is reached.' },
    ],
    done: 'Messages are held.',
    picture: {
      account,
      tenant: 'example.org',
      clientAddress: '203.0.113.7',
      country: 'NL',
      asnName: 'Example ISP',
      figures: [{ name: 'Recipients in the last hour', observed: '212', usual: '12' }],
    },
    ...changes,
  };
}

export function holdIntent(changes: Partial<Extract<Intent, { kind: 'hold' }>> = {}): Intent {
  return {
    kind: 'hold',
    account: ANN,
    identity: `${ANN}/main`,
    context: '5f1c',
    at: AT,
    reference: 'REF1',
    submission: 'e1',
    mta: 'mx1.example.org',
    queueId: 'q1',
    envelopeSender: ANN,
    recipients: 3,
    subject: 'hello',
    reasons: [{ signal: 'limit', weight: 0, text: 'The hourly limit is reached.' }],
    ...changes,
  };
}

export function lockIntent(changes: Partial<Extract<Intent, { kind: 'lock' }>> = {}): Intent {
  return {
    kind: 'lock',
    account: ANN,
    at: AT,
    by: 'ladder',
    why: 'The password is stolen.',
    reference: 'REF1',
    unlockOn: 'password',
    seesPassword: true,
    ...changes,
  };
}

export function passwordIntent(account = ANN, at = AT): Intent {
  return {
    kind: 'password-changed',
    account,
    at,
    by: 'owner login',
    evidence: 'A login succeeded with a password not seen before.',
    reference: 'REF2',
  };
}
