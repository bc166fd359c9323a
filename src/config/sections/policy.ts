/** The operator's rules. Everything here is taken up by a reload (SIGHUP). */
import { z } from 'zod';
import { count, duration } from '../amounts.ts';
import { domain, network } from '../net-values.ts';
import { day, timeOfDay, timeZone } from '../scalars.ts';
import {
  APPLICATION_LIMITS,
  DEVICE_LIMITS,
  FORWARD_LIMITS,
  LIST_LIMITS,
  MAX_NETWORKS,
  PERSON_LIMITS,
  SENDER_ACTIONS,
  SYSTEM_LIMITS,
  classSchema,
  cleartext,
  clientNetworkAction,
  clientNetworks,
  distinctRule,
  foreignSender,
  groupSchema,
  limitList,
  otherSender,
} from './limits.ts';

/** More domains than this belong in the directory. */
export const MAX_DOMAINS = 100_000;
export const MAX_GROUPS = 1_000;

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const businessHours = z.strictObject({
  days: z
    .array(z.enum(WEEKDAYS))
    .max(7)
    .prefault(['mon', 'tue', 'wed', 'thu', 'fri'])
    .describe('Working days.'),
  from: timeOfDay().prefault('07:00').describe('Start, in the time zone of the account.'),
  to: timeOfDay().prefault('20:00').describe('End, in the time zone of the account.'),
  holidays: z
    .array(day())
    .max(1_000)
    .prefault([])
    .meta({
      description: 'Days that count as outside: `2026-12-24`, or `12-25` for every year.',
      sample: ['01-01', '12-25'],
    }),
  outside_factor: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.5)
    .meta({ kind: 'a number' })
    .describe(
      'Limits are multiplied by this outside business hours, when nobody would notice abuse. Half of ' +
        'the shipped limits is still above the busiest hour of 95 people in 100. 1 switches it off.',
    ),
});

const relay = z.strictObject({
  action: z
    .enum(SENDER_ACTIONS)
    .default('reject')
    .describe('Submission without AUTH (ACC-1): `off`, `observe`, `hold` or `reject`.'),
  networks: z
    .array(network())
    .max(MAX_NETWORKS)
    .prefault([])
    .meta({
      description:
        'Own legacy clients that may still send without AUTH. They are listed with their traffic, so ' +
        'that they can be moved to AUTH.',
      sample: ['10.0.0.0/24'],
    }),
});

const senders = z.strictObject({
  other: otherSender.default('reject'),
  foreign: foreignSender.default('reject'),
});

const failures = z.strictObject({
  window: duration('1m', '7d').prefault('1h').describe('Time in which wrong passwords add up.'),
  per_address: count(2, 256)
    .default(20)
    .describe(
      'Distinct wrong passwords from one address, over all accounts and services; over IPv6 the ' +
        '/64 is the address. A phone that repeats one old password is one; twenty leaves room for ' +
        'a school behind one address. An address that is shut out lets in only who was at that ' +
        'place before, with a password that worked before.',
    ),
  per_network: count(2, 256)
    .default(100)
    .describe(
      'Distinct wrong passwords from one network (/24 or /48), for guessers who move about. In a ' +
        'network that is shut out each address keeps three tries of its own, so that nobody else ' +
        'can use up those of an owner there.',
    ),
  networks_per_account: count(2, 16)
    .default(10)
    .describe(
      'Distinct networks that guess at one account, however often each, before sources unknown to ' +
        'that account are slowed there. Places its owner has used before are never slowed.',
    ),
  shut_out: duration('1s', '7d').prefault('30m').describe('How long a source stays shut out.'),
  tarpit: duration('1s', '8s')
    .prefault('4s')
    .describe('Delay for an unknown source at an account under attack. Postfix gives up at 10s.'),
});

const connections = z.strictObject({
  action: z
    .enum(['off', 'observe', 'defer'])
    .default('observe')
    .describe(
      'What too many connections of one address do. `observe` records and counts them; `defer` asks ' +
        'to come again (450) on the services for mail from outside, and lets logins wait for ' +
        '`policy.failures.tarpit`. Nobody is refused for it, and places that an account knows, own ' +
        'networks, carriers and relays do not wait. Where it is not `off`, every connection from ' +
        'outside is a line of the journal.',
    ),
  window: duration('10s', '1d').prefault('10m').describe('Time in which connections add up.'),
  limit: count(10, 1_000_000)
    .default(600)
    .describe(
      'Connections of one address in that time, over all services: mail from outside, and logins ' +
        'that the auth policy door is told of. Over IPv6 the /64 is the address.',
    ),
  failure_weight: count(1, 100)
    .default(15)
    .describe(
      'Connections that a wrong password weighs, 10 to 20 being usual; the same one again is none.',
    ),
});

const thresholds = z.strictObject({
  throttle: z
    .number()
    .min(0)
    .max(100)
    .default(5.5)
    .describe('From here new recipients are slowed.'),
  hold: z
    .number()
    .min(0)
    .max(100)
    .default(9)
    .describe(
      'From here messages of the suspect context are held. 7 once four weeks were watched.',
    ),
  lock: z
    .number()
    .min(0)
    .max(100)
    .default(13)
    .describe('From here, and only with evidence from outside, the account is locked.'),
});

