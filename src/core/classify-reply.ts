/**
 * From a reply to its class: codes first, known texts second (FBK-1, FBK-9). A text outweighs a code
 * only where it says something the code does not: servers answer 5.1.1 to everything they refuse, and
 * 5.7.1 says no more than "refused".
 */
import type {
  CodeMeaning,
  Provider,
  ProviderReply,
  RemoteReply,
  ReplyClass,
  ReplyClassifier,
  ReplyKnowledge,
  ReplyReading,
} from './reply-class.ts';
import { comparable, createPhraseTest, type PhraseTest } from './reply-text.ts';

interface ReadyProvider {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly isMarked: PhraseTest;
  readonly replies: readonly (ProviderReply & { readonly test: PhraseTest | undefined })[];
}

interface Found {
  readonly class: ReplyClass;
  readonly isCertain: boolean;
}

export function createReplyClassifier(knowledge: ReplyKnowledge): ReplyClassifier {
  const codes = new Map(knowledge.codes.map((code) => [code.detail, code]));
  const groups = knowledge.groups.map((group) => ({
    ...group,
    test: createPhraseTest(group.phrases),
  }));
  const listings = knowledge.listings.map(({ name, phrases }) => ({
    name,
    test: createPhraseTest(phrases),
  }));
  const providers = knowledge.providers.map(readyProvider);

  return (reply) => {
    // Codes stand in phrases too, and who reads a log has them apart.
    const text = comparable(`${reply.replyCode ?? ''} ${reply.status ?? ''} ${reply.text}`);
    const own = providerReply(providers, reply, text);
    const named = listings.find(({ test }) => test(text))?.name ?? namedZone(text);
    const said = groups.filter(({ test }) => test(text));
    const found: Found =
      own === undefined
        ? weigh(codes.get(detailOf(reply.status)), said, named !== undefined, reply)
        : { class: own.reply.class, isCertain: true };
    // A provider that names no list means its own.
    const listing = named ?? own?.reply.listing ?? own?.provider;
    return {
      class: found.class,
      hard: isHard(reply, found),
      ...(found.class === 'listed' && listing !== undefined ? { listing } : {}),
      ...(own === undefined ? {} : { provider: own.provider }),
      ...(own?.reply === undefined ? {} : wordsOf(own.reply)),
    };
  };
}

function wordsOf({ code, meaning, next }: ProviderReply) {
  return { code, meaning, next };
}

function readyProvider({ name, hosts, marks, replies }: Provider): ReadyProvider {
  return {
    name,
    hosts,
    isMarked: createPhraseTest(marks),
    replies: replies.map((reply) => ({
      ...reply,
      test: reply.phrases === undefined ? undefined : createPhraseTest(reply.phrases),
    })),
  };
}

function providerReply(
  providers: readonly ReadyProvider[],
  { remote, status }: RemoteReply,
  text: string,
): { readonly provider: string; readonly reply: ProviderReply } | undefined {
  const host = remote?.toLowerCase().replace(/\.$/, '') ?? '';
  for (const { name, hosts, isMarked, replies } of providers) {
    const isTheirs =
      hosts.some((domain) => host === domain || host.endsWith(`.${domain}`)) || isMarked(text);
    for (const reply of replies) {
      if (!isTheirs && reply.isDistinct !== true) continue;
      if (reply.status !== undefined && reply.status !== status) continue;
      if (reply.test === undefined || reply.test(text)) return { provider: name, reply };
    }
  }
  return undefined;
}

/** `1.1` of `5.1.1`; empty without a code. */
function detailOf(status: string | undefined): string {
  return status === undefined ? '' : status.slice(status.indexOf('.') + 1);
}

/** Classes that a text states exactly, whatever code stands beside it. */
const SPECIFIC: ReadonlySet<ReplyClass> = new Set(['virus', 'listed', 'mailbox-full', 'inactive']);

/** What servers refuse with 5.1.1 too, though the recipient is there. */
const OF_SENDER: ReadonlySet<ReplyClass> = new Set([
  'spam-refused',
  'authentication',
  'relay-denied',
  'rate-limited',
]);

