/** The forms of scenario lines and their meaning as values (grammar: scenario.ts). */
import type { AccountClass } from '../../src/core/event.ts';
import type { NetworkClass } from '../../src/core/network.ts';
import type { Rung } from '../../src/core/verdict.ts';
import type { Form } from './scenario.ts';

export type Result = 'pass' | 'defer' | 'hold' | 'reject' | 'wrong';

/** What a message says, where the story shows it. */
export interface Saying {
  /** Names of texts, one after the other. */
  readonly texts: readonly string[];
  readonly isAnswer: boolean;
  /** To people of the own tenant. */
  readonly isInside: boolean;
}

export type Head =
  | { readonly kind: 'text'; readonly name: string; readonly paragraphs: readonly string[] }
  | { readonly kind: 'policy' | 'outcomes'; readonly yaml: string }
  | {
      readonly kind: 'place';
      readonly name: string;
      readonly country: string;
      readonly class: NetworkClass;
    }
  | {
      readonly kind: 'account';
      readonly names: readonly string[];
      readonly class: AccountClass;
      readonly zone: string;
    }
  | {
      readonly kind: 'usual';
      readonly who: string;
      readonly messages: number;
      readonly recipients: number;
      readonly workingDays: boolean;
      readonly days: number;
      readonly place: string;
    };

/** Where an action comes from: a place, its whole network, or networks never seen before. */
export type Origin =
  | { readonly kind: 'place' | 'network-of'; readonly place: string }
  | { readonly kind: 'networks'; readonly count: number; readonly countries: number };

export type Action =
  | {
      readonly kind: 'send';
      readonly who: string;
      readonly messages: number;
      readonly recipients: number;
      /** Never written to before. */
      readonly areNew: boolean;
      readonly overMs: number;
      readonly place: string;
      readonly as: string;
      readonly saying: Saying | undefined;
    }
  | { readonly kind: 'came-back'; readonly who: string; readonly unknown: number }
  | { readonly kind: 'complain'; readonly who: string; readonly count: number }
  | {
      readonly kind: 'each-sends';
      readonly prefix: string;
      readonly place: string;
      readonly saying: Saying | undefined;
    }
  | {
      readonly kind: 'login';
      readonly who: string;
      readonly times: number;
      readonly overMs: number;
      readonly origin: Origin;
      readonly password: string;
    }
  | {
      readonly kind: 'each-logs-in';
      readonly prefix: string;
      readonly place: string;
      readonly mistypes: number;
    }
  | {
      readonly kind: 'guess';
      readonly who: string;
      readonly guesses: number;
      readonly overMs: number;
      readonly origin: Origin;
    }
  | { readonly kind: 'password'; readonly who: string; readonly password: string }
  | { readonly kind: 'desk'; readonly what: 'lock' | 'unlock' | 'release'; readonly who: string }
  | { readonly kind: 'mode'; readonly mode: 'observe' | 'enforce' };

export type Expectation =
  | {
      readonly kind: 'count';
      readonly atLeast: number;
      readonly atMost: number;
      readonly all: boolean;
      readonly result: Result;
    }
  | {
      readonly kind: 'rung';
      readonly rung: Rung;
      readonly withinMs: number | undefined;
      readonly reason: string;
    }
  | { readonly kind: 'locked'; readonly locked: boolean }
  | { readonly kind: 'alert'; readonly practice: string | undefined };

export type Whole =
  | { readonly kind: 'stopped'; readonly only: readonly string[] }
  | { readonly kind: 'relays'; readonly domain: string; readonly messages: number };

const WHO = String.raw`([\w.-]+@[\w.-]+)`;
const DURATION = String.raw`(\d+[smhd])`;
const FROM = String.raw`from (?:(\d+) networks(?: in (\d+) countries)?|([\w-]+?)('s network)?)`;
const SAYING = String.raw`(?: saying ([\w+-]+)( as an answer)?( inside)?)?`;
const RESULT = '(pass|defer|hold|reject|wrong)';
const form = (text: string): RegExp => new RegExp(`^${text}$`);
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text: string): number {
  return text === '' ? 0 : parseInt(text, 10) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS];
}

