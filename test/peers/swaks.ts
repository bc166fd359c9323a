/** Sends one message with swaks, as a person's mail program would. */
import { run } from './run.ts';

export interface SwaksOptions {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly subject?: string;
  readonly tls?: boolean;
}

export interface SwaksResult {
  /** 0 when the message was taken by the server. */
  readonly code: number;
  /** The whole dialogue, as swaks prints it. */
  readonly transcript: string;
  /** Replies of the server, in order, without the marks of swaks. */
  readonly replies: readonly string[];
}

/** Runs swaks against a loopback port. */
export async function runSwaks(port: number, options: SwaksOptions): Promise<SwaksResult> {
  const recipients = typeof options.to === 'string' ? [options.to] : options.to;
  const args = [
    ...['--server', '127.0.0.1', '--port', String(port)],
    ...['--helo', 'client.test', '--from', options.from, '--to', recipients.join(',')],
    ...['--header', `Subject: ${options.subject ?? 'test'}`],
    ...(options.user === undefined
      ? []
      : [
          '--auth',
          'PLAIN',
          '--auth-user',
          options.user,
          '--auth-password',
          options.password ?? '',
        ]),
    ...(options.tls === true ? ['--tls'] : []),
  ];
  const { code, stdout, stderr } = await run('swaks', args);
  const transcript = stdout + stderr;
  const replies = transcript
    .split('\n')
    .map((line) => /^<[-~*][* ]\s*(\d{3}[ -].*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined);
  return { code, transcript, replies };
}
