/** What holds for all parts alike. */

/** Packages that belong to one part, so that exchanging one touches one folder. */
export const DRIVERS: readonly { readonly package: string; readonly only: readonly string[] }[] = [
  { package: 'node:sqlite', only: ['store/'] },
  { package: 'kysely', only: ['store/', 'desk/'] },
  { package: 'nodemailer', only: ['effects/'] },
  { package: 'maxmind', only: ['network/'] },
  { package: 'fastify', only: ['doors/api/'] },
  { package: 'preact', only: ['console/'] },
  { package: 'pino', only: ['telemetry/'] },
  { package: 'prom-client', only: ['telemetry/'] },
  { package: 'yaml', only: ['config/', 'directory/'] },
  { package: 'postal-mime', only: ['message/'] },
  { package: 'mailauth', only: ['returned/'] },
  { package: 'htmlparser2', only: ['message/'] },
  { package: 'dns-packet', only: ['watch/'] },
  { package: 'iconv-lite', only: ['message/'] },
];

/** What would make a pure file answer differently the second time. */
export const IMPURE_NAMES: readonly string[] = [
  'Date.now',
  'Math.random',
  'performance',
  'process',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'crypto',
];

/** House style: a longer file does two things. */
export const MAX_FILE_LINES = 400;
