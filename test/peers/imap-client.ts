/** A small IMAP client: logs in, waits, is kicked. */
import { openLines, type Endpoint } from './line-socket.ts';

export interface ImapClient {
  /** The tagged answer, with the untagged lines before it. */
  command(line: string): Promise<string>;
  login(user: string, password: string): Promise<string>;
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

  async function command(line: string): Promise<string> {
    count += 1;
    const tag = `t${count}`;
    lines.write(`${tag} ${line}`);
    const all: string[] = [];
    for (;;) {
      const answer = await lines.readLine();
      all.push(answer);
      if (answer.startsWith(`${tag} `)) return all.join('\n').replace(`${tag} `, '');
    }
  }

  await lines.readLine();
  if (endpoint.forwardedFor !== undefined) {
    await command(`ID ("x-originating-ip" "${endpoint.forwardedFor}")`);
  }
  return {
    command,
    login: (user, password) => command(`LOGIN "${user}" "${password}"`),
    closed: () => lines.closed(),
    close: () => {
      lines.close();
    },
  };
}
