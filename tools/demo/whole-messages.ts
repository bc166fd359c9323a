/** Whole messages of the last day, through the milter door: letters, a campaign, a virus, a newsletter. */
import {
  acquaintance,
  CAMPAIGN,
  CAMPAIGN_ADDRESSES,
  createRandom,
  homeOf,
  INFECTED,
  NEWSLETTER,
  OFFICE,
  PEOPLE,
} from './cast.ts';
import type { Letter } from './milter-client.ts';
import { EICAR } from './virus-scanner.ts';

export const SCENES = ['letters', 'campaign', 'virus', 'newsletter'] as const;
export type Scene = (typeof SCENES)[number];

export interface Posted {
  readonly atMs: number;
  readonly scene: Scene;
  readonly letter: Letter;
}

const MULTIPART = [
  ['MIME-Version', '1.0'],
  ['Content-Type', 'multipart/mixed; boundary="part"'],
] as const;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Copies that each of the stolen accounts sends. */
const ROUNDS = 3;
export const NEWSLETTERS = 20;

const random = createRandom(11);

export function wholeMessages(dayMs: number): Posted[] {
  return [...letters(dayMs), ...campaign(dayMs), virus(dayMs), ...newsletter(dayMs)];
}

function compose(
  from: { readonly account: string; readonly clientAddress: string; readonly heloName?: string },
  message: {
    readonly atMs: number;
    readonly to: string;
    readonly subject: string;
    readonly body: string;
    readonly more?: readonly (readonly [string, string])[];
  },
): Letter {
  const { to, subject, atMs, body, more = [] } = message;
  const id = Math.floor(random() * 2 ** 40).toString(36);
  return {
    ...from,
    recipients: [to],
    headers: [
      ['From', from.account],
      ['To', to],
      ['Subject', subject],
      ['Date', new Date(atMs).toUTCString().replace('GMT', '+0000')],
      ['Message-ID', `<${id}@example.org>`],
      ...more,
    ],
    body: body.replaceAll('\n', '\r\n'),
  };
}

const OPENINGS = [
  'The garden is full of apples this year and nobody here can eat them all.',
  'We came home late last night because the train stood still near the river.',
  'My sister has a new dog that barks at the postman and at the moon.',
  'The choir sings on Sunday and there are two seats left in our row.',
  'I have read the draft of your second chapter and like the captain best.',
  'Our roof leaks again over the kitchen and the carpenter is on holiday.',
];
const MIDDLES = [
  'Would you like to come over on the weekend and bring the children along?',
  'Please tell me which of the two dates suits you for the walk in the hills.',
  'If you still have the long ladder I would borrow it for an afternoon.',
  'The doctor says that grandmother may go home by the end of the week.',
  'I found the photographs of our trip to the lake in a box under the stairs.',
];
const ENDINGS = [
  'Give my love to everybody at your table and write when you find the time.',
  'Call me after supper, I shall be in the workshop until it gets dark.',
  'More about it when we see each other at the market on Thursday morning.',
];

function pick(list: readonly string[], number: number): string {
  return list[number % list.length] ?? '';
}

/** Each person one of his own: no two have the same three sentences. */
function letters(dayMs: number): Posted[] {
  return PEOPLE.flatMap(({ account }, i): Posted[] => {
    if (account === INFECTED.account || CAMPAIGN.includes(account)) return [];
    const atMs = dayMs + 2 * HOUR + i * 3 * MINUTE;
    const body = [pick(OPENINGS, i), pick(MIDDLES, i), pick(ENDINGS, i + Math.floor(i / 6))];
    const letter = compose(
      { account, clientAddress: homeOf(i) },
      {
        atMs,
        to: `friend${i}@friends.example`,
        subject: 'From home',
        body: `Dear friend,\n\n${body.join(' ')}\n\nYours\n`,
      },
    );
    return [{ atMs, scene: 'letters', letter }];
  });
}

const OFFER =
  'We offer you a private loan at three percent without any check of your income\n' +
  'or your debts, paid to your bank within two days if you write to our officer\n' +
  'today with your name, your telephone number and the sum that you need:\n' +
  'https://loans.quick-money.example/apply\n';
/** Starts as a PDF does; nobody opens it. */
const CONDITIONS = Buffer.from('%PDF-1.4 The conditions of the private loan.').toString('base64');

/** To people in the stolen address books; the salutation and the signature change, as in real ones. */
function campaign(dayMs: number): Posted[] {
  return Array.from({ length: ROUNDS * CAMPAIGN.length }, (_, i): Posted => {
    const atMs = dayMs + 8 * HOUR + i * 2 * MINUTE;
    const account = pick(CAMPAIGN, i);
    const letter = compose(
      { account, clientAddress: pick(CAMPAIGN_ADDRESSES, i), heloName: 'win-pc' },
      {
        atMs,
        to: acquaintance(account),
        subject: `Good news, customer ${4000 + 37 * i}`,
        body:
          '--part\nContent-Type: text/plain; charset=utf-8\n\n' +
          `Dear customer ${4000 + 37 * i},\n\n${OFFER}\nOfficer ${i + 1}\n` +
          '--part\nContent-Type: application/pdf; name="conditions.pdf"\n' +
          'Content-Disposition: attachment; filename="conditions.pdf"\n' +
          `Content-Transfer-Encoding: base64\n\n${CONDITIONS}\n--part--\n`,
        more: MULTIPART,
      },
    );
    return { atMs, scene: 'campaign', letter };
  });
}

function virus(dayMs: number): Posted {
  const atMs = dayMs + 9 * HOUR;
  const body =
    '--part\nContent-Type: text/plain\n\nThe invoice is attached, please pay soon.\n' +
    '--part\nContent-Type: application/octet-stream; name="invoice.com"\n' +
    'Content-Disposition: attachment; filename="invoice.com"\n\n' +
    `${EICAR}\n--part--\n`;
  const letter = compose(
    { account: INFECTED.account, clientAddress: homeOf(indexOf(INFECTED.account)) },
    {
      atMs,
      to: 'office@targets.example',
      subject: 'Invoice',
      body,
      more: MULTIPART,
    },
  );
  return { atMs, scene: 'virus', letter };
}

function indexOf(account: string): number {
  return PEOPLE.findIndex((person) => person.account === account);
}

function newsletter(dayMs: number): Posted[] {
  const body =
    'The summer programme of our museum is here: four new rooms, a concert in the court\n' +
    'on the first of July, and guided walks for schools on every Tuesday morning.\n';
  return Array.from({ length: NEWSLETTERS }, (_, i): Posted => {
    const atMs = dayMs + 3 * HOUR + i * 1000;
    const letter = compose(
      { account: NEWSLETTER.account, clientAddress: `${OFFICE}.200` },
      {
        atMs,
        to: `reader${i}@readers.example`,
        subject: 'The summer programme',
        body,
        more: [
          ['X-phpList-version', '3.6.15'],
          ['X-ListMember', `reader${i}@readers.example`],
          ['X-MessageID', '42'],
          ['List-Unsubscribe', `<https://news.example.org/lists/?p=unsubscribe&uid=${i}>`],
          ['Precedence', 'bulk'],
        ],
      },
    );
    return { atMs, scene: 'newsletter', letter };
  });
}
