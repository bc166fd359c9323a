/**
 * CON-3, CON-2: how a campaign hides that it is one text, read from whole messages; and what many
 * people honestly send alike.
 */
import { describe, expect, it } from 'vitest';
import { readWholeMessage } from '../../src/message/read-whole.ts';
import { createRandom } from '../../tools/demo/cast.ts';
import { createPlatform, type Platform } from '../platform.ts';

const ACCOUNTS = Array.from({ length: 8 }, (_, i) => `p${i}@t${i}.test`);
const OTHERS = Array.from({ length: 6 }, (_, i) => `q${i}@u${i}.test`);
const OFFER =
  'We offer you a private loan at three percent without any check of your income or your debts, paid ' +
  'to your bank within two days if you write to our officer today with your name and the sum you need.';
const SHORT = 'Please look at your invoice here:';
const LINK = 'https://pay-now.spam-host.test/x';

const random = createRandom(5);
const words = (count: number): string =>
  Array.from({ length: count }, () => `w${Math.floor(random() * 1e9).toString(36)}`).join(' ');

interface Mail {
  readonly header?: string;
  readonly body: string;
  readonly to?: string;
}

/** `campaign` where the message was stopped and the same text, file or link is a reason for it. */
function send(p: Platform, account: string, { header = '', body, to }: Mail): string {
  const raw = `From: ${account}\nTo: x@y.test\nSubject: hello\n${header}\n${body}\n`;
  const { facts } = readWholeMessage(Buffer.from(raw.replaceAll('\n', '\r\n')));
  p.wait(60_000);
  const envelopeRecipients = [to ?? `stranger${words(1)}@elsewhere.test`];
  const { verdict, reasons } = p.submit(account, { envelopeRecipients, message: facts });
  const isAlike = reasons.some(
    ({ signal }) => signal === 'campaign' || signal === 'near-duplicate',
  );
  return verdict !== 'pass' && isAlike ? 'campaign' : verdict;
}

const friendOf = (account: string, n: number): string =>
  `friend${n}-of-${account.replace('@', '-')}@friends.test`;

/** People who have written for days to friends, each his own texts, with a link in the footer. */
function live(accounts: readonly string[]): Platform {
  const p = createPlatform({ accounts: accounts.map((account) => ({ account })) });
  for (let i = 0; i < 8; i += 1) {
    for (const account of accounts) {
      const body = `${words(25)}\n\nSee https://www.our-shop.test/ and more`;
      expect(send(p, account, { body, to: friendOf(account, i % 3) })).toBe('pass');
    }
  }
  p.wait(3_600_000);
  return p;
}

const attachment = (bytes: string, type = 'application/pdf', name = 'offer.pdf'): string =>
  `--b\nContent-Type: text/plain\n\n${words(20)}\n--b\nContent-Type: ${type}; name=${name}\n` +
  'Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n' +
  `${Buffer.from(`%PDF-1.4 ${bytes}`).toString('base64')}\n--b--\n`;
/** A picture of so many KiB, with a text of its own or none. */
const picture = (of: string, kib: number, text = ''): string => {
  const bytes = Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    Buffer.alloc(kib * 1024, of),
  ]);
  return (
    `--b\nContent-Type: text/plain\n\n${text}\n--b\nContent-Type: image/png; name=x.png\n` +
    `Content-Transfer-Encoding: base64\n\n${bytes.toString('base64').replace(/.{76}/g, '$&\n')}\n--b--\n`
  );
};
const MIXED = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n';
const UTF8 = 'Content-Type: text/plain; charset=utf-8\n';

/** After every fourth word one that nobody has written before. */
const inserted = (text: string): string =>
  text
    .split(' ')
    .map((word, i) => (i % 4 === 3 ? `${word} ${words(1)}` : word))
    .join(' ');

const GREEK_AND_CYRILLIC: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'ο',
  p: 'р',
  c: 'с',
};
/** A letter here and there is one that looks the same. */
const homoglyphs = (text: string): string =>
  text.replace(/[aeopc]/g, (letter) =>
    random() < 0.4 ? (GREEK_AND_CYRILLIC[letter] ?? letter) : letter,
  );
