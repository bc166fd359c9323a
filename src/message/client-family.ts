/**
 * The program that wrote a message, without its version: equal for equal programs. By what it says
 * of itself, else by marks that programs leave without saying who they are.
 */

/** Known names, first fit; what fits none keeps its own first words. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/\bthunderbird\b/i, 'thunderbird'],
  [/\bmicrosoft outlook express\b/i, 'outlook-express'],
  [/\bmicrosoft-?(?:mac)?outlook\b.*mac|\bmacoutlook\b/i, 'outlook-mac'],
  [/\boutlook.*\b(?:ios|android)\b/i, 'outlook-mobile'],
  [/\boutlook\b/i, 'outlook'],
  [/\bwindows (?:live )?mail\b/i, 'windows-mail'],
  [/\biphone mail\b|\bipad mail\b/i, 'apple-mobile'],
  [/\bapple mail\b/i, 'apple-mail'],
  [/\broundcube\b/i, 'roundcube'],
  [/\bsquirrelmail\b/i, 'squirrelmail'],
  [/\bhorde\b|\binternet messaging program\b/i, 'horde'],
  [/\brainloop\b|\bsnappymail\b/i, 'rainloop'],
  [/\bsogo\b/i, 'sogo'],
  [/\bzimbra\b/i, 'zimbra'],
  [/\bopen-xchange\b/i, 'open-xchange'],
  [/\bk-9\b/i, 'k-9'],
  [/\bfairemail\b/i, 'fairemail'],
  [/\bevolution\b/i, 'evolution'],
  [/\bkmail\b/i, 'kmail'],
  [/\bclaws mail\b/i, 'claws'],
  [/\bsylpheed\b/i, 'sylpheed'],
  [/\bmutt\b/i, 'mutt'],
  [/\balpine\b/i, 'alpine'],
  [/\bthe bat!/i, 'the-bat'],
  [/\bem client\b/i, 'em-client'],
  [/\bfoxmail\b/i, 'foxmail'],
  [/\bleaf\s*php\s*mailer\b/i, 'leaf-phpmailer'],
  [/\bphpmailer\b/i, 'phpmailer'],
  [/\bswiftmailer\b/i, 'swiftmailer'],
  [/\bnodemailer\b/i, 'nodemailer'],
  [/^php\/?\d/i, 'php'],
  [/\bwp ?mail ?smtp\b/i, 'wp-mail-smtp'],
];

export interface ClientMarks {
  readonly userAgent: string | undefined;
  readonly xMailer: string | undefined;
  readonly messageIdHost: string | undefined;
  readonly messageIdShape: string | undefined;
  readonly boundary: string | undefined;
  /** Whether the header has a field of this lower-case name. */
  readonly has: (name: string) => boolean;
}

const MAX_FAMILY_CHARS = 30;

/** Of what most programs say of themselves; without it up to all patterns are tried for each message. */
const known = new Map<string, string | undefined>();
const MAX_KNOWN = 256;

export function clientFamily(marks: ClientMarks): string | undefined {
  const said = (marks.userAgent ?? marks.xMailer)?.slice(0, 200);
  return said === undefined || said === '' ? byMarks(marks) : byName(said);
}

function byName(said: string): string | undefined {
  const before = known.get(said);
  if (before !== undefined) return before;
  const family = FAMILIES.find(([pattern]) => pattern.test(said))?.[1] ?? ownWords(said);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(said, family);
  return family;
}

/** `FooMailer 3.1 (build 7)` gives `foomailer`; `undefined` when there is no word. */
function ownWords(said: string): string | undefined {
  const words = /^[\W\d_]*([a-z][a-z!' -]*[a-z]|[a-z])/i.exec(said)?.[1];
  return words
    ?.toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .slice(0, MAX_FAMILY_CHARS);
}

function byMarks(marks: ClientMarks): string | undefined {
  const { has, boundary, messageIdHost, messageIdShape } = marks;
  if (has('x-php-originating-script')) return 'php';
  if (boundary?.startsWith('_=_swift') === true) return 'swiftmailer';
  if (boundary?.startsWith('Apple-Mail') === true) return 'apple-mail';
  if (boundary?.startsWith('----=_NextPart_') === true) return 'outlook';
  if (boundary?.startsWith('----=_Part_') === true) return 'javamail';
  if (boundary?.startsWith('===============') === true) return 'python';
  if (boundary?.startsWith('--_NmP-') === true) return 'nodemailer';
  if (messageIdHost === 'mail.gmail.com') return 'gmail';
  if (messageIdHost?.endsWith('.prod.outlook.com') === true) return 'exchange-online';
  if (messageIdShape === 'a.0.0.a') return 'javamail';
  return undefined;
}
