/**
 * Whom the desk speaks to, from the configuration. What speaks for each is loaded only where it is
 * configured: the mail client alone takes 50 ms of every start.
 */
import type { Config } from '../config/load.ts';
import { mailOptions, type Email } from './mail-options.ts';
import type { AnswerFrame } from '../desk/case-answer.ts';
import { loadPublicPages } from './public-pages.ts';
import { ticketTargets } from './tickets.ts';
import { holdSettings } from './holds.ts';
import type { AlertOptions, DeskSettings } from '../desk/options.ts';
import type { AccountConnector, AlertChannel } from '../effects/contract.ts';

/** What a reload gives the desk anew. */
export async function deskSettings(config: Config): Promise<DeskSettings> {
  return {
    channels: await alertChannels(config),
    connectors: await accountConnectors(config),
    answerFrame: answerFrame(config),
    tickets: await ticketTargets(config),
    holds: holdSettings(config),
    alerts: {
      repeatAfterSeconds: config.alerts.repeat_after / 1000,
      ...apiUrl(config),
    },
  };
}

function answerFrame(config: Config): AnswerFrame {
  const { texts, language = 'en' } = loadPublicPages(config);
  const { answer_mail_subject: subject = '', answer_mail_about: about = '' } =
    texts[language] ?? {};
  return { subject, about };
}

/** Where the links of alerts begin: what the operator says, else where the API door listens. */
export function apiUrl({
  alerts,
  doors,
}: Pick<Config, 'alerts' | 'doors'>): Pick<AlertOptions, 'apiUrl'> {
  if (alerts.link_base_url !== undefined) return { apiUrl: alerts.link_base_url };
  const isTcp = (address: string): boolean =>
    !address.startsWith('unix:') && !address.endsWith(':0');
  const listen = doors.api.listen.find(isTcp);
  if (listen === undefined) return {};
  // Who listens on every address is reached on this host by the loopback one.
  const place = listen.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
  return { apiUrl: `http://${place}` };
}

/** Who is told: e-mail first, then webhooks. */
async function alertChannels({ alerts }: Config): Promise<AlertChannel[]> {
  const channels = alerts.email === undefined ? [] : [await mailChannel(alerts.email)];
  if (alerts.webhooks.length === 0) return channels;
  const { createWebhook } = await import('../effects/webhook.ts');
  const webhooks = alerts.webhooks.map(({ name, url, secret_file, headers, timeout }) =>
    createWebhook({ name, url, secretFile: secret_file, headers, timeoutMs: timeout }),
  );
  return [...channels, ...webhooks];
}

/** By mail; also what else the platform writes itself. */
export async function mailChannel(email: Email): Promise<AlertChannel> {
  const { createMailChannel } = await import('../effects/mail.ts');
  return createMailChannel(mailOptions(email));
}

/** Systems that hear of locks: the operator's own, then whatever ends live sessions. */
async function accountConnectors({ accounts }: Config): Promise<AccountConnector[]> {
  const own = await Promise.all(accounts.connectors.map(ownConnector));
  return [...own, ...(await sessionEnders(accounts.end_sessions))];
}

async function ownConnector(
  connector: Config['accounts']['connectors'][number],
): Promise<AccountConnector> {
  const { name, on, command, http, timeout } = connector;
  if (command !== undefined) {
    const { createCommandConnector } = await import('../effects/command-connector.ts');
    return createCommandConnector({ name, on, argv: command, timeoutMs: timeout });
  }
  if (http === undefined) throw new Error(`The connector ${name} has nothing to call.`);
  const { createHttpConnector } = await import('../effects/http-connector.ts');
  return createHttpConnector({
    name,
    on,
    method: http.method,
    url: http.url,
    headers: http.headers,
    timeoutMs: timeout,
    ...(http.body === undefined ? {} : { body: http.body }),
    ...(http.secret_file === undefined ? {} : { secretFile: http.secret_file }),
  });
}

async function sessionEnders(
  settings: Config['accounts']['end_sessions'],
): Promise<AccountConnector[]> {
  const { command, doveadm_http: http, timeout: timeoutMs } = settings;
  if (command === undefined && http === undefined) return [];
  const { createDoveadmCommand, createDoveadmHttp } = await import('../effects/doveadm.ts');
  const name = 'doveadm';
  if (command !== undefined) return [createDoveadmCommand({ name, argv: command, timeoutMs })];
  if (http === undefined) return [];
  const { url, authentication, secret_file: secretFile } = http;
  return [createDoveadmHttp({ name, url, authentication, secretFile, timeoutMs })];
}
