/**
 * Bounces composed from the documented forms of many mail systems: who writes it, what stands where.
 * What is said of a recipient comes from replies.ts, so that every form is read with every reply.
 */

export interface Reply {
  readonly code: string;
  /** Enhanced code; empty where the server gives none. */
  readonly status: string;
  readonly text: string;
}

export interface Refused {
  readonly address: string;
  readonly reply: Reply;
}

export interface Form {
  readonly name: string;
  /** Whether the form says that RCPT was answered. */
  readonly saysStage: boolean;
  /** Names only one recipient a message. */
  readonly isSingle?: true;
  readonly compose: (refused: readonly Refused[]) => string;
}

export const SENDER = 'ann@example.org';

export const ORIGINAL = [
  'Return-Path: <ann@example.org>',
  'Received: from [192.0.2.77] (helo=desk.example.org) by mx.example.org with ESMTPSA id 4Zx1Q2;',
  ' Mon, 16 Nov 2026 10:00:00 +0100',
  'From: Ann <ann@example.org>',
  'To: Undisclosed <list@lists.example>',
  'Subject: Lunch',
  'Message-ID: <lunch-1@example.org>',
  'Date: Mon, 16 Nov 2026 10:00:00 +0100',
  '',
].join('\n');

/** One reply as most programs write it. */
export function said({ code, status, text }: Reply): string {
  return [code, status, text].filter((part) => part !== '').join(' ');
}

export function each(refused: readonly Refused[], one: (refused: Refused) => string): string {
  return refused.map(one).join('\n');
}

interface Head {
  readonly from: string;
  readonly subject: string;
  readonly extra?: string;
}

function headOf({ from, subject, extra = '' }: Head): string {
  return (
    `Return-Path: <>\nFrom: ${from}\nTo: ${SENDER}\nSubject: ${subject}\n` +
    `Date: Mon, 16 Nov 2026 10:00:01 +0100\nMIME-Version: 1.0\n${extra}`
  );
}

/** Only text. */
export function plain(head: Head, text: string): string {
  return `${headOf(head)}Content-Type: text/plain; charset=utf-8\n\n${text}\n`;
}

export function html(head: Head, text: string): string {
  return `${headOf(head)}Content-Type: text/html; charset=utf-8\n\n${text}\n`;
}

/** Text, the machine-readable part, and the header of the message. */
export function report(head: Head, text: string, groups: string, type = 'text/plain'): string {
  return (
    `${headOf(head)}Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\n\n` +
    `--=_b\nContent-Type: ${type}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${text}\n\n` +
    `--=_b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n${groups}\n` +
    `--=_b\nContent-Type: text/rfc822-headers\n\n${ORIGINAL}\n--=_b--\n`
  );
}

/** The message attached, and no machine-readable part. */
export function attached(head: Head, text: string): string {
  return (
    `${headOf(head)}Content-Type: multipart/mixed; boundary="=_b"\n\n` +
    `--=_b\nContent-Type: text/plain; charset=utf-8\n\n${text}\n\n` +
    `--=_b\nContent-Type: message/rfc822\n\n${ORIGINAL}\nSee you at noon?\n--=_b--\n`
  );
}

/** The usual fields of a recipient; `5.0.0` where the reply has no enhanced code. */
export function fields({ address, reply }: Refused): string {
  return (
    `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\n` +
    `Remote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; ${said(reply)}\n`
  );
}
