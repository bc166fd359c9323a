/** Who is told (SND-2, ACC-6). Taken up by a reload. */
import { z } from 'zod';
import { count, duration } from '../amounts.ts';
import { mailAddress, webAddress } from '../net-values.ts';
import { headers, path, secretPath, text } from '../scalars.ts';

export const MAX_WEBHOOKS = 20;
export const MAX_RECIPIENTS = 50;

const email = z.strictObject({
  to: z
    .array(mailAddress())
    .min(1)
    .max(MAX_RECIPIENTS)
    .meta({ description: 'Who gets alerts.', sample: ['abuse@example.org'] }),
  from: mailAddress().meta({ sample: 'primum@example.org' }).describe('Sender of the alerts.'),
  sendmail: path('/usr/sbin/sendmail')
    .optional()
    .describe('A sendmail program that takes them; then the SMTP keys below are not used.'),
  host: text('localhost').prefault('127.0.0.1').describe('SMTP server that takes them.'),
  port: count(1, 65_535).default(25).describe('Port of that server.'),
  tls: z
    .enum(['implicit', 'required', 'optional', 'never'])
    .default('optional')
    .describe(
      '`implicit` (TLS from the first byte, port 465), `required` (STARTTLS or nothing, port 587), ' +
        '`optional` or `never`.',
    ),
  user: text('primum').optional().describe('Login there, if it wants one.'),
  password_file: secretPath('/etc/primum/smtp.password')
    .optional()
    .describe('File with the password of that login.'),
  timeout: duration('1s', '5m').prefault('20s').describe('Longest wait for the server.'),
});

const webhook = z.strictObject({
  name: text('chat').describe('Name in logs and metrics.'),
  url: webAddress('https://chat.example.org/hooks/primum')
    .meta({ masked: true })
    .describe('Where alerts are posted as JSON.'),
  secret_file: secretPath('/etc/primum/chat.secret').describe(
    'File with the key of the HMAC-SHA256 signature in `X-Primum-Signature`.',
  ),
  headers,
  timeout: duration('1s', '1m').prefault('10s').describe('Longest wait for the answer.'),
});

export const alertsSchema = z.strictObject({
  email: email.optional().describe('Alerts by mail.'),
  webhooks: z
    .array(webhook)
    .max(MAX_WEBHOOKS)
    .prefault([])
    .meta({
      description: 'Alerts by signed HTTP POST.',
      sample: [
        {
          name: 'chat',
          url: 'https://chat.example.org/hooks/primum',
          secret_file: '/etc/primum/chat.secret',
        },
      ],
    }),
  repeat_after: duration('1m', '31d')
    .prefault('4h')
    .describe('One cause alerts once; while it goes on it is told again after this time.'),
  link_base_url: webAddress('https://primum.example.org')
    .optional()
    .describe(
      'Start of the links in alerts: where the API door is reached. By default the first TCP ' +
        'address of `doors.api.listen`; on unix sockets alone alerts have no links.',
    ),
  postmaster: mailAddress()
    .optional()
    .describe('Address where a person who was refused can turn to.'),
});
