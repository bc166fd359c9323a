/** Programs that send mail, as their messages and their SMTP look; versions and salts are drawn once per installation. */
import type { Rng } from './random.ts';

export interface MailClient {
  readonly family: string;
  /** User-Agent or X-Mailer field, or neither. */
  readonly agentField?: readonly [name: string, value: string];
  readonly mechanism: string;
  readonly tls: string;
  readonly html: boolean;
  /** Header names in their order; what a message lacks is left out. */
  readonly order: readonly string[];
  heloName(address: string): string;
  messageId(rng: Rng, domain: string): string;
  boundary(rng: Rng): string;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const uuid = (rng: Rng): string =>
  `${rng.hex(8)}-${rng.hex(4)}-4${rng.hex(3)}-a${rng.hex(3)}-${rng.hex(12)}`;

const order = (text: string): readonly string[] => text.split(' ');

type Make = (rng: Rng) => MailClient;

const thunderbird: Make = (rng) => ({
  family: 'thunderbird',
  agentField: ['User-Agent', `Mozilla Thunderbird${rng.chance(0.3) ? ' Beta' : ''}`],
  mechanism: 'PLAIN',
  tls: 'TLSv1.3',
  html: rng.chance(0.6),
  order: order(
    'Message-ID Date MIME-Version User-Agent Reply-To Subject Content-Language To Cc References From In-Reply-To Content-Type Content-Transfer-Encoding',
  ),
  heloName: (address) =>
    `[${address.startsWith('10.') ? address : '192.168.1.' + String(20 + (address.length % 9))}]`,
  messageId: (r, domain) => `<${uuid(r)}@${domain}>`,
  boundary: (r) => `------------${r.text(ALNUM, 24)}`,
});

const outlook: Make = (rng) => {
  const host = `DESKTOP-${rng.text(UPPER, 7)}`;
  return {
    family: 'outlook',
    agentField: ['X-Mailer', 'Microsoft Outlook 16.0'],
    mechanism: 'LOGIN',
    tls: 'TLSv1.2',
    html: true,
    order: order(
      'Reply-To From To Cc In-Reply-To References Subject Date Message-ID MIME-Version Content-Type Content-Transfer-Encoding X-Mailer Thread-Index Content-Language',
    ),
    heloName: () => host,
    messageId: (r, domain) => `<${r.hex(12)}$${r.hex(8)}$${r.hex(8)}$@${domain}>`,
    boundary: (r) =>
      `----=_NextPart_000_${r.hex(4).toUpperCase()}_01DB${r.hex(4).toUpperCase()}.${r.hex(8).toUpperCase()}`,
  };
};

const appleMail: Make = (rng) => ({
  family: 'apple-mail',
  agentField: ['X-Mailer', `Apple Mail (2.3826.${rng.int(300, 700)}.81.1.${rng.int(2, 9)})`],
  mechanism: 'PLAIN',
  tls: 'TLSv1.3',
  html: rng.chance(0.3),
  order: order(
    'From Content-Type Content-Transfer-Encoding MIME-Version Subject Message-ID In-Reply-To References Reply-To Date Cc To X-Mailer',
  ),
  heloName: () => 'smtpclient.apple',
  messageId: (r, domain) => `<${uuid(r).toUpperCase()}@${domain}>`,
  boundary: (r) => `Apple-Mail=_${uuid(r).toUpperCase()}`,
});

const iphone: Make = (rng) => ({
  ...appleMail(rng),
  family: 'iphone',
  agentField: ['X-Mailer', `iPhone Mail (22${rng.text('ABCDEF', 1)}${rng.int(60, 99)})`],
  boundary: (r) => `Apple-Mail-${uuid(r).toUpperCase()}`,
});

const android: Make = (rng) => ({
  family: 'android',
  agentField: ['User-Agent', `K-9 Mail for Android`],
  mechanism: 'PLAIN',
  tls: 'TLSv1.3',
  html: rng.chance(0.5),
  order: order(
    'Date From To Cc Subject User-Agent In-Reply-To References Reply-To Message-ID MIME-Version Content-Type Content-Transfer-Encoding',
  ),
  heloName: () => `[127.0.0.1]`,
  messageId: (r, domain) => `<${uuid(r).toUpperCase()}@${domain}>`,
  boundary: (r) => `----${r.text(UPPER, 30)}`,
});

export const webmailClient: Make = () => ({
  family: 'webmail',
  agentField: ['User-Agent', 'Roundcube Webmail/1.6.9'],
  mechanism: 'LOGIN',
  tls: 'TLSv1.3',
  html: false,
  order: order(
    'MIME-Version Date From To Cc Subject In-Reply-To References Reply-To User-Agent Message-ID Content-Type Content-Transfer-Encoding',
  ),
  heloName: () => 'webmail',
  messageId: (r, domain) => `<${r.hex(32)}@${domain}>`,
  boundary: (r) => `=_${r.hex(32)}`,
});

/** A library in an application; each application is configured in a way of its own. */
export const libraryClient: Make = (rng) => {
  const host = rng.chance(0.5)
    ? `app${rng.int(1, 9)}.${rng.text('abcdefghijk', 6)}.example`
    : 'localhost';
  const library = rng.pick([
    'PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)',
    'nodemailer',
    '',
  ]);
  return {
    family: 'library',
    ...(library !== '' && { agentField: ['X-Mailer', library] as const }),
    mechanism: rng.pick(['LOGIN', 'PLAIN', 'CRAM-MD5']),
    tls: 'TLSv1.2',
    html: rng.chance(0.6),
    order: order(
      rng.pick([
        'Date To From Reply-To Subject Message-ID X-Mailer In-Reply-To References Cc MIME-Version Content-Type Content-Transfer-Encoding',
        'From To Cc Subject Message-ID In-Reply-To References Reply-To Content-Transfer-Encoding Date MIME-Version Content-Type',
      ]),
    ),
    heloName: () => host,
    messageId: (r, domain) => `<${r.text(ALNUM, 40)}@${rng.chance(0.5) ? domain : host}>`,
    boundary: (r) => `b1_${r.hex(32)}`,
  };
};

/** A device: a scanner, a printer, a router. */
export const deviceClient: Make = (rng) => {
  const name = rng.pick(['MFP', 'SCANNER', 'NAS']) + String(rng.int(100, 999));
  return {
    ...libraryClient(rng),
    family: 'device',
    html: false,
    heloName: () => name,
    messageId: (r, domain) => `<${r.int(10_000_000, 99_999_999)}.${r.int(1, 9)}@${domain}>`,
  };
};

/** Tools that spam is sent with. */
export const spamTool: Make = (rng) => {
  const dressed = rng.pick([outlook, thunderbird, libraryClient])(rng);
  const host = rng.pick([
    'WIN-' + rng.text(UPPER, 11),
    'localhost',
    'User',
    rng.text('abcdefghij', 8),
  ]);
  return {
    ...dressed,
    family: 'tool',
    mechanism: 'LOGIN',
    html: rng.chance(0.7),
    heloName: () => host,
    messageId: (r, domain) => `<${r.int(1e11, 9e11)}.${r.text(UPPER, 10)}@${domain}>`,
    boundary: (r) => `--${r.hex(16)}`,
  };
};

const DESKTOPS: readonly (readonly [Make, number])[] = [
  [outlook, 5],
  [thunderbird, 3],
  [appleMail, 2],
];

export const desktopClient: Make = (rng) => rng.weighted(DESKTOPS)(rng);
export const phoneClient: Make = (rng) => (rng.chance(0.5) ? iphone : android)(rng);