function isOutweighed(code: CodeMeaning, by: ReplyClass | undefined): boolean {
  if (by === undefined) return false;
  return SPECIFIC.has(by) || (code.class === 'unknown-recipient' && OF_SENDER.has(by));
}

function weigh(
  code: CodeMeaning | undefined,
  said: readonly { readonly class: ReplyClass; readonly isCertain?: boolean | undefined }[],
  isListed: boolean,
  { replyCode }: RemoteReply,
): Found {
  const [first] = said;
  const isAgreed = said.some((group) => group.class === code?.class);
  if (code?.isCertain === true) {
    const isWeak = isOutweighed(code, first?.class) && !isAgreed;
    if (!isWeak && !isListed) return { class: code.class, isCertain: true };
  }
  if (isListed && (code === undefined || code.class !== 'unknown-recipient' || !isAgreed)) {
    return { class: 'listed', isCertain: true };
  }
  if (first !== undefined) return { class: first.class, isCertain: first.isCertain === true };
  if (code !== undefined) return { class: code.class, isCertain: code.isCertain === true };
  return { class: BY_REPLY_CODE.get(replyCode ?? '') ?? 'other', isCertain: false };
}

/** RFC 5321 section 4.2.3, RFC 7504: what the three digits say by themselves. */
const BY_REPLY_CODE: ReadonlyMap<string, ReplyClass> = new Map([
  ['452', 'mailbox-full'],
  ['522', 'mailbox-full'],
  ['552', 'mailbox-full'],
  ['421', 'connection'],
  ['426', 'connection'],
  ['530', 'relay-denied'],
  ['556', 'dns'],
]);

/** A 4xx says "not now", and so does an enhanced code of class 4. */
function isPermanent({ status, replyCode }: RemoteReply): boolean {
  return !(status ?? replyCode ?? '5').startsWith('4');
}

function isHard(reply: RemoteReply, found: Found): boolean {
  if (!isPermanent(reply)) return false;
  if (found.class === 'dns') return found.isCertain;
  if (found.class !== 'unknown-recipient') return false;
  const subject = detailOf(reply.status).split('.')[0];
  if (subject === '1' || found.isCertain) return true;
  // "User unknown" proves something as the answer to RCPT. After DATA it often hides a refusal of the
  // content (mobile carriers do so), and who does not know when it was said knows as little.
  return reply.stage === 'rcpt';
}

const ZONE =
  /(?:blocked|listed|rejected|denied|found|blacklisted)(?: by| using| in| on| at| via| from)+(?: the| rbl| dnsbl| list)* ?:? ?"?((?:[a-z0-9_-]{1,63}\.){1,6}[a-z]{2,20})\b/;

/** The zone of a list nobody wrote down here: `blocked using bl.example.net`. */
function namedZone(text: string): string | undefined {
  const zone = ZONE.exec(text)?.[1];
  return zone !== undefined && /bl|rbl|list|zen|spam|rep|block/.test(zone) ? zone : undefined;
}

/**
 * The code of a report that states none: `x.0.9nn`. Subject 0 is "undefined" (RFC 3463 section 3.1) and
 * no server says 900 and more, so that an inferred code is never taken for one that was stated, in
 * whichever row it stands; the number tells why. Sisimai and the public collections of bounces that
 * come with it number so.
 */
export function inferredStatus(
  { class: replyClass, hard }: Pick<ReplyReading, 'class' | 'hard'>,
  isPermanentFailure: boolean,
): string {
  const number = hard ? (IF_HARD.get(replyClass) ?? INFERRED[replyClass]) : INFERRED[replyClass];
  return `${isPermanentFailure ? '5' : '4'}.0.${number}`;
}

const IF_HARD: ReadonlyMap<ReplyClass, number> = new Map([
  ['unknown-recipient', 911],
  ['dns', 912],
]);

const INFERRED: Readonly<Record<ReplyClass, number>> = {
  'unknown-recipient': 910,
  'mailbox-full': 922,
  inactive: 921,
  'spam-refused': 980,
  listed: 971,
  authentication: 970,
  'rate-limited': 945,
  policy: 918,
  greylisted: 945,
  dns: 944,
  connection: 947,
  virus: 970,
  size: 934,
  'relay-denied': 909,
  other: 901,
};
