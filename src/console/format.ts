/** How times, spans and a stranger's text are written. */

const WHEN = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const WITH_YEAR = new Intl.DateTimeFormat(undefined, {
  ...({ year: 'numeric', month: 'short', day: 'numeric' } as const),
  ...({ hour: '2-digit', minute: '2-digit' } as const),
});

/** Where the clock of the browser is: times without a zone are its own. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** With its year where that is another than now: a log is read years later. */
export function when(at: string, nowMs = daemonNow()): string {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return '';
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return (isThisYear ? WHEN : WITH_YEAR).format(ms);
}

/** How far the daemon's clock is ahead of the browser's. */
let aheadMs = 0;

/** The `date` of an answer: what the daemon has dated is as old as the daemon's clock says. */
export function setClock(date: string | null): void {
  const ms = Date.parse(date ?? '');
  if (!Number.isNaN(ms)) aheadMs = ms - Date.now();
}

/** What time it is for the daemon. */
export function daemonNow(): number {
  return Date.now() + aheadMs;
}

export function ago(at: string, nowMs = daemonNow()): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? '' : `${span((nowMs - ms) / 1000)} ago`;
}

export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3_600 || (s < 5_400 && s % 3_600 !== 0)) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3_600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** Of which only the noun is needed, beside a figure of its own. */
export function nounOf(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${nounOf(count, noun)}`;
}

/** Of a name that nobody knows: it was done all the same, and may be mistyped. */
export function doubtOf(made: {
  readonly neverSeen?: true;
  readonly unknownToDirectory?: { readonly closest: readonly string[] };
}): string {
  if (made.neverSeen) return 'But no account of this name was ever seen here: check its spelling.';
  if (made.unknownToDirectory === undefined) return '';
  const { closest } = made.unknownToDirectory;
  const alike = closest.length === 0 ? '' : ` Written alike: ${closest.join(', ')}.`;
  return `But the directory knows no account of this name: check its spelling.${alike}`;
}

/** An address of which nobody knows where it is. */
export function countryOf(code: string): string {
  return code === '' ? 'unknown country' : code;
}

const TRAITS: Readonly<Record<string, string>> = {
  text: 'the same text',
  link: 'links to',
  subject: 'the subject',
  address: 'sent from',
  source: 'guessed from',
  network: 'the network',
  client: 'the mail program',
  headers: 'headers of the same shape',
  signal: 'evidence:',
  cause: 'cause:',
};

/** `link:evil.example` as `links to evil.example`; a fingerprint says nothing to anybody. */
export function traitWords(trait: string): string {
  const at = trait.indexOf(':');
  const [name, value] = [trait.slice(0, at), trait.slice(at + 1)];
  const words = TRAITS[name] ?? name;
  if (name === 'text' || name === 'headers') return words;
  // Names of ours; what others write keeps its hyphens.
  const isOurs = name === 'signal' || name === 'cause';
  return `${words} ${isOurs ? value.replaceAll('-', ' ') : disarm(value)}`;
}

/** A link that nobody follows by accident, not even after copying it. */
export function disarm(text: string): string {
  return text.replaceAll(/\bhttp(s?):\/\//gi, 'hxxp$1://').replaceAll(/\bwww\./gi, 'www[.]');
}

/** Names of attachments as the source of a message has them. */
export function attachmentNames(body: string): readonly string[] {
  const names = [...body.matchAll(/\b(?:file)?name\*?="?([^"\r\n;]{1,120})/gi)].map(
    (m) => m[1] ?? '',
  );
  return [...new Set(names)].slice(0, 20);
}
