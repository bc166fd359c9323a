/** A small IMAP client: logs in, waits, is kicked. */
import { createHmac } from 'node:crypto';
import { openLines, type Endpoint } from './line-socket.ts';

export interface ImapClient {
  /** The tagged answer, with the untagged lines before it. */
  command(line: string): Promise<string>;
  login(user: string, password: string): Promise<string>;
  /** AUTHENTICATE CRAM-MD5 (RFC 2195): the server never has the password in clear. */
  cramMd5(user: string, password: string): Promise<string>;
  /** Resolves when the server has ended the session. */
  closed(): Promise<void>;
  close(): void;
}

/** Opens a session; `forwardedFor` is the address a trusted webmail names (ID x-originating-ip). */
export async function openImap(
  endpoint: Endpoint & { readonly forwardedFor?: string },
): Promise<ImapClient> {
  const lines = await openLines(endpoint);
  let count = 0;

  function send(line: string): string {
    count += 1;
    lines.write(`t${count} ${line}`);
    return `t${count}`;
  }

  async function tagged(tag: string): Promise<string> {
    const all: string[] = [];
    for (;;) {
      const answer = await lines.readLine();
      all.push(answer);
      if (answer.startsWith(`${tag} `)) return all.join('\n').replace(`${tag} `, '');
    }
  }

  const command = (line: string): Promise<string> => tagged(send(line));

  async function cramMd5(user: string, password: string): Promise<string> {
    const tag = send('AUTHENTICATE CRAM-MD5');
    const challenge = Buffer.from((await lines.readLine()).slice(2), 'base64');
    const digest = createHmac('md5', password).update(challenge).digest('hex');
    lines.write(Buffer.from(`${user} ${digest}`).toString('base64'));
    return tagged(tag);
  }

  await lines.readLine();
  if (endpoint.forwardedFor !== undefined) {
    await command(`ID ("x-originating-ip" "${endpoint.forwardedFor}")`);
  }
  return {
    command,
    login: (user, password) => command(`LOGIN "${user}" "${password}"`),
    cramMd5,
    closed: () => lines.closed(),
    close: () => {
      lines.close();
    },
  };
}