const number = (text: string | undefined, otherwise: number): number =>
  text === undefined || text === '' ? otherwise : Number(text);

function origin(words: readonly string[]): Origin {
  const [count, countries, place = '', whole] = words;
  if (place === '')
    return { kind: 'networks', count: number(count, 1), countries: number(countries, 1) };
  return { kind: whole === '' ? 'place' : 'network-of', place };
}

function saying(words: readonly string[]): Saying | undefined {
  const [names = '', answer = '', inside = ''] = words;
  if (names === '') return undefined;
  return { texts: names.split('+'), isAnswer: answer !== '', isInside: inside !== '' };
}

const CLASS = String.raw`(?: class (person|application|device|list|forward|system))?`;

export const HEAD: readonly Form<Head>[] = [
  [form('policy (.+)'), ([yaml = '']) => ({ kind: 'policy', yaml })],
  [form('outcomes (.+)'), ([yaml = '']) => ({ kind: 'outcomes', yaml })],
  [
    form(String.raw`place ([\w-]+) is ([A-Z]{2})(?: (mobile|relay|fetcher|hosting|tor|fixed))?`),
    ([name = '', country = '', kind]) => ({
      kind: 'place',
      name,
      country,
      class: (kind === '' ? 'fixed' : kind) as NetworkClass,
    }),
  ],
  [
    form(String.raw`text ([\w-]+): (.+)`),
    ([name = '', text = '']) => ({
      kind: 'text',
      name,
      paragraphs: text.split('|').map((paragraph) => paragraph.trim()),
    }),
  ],
  [
    form(String.raw`account ${WHO}${CLASS}(?: zone ([\w/]+))?`),
    ([who = '', kind, zone = '']) => ({
      kind: 'account',
      names: [who],
      class: (kind === '' ? 'person' : kind) as AccountClass,
      zone,
    }),
  ],
  [
    form(String.raw`(\d+) accounts ([\w.-]+)#(@[\w.-]+)${CLASS}`),
    ([count, name = '', domain = '', kind]) => ({
      kind: 'account',
      names: Array.from({ length: number(count, 0) }, (_, i) => `${name}${i + 1}${domain}`),
      class: (kind === '' ? 'person' : kind) as AccountClass,
      zone: '',
    }),
  ],
  [
    form(
      String.raw`usual ${WHO}: (\d+) messages(?: to (\d+))? a (working )?day for (\d+) days from ([\w-]+)`,
    ),
    ([who = '', messages, recipients, working, days, place = '']) => ({
      kind: 'usual',
      who,
      messages: number(messages, 0),
      recipients: number(recipients, 1),
      workingDays: working !== '',
      days: number(days, 0),
      place,
    }),
  ],
];