const UNSEEN = ['\u200b', '\u00ad', '\u2060', '\ufe0f', '\u{e0061}', '\u034f'];
const zeroWidth = (text: string): string =>
  text.replace(/[a-z]/g, (one) =>
    random() < 0.3 ? `${one}${UNSEEN[Math.floor(random() * 6)] ?? ''}` : one,
  );
const accents = (text: string): string =>
  text.replace(/[aeiou]/g, (one) =>
    random() < 0.3 ? `${one}${random() < 0.5 ? '\u0301' : '\u0308'}` : one,
  );
const wide = (text: string): string =>
  text.replace(/[a-z]/g, (one) =>
    random() < 0.3 ? String.fromCodePoint(0x1d400 + one.charCodeAt(0) - 71) : one,
  );

describe('CON-3: one text from eight accounts is a campaign that is stopped', () => {
  // prettier-ignore
  it.each<[string, (i: number) => Mail]>([
    ['as it is', () => ({ body: OFFER })],
    ['in letters of other scripts', () => ({ header: UTF8, body: homoglyphs(OFFER) })],
    ['with characters nobody sees', () => ({ header: UTF8, body: zeroWidth(OFFER) })],
    ['with accents at random', () => ({ header: UTF8, body: accents(OFFER) })],
    ['in mathematical letters', () => ({ header: UTF8, body: wide(OFFER) })],
    ['below 60 words at random, as a message passed on', () => ({ body: `${words(60)}\n\n-----Original Message-----\n${OFFER}` })],
    ['below a block of headers', () => ({ body: `${words(12)}\n\nFrom: a@b.test\nSent: today\nTo: c@d.test\n\n${OFFER}` })],
    ['as a quote', () => ({ body: `${words(12)}\n\n> ${OFFER}` })],
    ['above quotes at random', () => ({ body: `${OFFER}\n\n> ${words(120)}` })],
    ['as an answer to a message that never came', (i) => ({ header: `In-Reply-To: <${i}@made.up>\n`, body: OFFER })],
    ['as an answer, in its quote', (i) => ({ header: `References: <${i}@made.up>\n`, body: `${words(12)}\n\n> ${OFFER}` })],
    ['with a link below 60 words at random', () => ({ body: `${OFFER}\n${LINK}\n${words(60)}` })],
    ['with a link and a random word after every third', () => ({ body: `${inserted(OFFER)}\n${LINK}` })],
    ['with an address for answers and 60 random words', () => ({ header: 'Reply-To: officer@freemail.test\n', body: `${OFFER}\n${words(60)}` })],
    ['of five words with a link', () => ({ body: `${SHORT}\n${LINK}` })],
    ['that is a link alone', () => ({ body: LINK })],
    ['in an attachment, beside random words', () => ({ header: MIXED, body: attachment('the offer') })],
    ['in a picture alone', () => ({ header: MIXED, body: picture('offer', 40) })],
    ['in a picture, beside random words', () => ({ header: MIXED, body: picture('offer', 40, words(40)) })],
  ])('%s', (_how, mail) => {
    const p = live(ACCOUNTS);
    const verdicts = ACCOUNTS.map((account, i) => send(p, account, mail(i)));
    expect(verdicts.slice(0, 2)).toEqual(['pass', 'pass']);
    expect(verdicts.filter((one) => one === 'campaign').length).toBeGreaterThanOrEqual(4);
  });
});

