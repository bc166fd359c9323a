/** The milter door: the whole message, from Postfix or Sendmail. */
import { z } from 'zod';
import { duration, size } from '../amounts.ts';
import { text } from '../scalars.ts';
import { listen, maxConnections, onFailure, socketKeys, timeout } from './door-keys.ts';

export const milterDoor = z.strictObject({
  listen: listen('127.0.0.1:10041', '`unix:/path`, which is faster, or `host:port`'),
  ...socketKeys(),
  on_failure: onFailure,
  timeout: timeout('1500ms'),
  inspect_timeout: duration('100ms', '5m')
    .prefault('20s')
    .describe(
      'How long reading a message may take, scanners included; then it is judged by its envelope, or ' +
        'deferred where that is the stance. Keep it under `content_timeout` of the mail server.',
    ),
  progress: duration('1s', '5m')
    .prefault('5s')
    .describe('How often the mail server is told that a message is still being read.'),
  defer_as: z
    .enum(['hold', 'tempfail'])
    .default('hold')
    .describe(
      'How `defer` is said to a person, whose mail program does not try again: `hold`, a short hold ' +
        'that releases itself, or `tempfail` (450). Other accounts always get 450, and everybody does ' +
        'for what could not be scanned or read just then.',
    ),
  hold_by: z
    .enum(['quarantine', 'header'])
    .default('quarantine')
    .describe(
      'How the mail server is told to hold a message: `quarantine`, after which Postfix asks no further ' +
        'milter, or `header`, an X-Primum-Hold that `milter_header_checks` of Postfix must answer with ' +
        'HOLD: then a DKIM signer behind Primum signs held mail too. Without that line in main.cf, ' +
        'nothing is held.',
    ),
  inbound_daemons: z
    .array(text('mx'))
    .max(100)
    .prefault([])
    .meta({
      description:
        '`milter_macro_daemon_name` of services that take mail from outside; their mail is not a ' +
        'submission and is not judged as one.',
      sample: ['mx'],
    }),
  max_connections: maxConnections(2_000, ', one for each SMTP session'),
  max_packet: size('64KiB', '16MiB')
    .prefault('256KiB')
    .describe(
      'Longest packet. Pieces of a body have 64KiB; a header field has at most `header_size_limit`.',
    ),
  max_body: size('64KiB', '1GiB')
    .prefault('64MiB')
    .describe(
      'How much of a body is read and shown to scanners; what is beyond is counted and not looked at. ' +
        'Where a rule of `content` on attachments or links is in force, it acts on a larger message. Set ' +
        'it above `message_size_limit` of the mail server.',
    ),
  packet_timeout: duration('1s', '10m')
    .prefault('60s')
    .describe('Longest time from the first byte of a packet to its last.'),
  idle_timeout: duration('1s', '1d')
    .prefault('7210s')
    .describe('A silent connection is closed after this time.'),
});