const quiet = z.strictObject({
  throttle: duration('1m', '31d').prefault('2d').describe('Quiet time before throttle ends.'),
  hold: duration('1m', '31d').prefault('1d').describe('Quiet time before hold becomes throttle.'),
  lock: duration('1m', '31d')
    .prefault('2d')
    .describe(
      'Quiet time before the rung lock becomes hold. A lock that was put on stays until it is lifted.',
    ),
});

const ladder = z.strictObject({
  thresholds: thresholds
    .prefault({})
    .describe('Score in nats (natural logarithm of the odds) at which each rung begins.'),
  quiet: quiet
    .prefault({})
    .describe('How long a rung stays without new evidence before it comes down one step.'),
});

const locks = z.strictObject({
  unlock_on: z
    .enum(['password', 'person'])
    .default('password')
    .describe(
      'What lifts a lock (ACC-12): `password`, a successful login with a password not seen before, or ' +
        '`person`, only somebody who unlocks it.',
    ),
});

const classes = z.strictObject({
  person: groupSchema.prefault({}).describe('People; the general rules are made for them.'),
  application: classSchema(APPLICATION_LIMITS)
    .prefault({})
    .describe('Programs that write to people: shops, invoices, monitoring.'),
  device: classSchema(DEVICE_LIMITS, 'off')
    .prefault({})
    .describe('Printers, scanners, alarm systems.'),
  list: classSchema(LIST_LIMITS, 'observe').prefault({}).describe('Newsletters and mailing lists.'),
  forward: classSchema(FORWARD_LIMITS, 'off').prefault({}).describe('Forwarded mail.'),
  system: classSchema(SYSTEM_LIMITS, 'off')
    .prefault({})
    .describe('Mail of the servers themselves.'),
});

export const policySchema = z.strictObject({
  mode: z
    .enum(['observe', 'enforce'])
    .default('observe')
    .describe(
      '`observe` decides, records and alerts but lets everything pass; `enforce` answers. Start with ' +
        '`observe`, read what would have been stopped, then enforce.',
    ),
  domains: z
    .array(domain())
    .max(MAX_DOMAINS)
    .prefault([])
    .meta({
      description:
        'Domains the platform receives mail for. Those the directory knows come on top. A return-path ' +
        'elsewhere is foreign (ACC-3).',
      sample: ['example.org'],
    }),
  time_zone: timeZone().prefault('UTC').describe('For accounts whose directory entry names none.'),
  business_hours: businessHours.prefault({}).describe('When people work (SND-5).'),
  relay: relay.prefault({}).describe('Submission without AUTH (ACC-1).'),
  senders: senders.prefault({}).describe('Which sender addresses an account may use.'),
  client_networks: clientNetworks.prefault([]),
  client_network_action: clientNetworkAction.default('reject'),
  cleartext: cleartext.default('observe'),
  limits: limitList(PERSON_LIMITS).describe(
    'Ceilings for everybody, made for people (SND-1). A flat 100 recipients an hour hits ordinary ' +
      'people: busiest hours of 147 to 243 recipients are usual in a company, 1,705 was seen. So one ' +
      'announcement to 1,000 people passes, and what is over is slowed or held, never locked. Limits ' +
      'for a domain, address or the platform depend on your size: add your own.',
  ),
  places: distinctRule('1d', 12)
    .prefault({})
    .describe(
      'Distinct networks an account is used from (ACC-8). Home, work, trains and hotels make a ' +
        'handful; mobile carriers, mail fetchers and relays are one place each (ACC-10), and those it ' +
        'knew two weeks before are not counted. A botnet shows dozens.',
    ),
  countries: distinctRule('1d', 3)
    .prefault({})
    .describe(
      'Distinct countries an account is used from (ACC-9). A traveller shows home, transit and ' +
        'destination in a day; a fourth is unusual.',
    ),
  connections: connections
    .prefault({})
    .describe('Connections of one address over all services (INB-4), in one sum with ACC-6.'),
  failures: failures
    .prefault({})
    .describe('Wrong passwords (ACC-6). The source is shut out, never the account.'),
  ladder: ladder.prefault({}).describe('When the score moves an account up and down.'),
  locks: locks.prefault({}).describe('Locked accounts (ACC-11, ACC-12).'),
  classes: classes
    .prefault({})
    .describe('Rules for kinds of account; the directory says which an account is.'),
  groups: z
    .record(z.string().min(1).max(100), groupSchema)
    .refine((groups) => Object.keys(groups).length <= MAX_GROUPS, {
      message: `there are more than ${MAX_GROUPS} groups. Merge some.`,
    })
    .prefault({})
    .meta({
      description:
        'Rules for groups of accounts; the directory says who belongs to which. Applied after the ' +
        'class.',
      sample: {
        marketing: {
          limits: [{ scope: 'account', count: 'recipients', window: '1h', limit: 5000 }],
        },
      },
    }),
});
