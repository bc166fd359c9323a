/**
 * Ways in which mail servers were made to relay, as lists of relay testers have had them since 1998.
 * The recipient is nobody's (relay-way.ts) or the operator's own, and no message follows anyway.
 */

/** The local part of whom nobody is. */
export const NOBODY = 'primum-relay-test';
/** RFC 5737: nobody's, and there is nothing to look up: no name, no MX, no SPF. */
export const NOWHERE = '[192.0.2.1]';

export interface TrickWords {
  /** A domain the host takes mail for. */
  readonly ownDomain: string;
  readonly host: string;
  readonly address: string;
  /** A sender of elsewhere, without brackets. */
  readonly sender: string;
  /** A recipient of elsewhere, in two parts. */
  readonly local: string;
  readonly elsewhere: string;
  /** A domain of nobody, for a postmaster elsewhere. */
  readonly nowhere: string;
}

export interface Trick {
  readonly id: string;
  /** As it reads in evidence. */
  readonly says: string;
  sender(words: TrickWords): string;
  recipient(words: TrickWords): string;
  /** What it says in EHLO, where that is the trick. */
  helo?(words: TrickWords): string;
  readonly needs?: 'STARTTLS' | 'AUTH';
  /** The recipient is one of ours by its form: where anything is taken it proves nothing. */
  readonly endsHere?: boolean;
}

const bare = ({ local, elsewhere }: TrickWords): string => `${local}@${elsewhere}`;
const stranger = (words: TrickWords): string => `<${bare(words)}>`;
const foreignSender = ({ sender }: TrickWords): string => `<${sender}>`;

function literal(address: string): string {
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}

export const PLAIN: Trick = {
  ...{ id: 'plain', says: 'plainly', sender: foreignSender, recipient: stranger },
};

export const TRICKS: readonly Trick[] = [
  PLAIN,
  { id: 'null-sender', says: 'with the null sender', sender: () => '<>', recipient: stranger },
  {
    id: 'own-sender',
    says: 'with a sender of the own domain',
    sender: ({ ownDomain }) => `<postmaster@${ownDomain}>`,
    recipient: stranger,
  },
  {
    id: 'host-sender',
    says: 'with a sender at the host',
    sender: ({ host }) => `<postmaster@${host}>`,
    recipient: stranger,
  },
  {
    id: 'subdomain-sender',
    says: 'with a sender in a subdomain',
    sender: ({ ownDomain }) => `<x@relay-test.${ownDomain}>`,
    recipient: stranger,
  },
  {
    id: 'literal-sender',
    says: 'with a sender at the address of the host',
    sender: ({ address }) => `<postmaster@${literal(address)}>`,
    recipient: stranger,
  },
  {
    id: 'localhost-sender',
    says: 'with a sender at localhost',
    sender: () => '<root@localhost>',
    recipient: stranger,
  },
  {
    id: 'unqualified-sender',
    says: 'with a sender without a domain',
    sender: () => '<root>',
    recipient: stranger,
  },
  {
    id: 'percent',
    says: 'with a percent in the recipient',
    sender: foreignSender,
    recipient: ({ ownDomain, local, elsewhere }) => `<${local}%${elsewhere}@${ownDomain}>`,
    endsHere: true,
  },
  {
    id: 'percent-host',
    says: 'with a percent and the host',
    sender: foreignSender,
    recipient: ({ host, local, elsewhere }) => `<${local}%${elsewhere}@${host}>`,
    endsHere: true,
  },
  {
    id: 'percent-literal',
    says: 'with a percent and the address of the host',
    sender: foreignSender,
    recipient: ({ address, local, elsewhere }) => `<${local}%${elsewhere}@${literal(address)}>`,
    endsHere: true,
  },
  {
    id: 'percent-bare',
    says: 'with a percent and no domain',
    sender: foreignSender,
    recipient: ({ local, elsewhere }) => `<${local}%${elsewhere}>`,
    endsHere: true,
  },
  {
    id: 'quoted',
    says: 'with a quoted recipient',
    sender: foreignSender,
    recipient: (words) => `<"${bare(words)}">`,
    endsHere: true,
  },
  {
    id: 'quoted-host',
    says: 'with a quoted recipient at the own domain',
    sender: foreignSender,
    recipient: (words) => `<"${bare(words)}"@${words.ownDomain}>`,
    endsHere: true,
  },
  {
    id: 'two-ats',
    says: 'with two @ in the recipient',
    sender: foreignSender,
    recipient: (words) => `<${bare(words)}@${words.ownDomain}>`,
    endsHere: true,
  },
  {
    id: 'two-ats-literal',
    says: 'with two @ and the address of the host',
    sender: foreignSender,
    recipient: (words) => `<${bare(words)}@${literal(words.address)}>`,
    endsHere: true,
  },
  {
    id: 'source-route',
    says: 'with a source route over the own domain',
    sender: foreignSender,
    recipient: (words) => `<@${words.ownDomain}:${bare(words)}>`,
  },
  {
    id: 'source-route-host',
    says: 'with a source route over the host',
    sender: foreignSender,
    recipient: (words) => `<@${words.host}:${bare(words)}>`,
  },
  {
    id: 'source-route-literal',
    says: 'with a source route over the address of the host',
    sender: foreignSender,
    recipient: (words) => `<@${literal(words.address)}:${bare(words)}>`,
  },
  {
    id: 'bang',
    says: 'with a bang path',
    sender: foreignSender,
    recipient: ({ local, elsewhere }) => `<${elsewhere}!${local}>`,
    endsHere: true,
  },
  {
    id: 'bang-host',
    says: 'with a bang path at the own domain',
    sender: foreignSender,
    recipient: ({ ownDomain, local, elsewhere }) => `<${elsewhere}!${local}@${ownDomain}>`,
    endsHere: true,
  },
  {
    id: 'no-brackets',
    says: 'without angle brackets',
    sender: foreignSender,
    recipient: bare,
  },
  {
    id: 'postmaster',
    says: 'for a postmaster elsewhere',
    sender: foreignSender,
    recipient: ({ nowhere }) => `<postmaster@${nowhere}>`,
  },
  {
    id: 'literal',
    says: 'for a recipient at an address elsewhere',
    sender: foreignSender,
    recipient: () => `<${NOBODY}@${NOWHERE}>`,
  },
  {
    id: 'own-helo',
    says: 'under the name of the host in EHLO',
    sender: foreignSender,
    recipient: stranger,
    helo: ({ host }) => host,
  },
  {
    id: 'after-tls',
    says: 'after STARTTLS',
    sender: foreignSender,
    recipient: stranger,
    needs: 'STARTTLS',
  },
  {
    id: 'guest',
    says: 'after AUTH as guest',
    sender: foreignSender,
    recipient: stranger,
    needs: 'AUTH',
  },
];
