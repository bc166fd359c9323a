/** The RFC 5322 text of a message, as its program would write it. */
import type { MailClient } from './clients.ts';
import type { Rng } from './random.ts';

export interface Letter {
  /** Display name and bare address. */
  readonly fromName: string;
  readonly headerFrom: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly replyTo?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly attachments?: readonly { readonly name: string; readonly contentType: string }[];
  /** Stand first, as list managers and mailers add them. */
  readonly extraFields?: readonly (readonly [name: string, value: string])[];
}

export interface Composed {
  readonly raw: string;
  readonly messageId: string;
}

/** Recipients named in a To field; more travel as Bcc. */
const MAX_NAMED = 50;

export function compose(
  rng: Rng,
  client: MailClient,
  letter: Letter,
  clock: { readonly atMs: number; readonly zoneMinutes: number },
): Composed {
  const domain = letter.headerFrom.slice(letter.headerFrom.lastIndexOf('@') + 1);
  const messageId = client.messageId(rng, domain);
  const { contentType, encoding, body } = writeBody(rng, client, letter);
  const agent = client.agentField;
  const fields: Record<string, string | undefined> = {
    From:
      letter.fromName === ''
        ? letter.headerFrom
        : `${word(letter.fromName)} <${letter.headerFrom}>`,
    To:
      letter.to.length > 0
        ? letter.to.slice(0, MAX_NAMED).join(',\r\n ')
        : 'undisclosed-recipients:;',
    Cc: letter.cc === undefined || letter.cc.length === 0 ? undefined : letter.cc.join(',\r\n '),
    Subject: word(letter.subject),
    Date: dateText(clock.atMs, clock.zoneMinutes),
    'Message-ID': messageId,
    'In-Reply-To': letter.inReplyTo,
    References: letter.references?.join('\r\n '),
    'Reply-To': letter.replyTo,
    'MIME-Version': '1.0',
    'Content-Type': contentType,
    'Content-Transfer-Encoding': encoding,
    ...(agent !== undefined && { [agent[0]]: agent[1] }),
  };
  const lines = (letter.extraFields ?? []).map(([name, value]) => `${name}: ${value}`);
  for (const name of client.order) {
    const value = fields[name];
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  return { raw: `${lines.join('\r\n')}\r\n\r\n${body}`, messageId };
}

function writeBody(
  rng: Rng,
  client: MailClient,
  letter: Letter,
): { readonly contentType: string; readonly encoding: string | undefined; readonly body: string } {
  const plain = letter.text.replaceAll('\n', '\r\n');
  const plainPart =
    'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n';
  const files = letter.attachments ?? [];
  if (!client.html && files.length === 0) {
    return { contentType: 'text/plain; charset=utf-8', encoding: '8bit', body: `${plain}\r\n` };
  }
  const inner = client.boundary(rng);
  const alternative =
    `--${inner}\r\n${plainPart}${plain}\r\n` +
    `--${inner}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n` +
    `${html(letter.text)}\r\n--${inner}--\r\n`;
  const type = `multipart/alternative;\r\n boundary="${inner}"`;
  if (files.length === 0) return { contentType: type, encoding: undefined, body: alternative };
  const outer = client.boundary(rng);
  const first = client.html
    ? `Content-Type: ${type}\r\n\r\n${alternative}`
    : `${plainPart}${plain}\r\n`;
  const parts = files.map(
    ({ name, contentType }) =>
      `--${outer}\r\nContent-Type: ${contentType}; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n` +
      `Content-Disposition: attachment; filename="${name}"\r\n\r\n${Buffer.from(rng.hex(90)).toString('base64')}\r\n`,
  );
  return {
    contentType: `multipart/mixed;\r\n boundary="${outer}"`,
    encoding: undefined,
    body: `--${outer}\r\n${first}${parts.join('')}--${outer}--\r\n`,
  };
}

function html(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const linked = escaped.replace(/https?:\/\/\S+/g, (url) => `<a href="${url}">${url}</a>`);
  const lines = linked.split(/\n{2,}/).map((part) => `<p>${part.replaceAll('\n', '<br>\r\n')}</p>`);
  return `<html><body>${lines.join('\r\n')}</body></html>`;
}

/** RFC 2047 where the text is not ASCII. */
function word(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text
    : `=?utf-8?B?${Buffer.from(text.slice(0, 40)).toString('base64')}?=`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 section 3.3. */
export function dateText(atMs: number, zoneMinutes: number): string {
  const local = new Date(atMs + zoneMinutes * 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const zone = Math.abs(zoneMinutes);
  return (
    `${DAYS[local.getUTCDay()] ?? ''}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()] ?? ''} ` +
    `${local.getUTCFullYear()} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:` +
    `${two(local.getUTCSeconds())} ${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(zone / 60))}${two(zone % 60)}`
  );
}
