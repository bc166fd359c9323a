/** Lines as Postfix 3.7 and Dovecot 2.3 write them, for tests that need a log of a certain shape. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov 20 21:18:34`, in UTC. */
export function shortStamp(atMs: number): string {
  const at = new Date(atMs);
  const day = String(at.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[at.getUTCMonth()] ?? ''} ${day} ${at.toISOString().slice(11, 19)}`;
}

export interface Sent {
  readonly atMs: number;
  readonly queueId: string;
  readonly account: string;
  readonly sender?: string;
  readonly address: string;
  readonly recipients: readonly string[];
  /** Remote answers by recipient; who is not named got his mail. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** All lines of one message, from `client=` to `removed`. */
export function sentLines(sent: Sent): string[] {
  const { atMs, queueId, account, sender = account, address, recipients, refused = {} } = sent;
  const at = `${shortStamp(atMs)} mail postfix`;
  const later = `${shortStamp(atMs + 1_000)} mail postfix`;
  const pid = 100 + (atMs % 97);
  return [
    `${at}/submission/smtpd[${pid}]: connect from unknown[${address}]`,
    `${at}/submission/smtpd[${pid}]: ${queueId}: client=unknown[${address}], sasl_method=PLAIN, sasl_username=${account}`,
    `${at}/cleanup[20]: ${queueId}: message-id=<${queueId}@mail.example>`,
    `${at}/qmgr[21]: ${queueId}: from=<${sender}>, size=2048, nrcpt=${recipients.length} (queue active)`,
    ...recipients.map((recipient) => {
      const reply = refused[recipient];
      const end =
        reply === undefined
          ? 'dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4RfG7H1Jz)'
          : `dsn=5.1.1, status=bounced (host mx.remote.example[203.0.113.5] said: ${reply})`;
      return `${later}/smtp[22]: ${queueId}: to=<${recipient}>, relay=mx.remote.example[203.0.113.5]:25, delay=0.7, delays=0.1/0/0.3/0.3, ${end}`;
    }),
    `${at}/submission/smtpd[${pid}]: disconnect from unknown[${address}] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6`,
    `${later}/qmgr[21]: ${queueId}: removed`,
  ];
}

const DAY_MS = 86_400_000;

/**
 * A small platform over some days: people who write two or three messages a day, and one account
 * whose password is stolen on the last day. Lines in the order of time.
 */
export function platformLog(
  startMs: number,
  days: number,
  options: { readonly accounts: number; readonly thief?: string; readonly spam?: number } = {
    accounts: 20,
  },
): string[] {
  const made: { readonly atMs: number; readonly lines: string[] }[] = [];
  const add = (sent: Omit<Sent, 'queueId'>): void => {
    const queueId = `4A${made.length.toString(36).toUpperCase().padStart(8, '0')}zX`;
    made.push({ atMs: sent.atMs, lines: sentLines({ ...sent, queueId }) });
  };
  for (let day = 0; day < days; day++) {
    for (let n = 0; n < options.accounts; n++) {
      for (let message = 0; message < 2 + (n % 2); message++) {
        add({
          atMs: startMs + day * DAY_MS + (8 * 60 + ((n * 37 + message * 131) % 540)) * 60_000,
          account: `person${n}@customer${n % 5}.example`,
          address: `192.0.2.${10 + (n % 200)}`,
          recipients: [`friend${(n + day * (message % 2)) % 7}@partner${n % 3}.example`],
        });
      }
    }
  }
  const thief = options.thief ?? `person3@customer3.example`;
  for (let n = 0; n < (options.spam ?? 1_200); n++) {
    const recipients = [1, 2, 3].map((i) => `stranger${n * 3 + i}@domain${n}.example`);
    add({
      atMs: startMs + (days - 1) * DAY_MS + 3 * 3_600_000 + n * 3_000,
      account: thief,
      address: '203.0.113.77',
      recipients,
      refused: { [recipients[0] ?? '']: '550 5.1.1 User unknown (in reply to RCPT TO command)' },
    });
  }
  return made.sort((a, b) => a.atMs - b.atMs).flatMap(({ lines }) => lines);
}
