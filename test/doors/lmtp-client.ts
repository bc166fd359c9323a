/** A small LMTP client, as Postfix's is: pipelines, stuffs dots, reads one answer a recipient. */
import { Client } from '../dialogues/dialogue.ts';

export class LmtpClient extends Client {
  /** Writes one line. */
  say(line: string): void {
    this.socket.write(`${line}\r\n`);
  }

  /** One reply with all its lines, without line ends; `undefined` at the end of the connection. */
  async reply(): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const line = await this.line();
      if (line === undefined) return text === '' ? undefined : text;
      text += `${text === '' ? '' : '\n'}${line.replace(/\r$/, '')}`;
      if (line.charAt(3) !== '-') return text;
    }
  }

  async ask(line: string): Promise<string | undefined> {
    this.say(line);
    return this.reply();
  }

  /** Greeting and LHLO. */
  async greet(): Promise<string> {
    await this.reply();
    return (await this.ask('LHLO client.test')) ?? '';
  }

  /** One whole transaction; the answers after the message, or the first refusal alone. */
  async send(mail: Mail): Promise<(string | undefined)[]> {
    const recipients = mail.recipients ?? ['abuse@own.example'];
    const lines = [
      `MAIL FROM:<${mail.sender ?? ''}>`,
      ...recipients.map((one) => `RCPT TO:<${one}>`),
    ];
    this.socket.write([...lines, 'DATA', ''].join('\r\n'));
    const before: (string | undefined)[] = [];
    for (let count = lines.length + 1; count > 0; count -= 1) before.push(await this.reply());
    const last = before.at(-1);
    if (last?.startsWith('354') !== true)
      return before.filter((one) => one?.startsWith('2') !== true);
    const stuffed = mail.text.replaceAll(/(^|\r\n)\./g, '$1..');
    this.socket.write(Buffer.from(`${stuffed}${stuffed.endsWith('\r\n') ? '' : '\r\n'}.\r\n`));
    const after: (string | undefined)[] = [];
    for (const _recipient of recipients) after.push(await this.reply());
    return after;
  }
}

export interface Mail {
  readonly sender?: string;
  readonly recipients?: readonly string[];
  /** With CRLF line ends. */
  readonly text: string;
}
