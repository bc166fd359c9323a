/** Alerts by e-mail: over SMTP, or through the machine's own sendmail. */
import { createTransport } from 'nodemailer';
import type { SendMailOptions, Transporter } from 'nodemailer';
import type { AlertChannel, AlertMessage, Delivery } from './contract.ts';
import { readSecret } from './secret.ts';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /**
   * `implicit`: TLS from the first byte; `required`: STARTTLS or nothing; `optional`: STARTTLS where it is
   * offered, by whatever certificate, unless a password is sent (RFC 7435); `never`.
   */
  readonly tls: 'implicit' | 'required' | 'optional' | 'never';
  readonly user?: string;
  readonly passwordFile?: string;
}

export interface MailChannelOptions {
  readonly name: string;
  readonly from: string;
  readonly to: readonly string[];
  /** SMTP, or the path of a sendmail program. */
  readonly via: { readonly smtp: SmtpOptions } | { readonly sendmail: string };
  /** Longest silence of the server. Default 20,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 20_000;

export function createMailChannel(options: MailChannelOptions): AlertChannel {
  return {
    name: options.name,
    send: (message, delivery) => sendMail(options, message, delivery),
    sendTo: (address, message, delivery) =>
      sendMail({ ...options, to: [address] }, message, delivery),
  };
}

/** Where a message stands among others (RFC 5322 §3.6.4). */
export interface MailThread {
  readonly messageId: string;
  readonly answers?: string;
}

/** @throws when the server has not taken it; it is tried again. */
export async function sendMail(
  options: MailChannelOptions,
  message: AlertMessage,
  delivery: Delivery & { readonly thread?: MailThread },
): Promise<void> {
  const transport = await openTransport(options);
  const stop = (): void => transport.close();
  delivery.signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([transport.sendMail(mail(options, message, delivery)), aborted(delivery)]);
  } catch (error) {
    throw failed(options, error);
  } finally {
    delivery.signal.removeEventListener('abort', stop);
    transport.close();
  }
}

/** Where it was tried, and what came of it. */
function failed({ via }: MailChannelOptions, error: unknown): Error {
  const place = 'sendmail' in via ? via.sendmail : `${via.smtp.host}:${via.smtp.port}`;
  const why = error instanceof Error ? error.message : String(error);
  return new Error(why.includes(place) ? why : `${place}: ${why}`, { cause: error });
}

async function openTransport(options: MailChannelOptions): Promise<Transporter> {
  const { via, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if ('sendmail' in via) {
    return createTransport({ sendmail: true, path: via.sendmail, newline: 'unix' });
  }
  const { host, port, tls, user, passwordFile } = via.smtp;
  const pass = passwordFile === undefined ? '' : await readSecret(passwordFile);
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'never',
    // In clear is what it would be otherwise, and the mail server of the host has its own certificate.
    tls: { rejectUnauthorized: tls !== 'optional' || user !== undefined },
    ...(user === undefined ? {} : { auth: { user, pass } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function mail(
  options: MailChannelOptions,
  message: AlertMessage,
  delivery: Delivery & { readonly thread?: MailThread },
): SendMailOptions {
  const { thread } = delivery;
  const domain = options.from.slice(options.from.lastIndexOf('@') + 1).replace(/[^\w.-]/g, '');
  return {
    from: options.from,
    to: [...options.to],
    subject: message.subject,
    text: message.text,
    // The same on every attempt, so that a repetition can be told and dropped.
    messageId: thread?.messageId ?? `<${delivery.key}@${domain}>`,
    ...(thread?.answers === undefined
      ? {}
      : { inReplyTo: thread.answers, references: thread.answers }),
    headers: {
      // RFC 3834 §5: no vacation notice should answer this.
      'Auto-Submitted': 'auto-generated',
      'X-Primum-Delivery': delivery.key,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function aborted({ signal }: Delivery): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new Error('The mail server took too long.'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