export const ACTIONS: readonly Form<Action>[] = [
  [
    form(
      String.raw`(?:${WHO}|somebody) sends (\d+) messages?(?: to (\d+)( new)?)?(?: in ${DURATION})? from ([\w-]+)(?: as (\S+))?${SAYING}`,
    ),
    ([who = '', messages, recipients, fresh, over = '', place = '', as = '', ...says]) => ({
      kind: 'send',
      who,
      messages: number(messages, 0),
      recipients: number(recipients, 1),
      areNew: fresh !== '',
      overMs: durationMs(over),
      place,
      as,
      saying: saying(says),
    }),
  ],
  [
    form(String.raw`(\d+) recipients of ${WHO} do not exist`),
    ([unknown, who = '']) => ({ kind: 'came-back', who, unknown: number(unknown, 0) }),
  ],
  [
    form(String.raw`(\d+) recipients of ${WHO} complain`),
    ([count, who = '']) => ({ kind: 'complain', who, count: number(count, 0) }),
  ],
  [
    form(String.raw`each ([\w.-]+)# sends one message from ([\w-]+)${SAYING}`),
    ([prefix = '', place = '', ...says]) => ({
      kind: 'each-sends',
      prefix,
      place,
      saying: saying(says),
    }),
  ],
  [
    form(String.raw`${WHO} logs in(?: (\d+) times in ${DURATION})? ${FROM} with ([\w-]+)`),
    ([who = '', times, over = '', a = '', b = '', c = '', d = '', password = '']) => ({
      kind: 'login',
      who,
      times: number(times, 1),
      overMs: durationMs(over),
      origin: origin([a, b, c, d]),
      password,
    }),
  ],
  [
    form(String.raw`each ([\w.-]+)# logs in from ([\w-]+), (\d+) mistype first`),
    ([prefix = '', place = '', mistypes]) => ({
      kind: 'each-logs-in',
      prefix,
      place,
      mistypes: number(mistypes, 0),
    }),
  ],
  [
    form(String.raw`somebody guesses (\d+) passwords of ${WHO} in ${DURATION} ${FROM}`),
    ([guesses, who = '', over = '', ...from]) => ({
      kind: 'guess',
      who,
      guesses: number(guesses, 0),
      overMs: durationMs(over),
      origin: origin(from),
    }),
  ],
  [
    form(String.raw`${WHO} changes the password to ([\w-]+)`),
    ([who = '', password = '']) => ({ kind: 'password', who, password }),
  ],
  [
    form(`postmaster (lock|unlock|release)s ${WHO}`),
    ([what, who = '']) => ({ kind: 'desk', what: what as 'lock' | 'unlock' | 'release', who }),
  ],
  [
    form('mode (observe|enforce)'),
    ([mode]) => ({ kind: 'mode', mode: mode as 'observe' | 'enforce' }),
  ],
];

const count = (
  result: string | undefined,
  bounds: { atLeast?: number; atMost?: number; all?: boolean },
): Expectation => ({
  kind: 'count',
  result: result as Result,
  atLeast: bounds.atLeast ?? 0,
  atMost: bounds.atMost ?? Infinity,
  all: bounds.all ?? false,
});

export const EXPECTATIONS: readonly Form<Expectation>[] = [
  [form(`all ${RESULT}`), ([result]) => count(result, { all: true, atLeast: 1 })],
  [form(`none ${RESULT}`), ([result]) => count(result, { atMost: 0 })],
  [form(`at most (\\d+) ${RESULT}`), ([n, result]) => count(result, { atMost: Number(n) })],
  [form(`at least (\\d+) ${RESULT}`), ([n, result]) => count(result, { atLeast: Number(n) })],
  [
    form(`rung (observe|throttle|hold|lock)(?: within ${DURATION})?(?:, reason "([^"]+)")?`),
    ([rung, within = '', reason = '']) => ({
      kind: 'rung',
      rung: rung as Rung,
      withinMs: within === '' ? undefined : durationMs(within),
      reason,
    }),
  ],
  [form('(not )?locked'), ([not]) => ({ kind: 'locked', locked: not === '' })],
  [form(String.raw`alert ((?:ACC|SND|CON)-\d+)`), ([practice]) => ({ kind: 'alert', practice })],
  [form('no alert'), () => ({ kind: 'alert', practice: undefined })],
];

export const WHOLE: readonly Form<Whole>[] = [
  [form('nobody is stopped'), () => ({ kind: 'stopped', only: [] })],
  [
    form('only (.+?) (?:is|are) stopped'),
    ([names = '']) => ({ kind: 'stopped', only: names.split(', ') }),
  ],
  [
    form(String.raw`([\w.-]+) relays (\d+) messages without AUTH`),
    ([domain = '', messages]) => ({ kind: 'relays', domain, messages: Number(messages) }),
  ],
];
