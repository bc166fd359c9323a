/** `primum simulate`: a made platform with its attackers, for measuring. */
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';

export const simulate: Command = {
  name: 'simulate',
  summary: 'Write the events of a made platform with its attackers, and what was true.',
  details:
    'For measuring: replay judges the events, score holds the verdicts against the truth. Equal options give equal files. Names ending in .gz or .zst are compressed.',
  options: {
    platform: {
      type: 'string',
      value: 'SIZE',
      help: 'small (60 identities, 40 days), medium (600, 60) or full (20,000, 120). Default: small.',
    },
    seed: { type: 'string', value: 'N', help: 'Another number is another platform. Default: 1.' },
    out: { type: 'string', value: 'FILE', help: 'Where the events go.', isRequired: true },
    truth: { type: 'string', value: 'FILE', help: 'Where the truth goes.', isRequired: true },
    streams: {
      type: 'string',
      value: 'FOLDER',
      help: 'Real streams of who wrote to whom (CSV of unix,from,to,kind; .csv or .csv.gz), spliced in.',
    },
    texts: {
      type: 'string',
      value: 'FOLDER',
      help: 'Real messages (.eml, mbox) whose texts are used; those in folders named spam* by attackers.',
    },
    anomalies: {
      type: 'string',
      value: 'N',
      help: 'How many times as often innocent oddities happen. Default: 1.',
    },
  },
  run: ({ wiring, option }) =>
    wiring.simulate({
      platform: option('platform') ?? 'small',
      seed: numberOf('seed', option('seed') ?? '1', 2 ** 32),
      out: option('out') ?? '',
      truth: option('truth') ?? '',
      streams: option('streams'),
      texts: option('texts'),
      anomalies: numberOf('anomalies', option('anomalies') ?? '1', 100),
    }),
};

function numberOf(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= most) return value;
  throw new PrimumError('USAGE', `--${name} is a number from 0 to ${most}, not "${text}".`);
}
