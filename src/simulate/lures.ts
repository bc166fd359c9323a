/** What attackers write, by kind. Made of pieces, so that campaigns differ and variants of one are alike. */
import type { Rng } from './random.ts';
import { Template } from './texts.ts';

export type LureKind = 'spam' | 'phish' | 'thread' | 'payment' | 'prose';

const LINES: Readonly<Record<LureKind, readonly (readonly string[])[]>> = {
  spam: [
    ['Dear {name},', 'Dear friend,', 'Hello,', 'Good day {name},', 'Attention please,'],
    [
      'I am contacting you on behalf of a client who left a deposit of {number} million with our bank.',
      'Our pharmacy has a new offer for you, with {number} percent off all this week.',
      'We grant loans to persons and companies at {number} percent, without papers.',
      'Your address was drawn in our lottery and you have won the second prize.',
      'A rare chance: this coin rises {number} percent a day and very few people know.',
      'Make extra income from home, {number} dollars each week, nobody needs experience.',
    ],
    [
      'The funds were never claimed and will be confiscated before the end of this quarter.',
      'All is discreet and arrives within five days at your door.',
      'You need no guarantee and the money is there on the next day.',
      'Do not tell anyone about this until the transfer is finished.',
      'Thousands have changed their lives already with this simple method.',
      'Serious replies only, as places are limited.',
    ],
    [
      'Answer to {contact} for the details.',
      'See the offer here: {url}',
      'Start now: {url}',
      'Write today to {contact}.',
    ],
    [
      'Yours sincerely, Mr. {made}',
      'God bless you, Barrister {made}',
      'Team {made}',
      'Regards, {made}',
    ],
  ],
  phish: [
    ['Hello {name},', 'Dear user,', '{name},', 'Dear colleague,'],
    [
      'a document was shared with you and waits for your signature.',
      'your mailbox is almost full and will stop receiving messages.',
      'you have a new voice message of {number} seconds.',
      'your password expires in 24 hours.',
      'the salary review for this year is ready for you.',
    ],
    [
      'Open it here: {url}',
      'Keep your password by signing in: {url}',
      'Please log in to view: {url}',
      'Verify your account: {url}',
    ],
    ['IT Service Desk', 'Help Desk', 'Shared Documents', 'HR Department'],
  ],
  thread: [
    ['Hello {name},', 'Hi,', 'Good day,', '{name},'],
    [
      'please see the corrected document here: {url}',
      'I forgot the attachment, it is here: {url}',
      'the papers we discussed: {url} (password {number})',
      'kindly look at the enclosed file and confirm.',
    ],
    ['Thanks', 'Let me know.', 'Best'],
  ],
  payment: [
    ['{name},', 'Hi {name},', 'Are you at your desk?'],
    [
      'I need a payment of {number},400 made today, can you take care of it?',
      'our bank account has changed, please use the new details for the open invoice.',
      'the wire transfer for the supplier must leave before three, I send you the account number.',
      'can you buy gift cards for a client and send me the codes? I will refund you.',
    ],
    [
      'I am in meetings all day, so please answer by mail only.',
      'Keep this between us for now.',
      'It is urgent, please confirm when done.',
    ],
    ['Thanks', 'Regards', 'Sent from my mobile'],
  ],
  prose: [
    ['Dear {name},', 'Good morning {name},', 'Hello {name},', 'Hi {name},'],
    [
      'I came across your work on the {topic} and wondered whether you would be open to a short exchange.',
      'We met briefly at the {topic} last spring; you may remember the talk about {thing}.',
      'A mutual acquaintance suggested that I write to you about the {thing}.',
      'I represent a family office that looks for partners in the field of {topic}.',
      'Your name was given to me as the right person for questions on {topic}.',
    ],
    [
      'There is an opening that fits your experience, though it is not public yet.',
      'We have set aside a sum for this and would value an honest view from outside.',
      'The matter is a little delicate, so I prefer to explain it in person first.',
      'A colleague of mine could describe the terms within a few minutes.',
      'Nothing needs to be decided now; I would only like to know if it interests you.',
    ],
    [
      'Would you answer this message, so that I know it has reached you?',
      'May I send you the particulars?',
      'When would be a good time to talk?',
      'If not, who else could I ask?',
    ],
    ['With kind regards, {made}', 'Sincerely, {made}', 'Warm regards, {made}'],
  ],
};

/** One choice of each piece: the template of a campaign. */
export function lure(rng: Rng, kind: LureKind, subject?: string): Template {
  const subjects = [
    'Your document',
    'Important notice',
    'Re: invoice',
    'A short question',
    'Offer',
    'Request',
    'Account update',
    'Message for you',
  ];
  return new Template(
    subject ?? rng.pick(subjects),
    LINES[kind].map((choices) => rng.pick(choices)),
  );
}
