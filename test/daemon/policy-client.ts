/** One smtpd of Postfix: a connection to the policy door, a request and its answer at a time. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

let messages = 0;

export class PolicyClient {
  readonly #socket: Socket;
  #received = '';
  #isEnded = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  static async open(address: string): Promise<PolicyClient> {
    const [host = '', port = ''] = address.split(':');
    const socket = createConnection({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new PolicyClient(socket);
  }

  /** RCPT and DATA of one message; the last action. @throws when the connection ended before. */
  async send(account: string, recipient: string): Promise<string> {
    const message = { account, recipient, instance: `t.${(messages += 1)}` };
    const action = await this.ask({ ...message, state: 'RCPT' });
    return action === 'DUNNO' ? this.ask({ ...message, state: 'DATA' }) : action;
  }

  async ask(request: PolicyRequest): Promise<string> {
    this.#socket.write(policyRequest(request));
    while (!this.#received.includes('\n\n')) {
      if (this.#isEnded) throw new Error('The policy door hung up.');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const end = this.#received.indexOf('\n\n');
    const answer = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 2);
    return answer.replace(/^action=/, '');
  }

  close(): void {
    this.#socket.destroy();
  }
}

interface PolicyRequest {
  readonly account: string;
  readonly recipient: string;
  readonly instance: string;
  readonly state: 'RCPT' | 'DATA';
}

function policyRequest({ account, recipient, instance, state }: PolicyRequest): string {
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: state,
    protocol_name: 'ESMTP',
    client_address: '192.0.2.7',
    client_name: 'unknown',
    client_port: '40001',
    server_port: '587',
    helo_name: 'client.example',
    sender: account,
    recipient,
    recipient_count: state === 'RCPT' ? '0' : '1',
    queue_id: state === 'RCPT' ? '' : instance,
    instance,
    size: '0',
    sasl_method: 'PLAIN',
    sasl_username: account,
    encryption_protocol: 'TLSv1.3',
  };
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
  return `${lines.join('')}\n`;
}