describe('CON-3: no campaign', () => {
  const colleagues = Array.from({ length: 8 }, (_, i) => `c${i}@firm.test`);

  // prettier-ignore
  it.each<[string, readonly string[], (account: string, i: number) => Mail]>([
    ['answers to one message, to people they know', ACCOUNTS, (account, i) => ({ header: `In-Reply-To: <${i}@list.test>\n`, body: OFFER, to: friendOf(account, 1) })],
    ['one joke passed on to friends', ACCOUNTS, (account) => ({ body: `look!\n\n-----Original Message-----\n${OFFER}`, to: friendOf(account, 1) })],
    ['the same price list from colleagues', colleagues, () => ({ header: MIXED, body: attachment('prices') })],
    ['one logo in all footers', ACCOUNTS, () => ({ header: MIXED, body: attachment('logo', 'image/png', 'logo.png') })],
    ['one large logo in the footers of colleagues', colleagues, () => ({ header: MIXED, body: picture('logo', 40, words(20)) })],
    ['small pictures that many have, such as those of networks', ACCOUNTS, () => ({ header: MIXED, body: picture('icon', 6, words(20)) })],
    ['pictures of their own', ACCOUNTS, (account) => ({ header: MIXED, body: picture(account, 40) })],
    ['one picture passed on to friends', ACCOUNTS, (account) => ({ header: MIXED, body: picture('cat', 40), to: friendOf(account, 1) })],
    ['one visiting card', ACCOUNTS, () => ({ header: MIXED, body: attachment('card', 'text/vcard', 'me.vcf') })],
    ['texts of their own with a link that all have in the footer', colleagues, () => ({ body: `${words(30)}\n\nSee https://www.our-shop.test/ and more` })],
    ['texts of their own with one link that is new', ACCOUNTS, () => ({ body: `${words(30)} https://news.test/today` })],
    ['a link and few words to friends', ACCOUNTS, (account) => ({ body: `${SHORT}\n${LINK}`, to: friendOf(account, 2) })],
    ['a few lines that anybody writes, to friends', ACCOUNTS, (account) => ({ body: 'Sorry for the late answer, these have been busy days. Let me know what you think of it.', to: friendOf(account, 1) })],
    ['thanks to strangers', ACCOUNTS, () => ({ body: 'Thank you very much for your kind help!' })],
    ['out of office', ACCOUNTS, () => ({ header: 'Auto-Submitted: auto-replied\n', body: OFFER })],
  ])('%s', (_what, accounts, mail) => {
    const p = live(accounts);
    const verdicts = accounts.map((account, i) => send(p, account, mail(account, i)));
    expect(verdicts).not.toContain('campaign');
  });

  it('pictures that people have in all their letters, though many have the same', () => {
    const p = live(ACCOUNTS);
    const mail = (): Mail => ({ header: MIXED, body: picture('badge', 40, words(20)) });
    for (const account of ACCOUNTS) send(p, account, { ...mail(), to: friendOf(account, 1) });
    const verdicts = ACCOUNTS.map((account) => send(p, account, mail()));
    expect(verdicts).not.toContain('campaign');
  });

  it('answers to a message that came in, though its sender was unknown', () => {
    const p = live(ACCOUNTS);
    ACCOUNTS.forEach((account, i) => {
      const messageId = `<${i}@asker.test>`;
      const heard = { v: 1, kind: 'received', id: `in${i}`, at: p.at(), account } as const;
      void p.gate.note({ ...heard, headerFrom: 'asker@far.test', messageId });
    });
    const verdicts = ACCOUNTS.map((account, i) =>
      send(p, account, { header: `In-Reply-To: <${i}@asker.test>\n`, body: OFFER }),
    );
    expect(verdicts).not.toContain('campaign');
  });
});

describe('what is kept of a campaign', () => {
  it('CON-3: has a fixed room, whatever is attached or linked to', async () => {
    const p = createPlatform();
    for (let i = 0; i < 300; i += 1) {
      const links = Array.from({ length: 30 }, (_, n) => `https://h${i}-${n}.test/`).join(' ');
      send(p, `u${i % 7}@t.test`, { body: `${words(40)} ${links}` });
    }
    let records = 0;
    for await (const [, record] of p.standing.scan('m:x:')) {
      records += 1;
      expect(record.length).toBeLessThanOrEqual(276);
    }
    expect(records).toBeGreaterThan(0);
    expect(records).toBeLessThanOrEqual(300 * 4);
  });
});

describe('CON-3: a link to a host that everybody links to', () => {
  const LINE = 'Tell Peter that the list for Monday is with me, and that I will call you about it';
  /** Stock phrases among words of one's own: alike by a third. */
  const talk = (n: number) => `${LINE} ${words(14)} ${n} https://maps.everybody.test/${n}`;

  const fourSay = (before: number): string[] => {
    const p = live([...ACCOUNTS, ...OTHERS]);
    for (const account of OTHERS.slice(0, before)) {
      send(p, account, { body: `${words(20)} https://maps.everybody.test/${words(1)}` });
    }
    return ACCOUNTS.slice(0, 5).map((account, n) => send(p, account, { body: talk(n) }));
  };

  it('is no campaign for a few stock phrases', () => {
    expect(fourSay(5)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass']);
  });

  it('which nobody else links to it is', () => {
    expect(fourSay(0)).toContain('campaign');
  });
});
