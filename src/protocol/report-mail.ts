/** What all reports that we send by mail share: nothing of a stranger becomes a field or a part. */

/** Nothing from outside starts a field of ours. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** RFC 5322 section 3.3. */
export function mailDate(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

/** Made of the Message-ID, so that equal input gives equal output; never part of the content. */
export function boundaryFor(messageId: string, content: string): string {
  const base = `primum-${messageId.replace(/[^0-9A-Za-z]/g, '').slice(0, 40)}`;
  let boundary = base;
  for (let n = 1; content.includes(boundary); n++) boundary = `${base}-${n}`;
  return boundary;
}

/** Header of a report and its parts. */
export interface ReportMail {
  readonly from: string;
  readonly to: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly nowMs: number;
  readonly subject: string;
  /** `multipart/report; report-type=feedback-report`. */
  readonly type: string;
  readonly parts: readonly { readonly type: string; readonly content: string }[];
}

/** The whole message with CRLF line ends; content is in UTF-8 with line feeds. */
export function formatReportMail(mail: ReportMail): string {
  const boundary = boundaryFor(mail.messageId, mail.parts.map(({ content }) => content).join('\n'));
  const parts = mail.parts.map(
    ({ type, content }) =>
      `--${boundary}\nContent-Type: ${type}\nContent-Transfer-Encoding: 8bit\n\n${content}\n`,
  );
  return [
    `From: <${oneLine(mail.from)}>`,
    `To: <${oneLine(mail.to)}>`,
    `Subject: ${oneLine(mail.subject)}`,
    `Date: ${mailDate(mail.nowMs)}`,
    `Message-ID: ${oneLine(mail.messageId)}`,
    // RFC 3834 section 5: no vacation notice should answer this.
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    `Content-Type: ${mail.type};\n\tboundary="${boundary}"`,
    '',
    `${parts.join('')}--${boundary}--\n`,
  ]
    .join('\n')
    .replaceAll('\n', '\r\n');
}
