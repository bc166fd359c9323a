/** What speaks to Primum in the demonstration: Postfix's policy client and Dovecot's login client. */
import { createConnection, type Socket } from 'node:net';
import { Agent, request } from 'node:http';
import { once } from 'node:events';

export interface Message {
  readonly account: string;
  readonly sender?: string;
  readonly clientAddress: string;
  readonly recipients: readonly string[];
  readonly heloName?: string;
  /** Header and body; the policy door is never shown it. */
  readonly text?: string;
}

/** How one message fared: the first answer that was not DUNNO, or DUNNO. */
export interface Answer {
  readonly action: string;
  /** Recipients of a message that the mail server took. */
  readonly accepted: readonly string[];
  readonly queueId: string;
}

interface AskedOfPolicy {
  readonly instance: string;
  readonly recipient: string;
  /** At the end of the message, with the count of its recipients. */
  readonly queueId?: string;
  readonly count?: number;
}

/** One smtpd process: a connection to the policy door, one request after the other. */
export class PolicyClient {
  readonly #socket: Socket;
  #pending = '';
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
  }

  static async open(address: string): Promise<PolicyClient> {
    const [host = '', port = ''] = address.split(':');
    const socket = createConnection({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new PolicyClient(socket);
  }

  /** RCPT for each recipient, then END-OF-MESSAGE, as Postfix asks. */
  async send(message: Message): Promise<Answer> {
    this.#count += 1;
    const instance = `demo.${this.#count.toString(16)}`;
    const queueId = `4DEM${String(this.#count).padStart(8, '0')}`;
    const accepted: string[] = [];
    let refusal = '';
    for (const recipient of message.recipients) {
      const action = await this.#ask(message, { instance, recipient });
      if (action.startsWith('DUNNO')) accepted.push(recipient);
      else refusal ||= action;
    }
    if (accepted.length === 0) return { action: refusal, accepted, queueId };
    const recipient = accepted.length === 1 ? (accepted[0] ?? '') : '';
    const asked = { instance, recipient, queueId, count: accepted.length };
    const said = await this.#ask(message, asked);
    const action = said.startsWith('DUNNO') && refusal !== '' ? refusal : said;
    const isTaken = said.startsWith('DUNNO') || said.startsWith('HOLD');
    return { action, accepted: isTaken ? accepted : [], queueId };
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(message: Message, asked: AskedOfPolicy): Promise<string> {
    const attributes = {
      request: 'smtpd_access_policy',
      protocol_state: asked.queueId === undefined ? 'RCPT' : 'END-OF-MESSAGE',
      protocol_name: 'ESMTP',
      client_address: message.clientAddress,
      client_name: 'unknown',
      client_port: String(40_000 + (this.#count % 20_000)),
      server_port: '587',
      helo_name: message.heloName ?? 'client.example',
      sender: message.sender ?? message.account,
      recipient: asked.recipient,
      recipient_count: String(asked.count ?? 0),
      queue_id: asked.queueId ?? '',
      instance: asked.instance,
      size: '3072',
      sasl_method: 'PLAIN',
      sasl_username: message.account,
      encryption_protocol: 'TLSv1.3',
      policy_context: 'submission',
    };
    const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
    this.#socket.write(`${lines.join('')}\n`);
    while (!this.#pending.includes('\n\n')) {
      const [chunk] = (await once(this.#socket, 'data')) as [string];
      this.#pending += chunk;
    }
    const end = this.#pending.indexOf('\n\n');
    const reply = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end + 2);
    return reply.replace(/^action=/, '');
  }
}

export interface Login {
  readonly account: string;
  readonly clientAddress: string;
  readonly password: string;
  readonly service?: string;
  /** Whether the password is right. */
  readonly ok: boolean;
}

/** Dovecot's side of a login: allow, the password check, allow, report. */
export class LoginClient {
  readonly #base: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  /** Logins that Primum refused, whatever the password. */
  refusals = 0;

  constructor(address: string) {
    this.#base = `http://${address}`;
  }

  /** Whether the login got in. */
  async login(login: Login): Promise<boolean> {
    const tuple = {
      login: login.account,
      remote: login.clientAddress,
      pwhash: login.password,
      protocol: login.service ?? 'imap',
      device_id: '',
      session_id: '',
      tls: true,
    };
    const refused = async (): Promise<boolean> => {
      this.refusals += 1;
      await this.#call('report', { ...tuple, success: false, policy_reject: true });
      return false;
    };
    if ((await this.#call('allow', tuple)) < 0) return refused();
    if (!login.ok) {
      await this.#call('report', { ...tuple, success: false, policy_reject: false });
      return false;
    }
    if ((await this.#call('allow', tuple)) < 0) return refused();
    await this.#call('report', { ...tuple, success: true, policy_reject: false });
    return true;
  }

  close(): void {
    this.#agent.destroy();
  }

  #call(command: string, body: object): Promise<number> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        `${this.#base}/?command=${command}`,
        {
          agent: this.#agent,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        (response) => {
          let reply = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (reply += chunk));
          response.on('end', () => {
            const { status } = JSON.parse(reply) as { status: number | string };
            resolve(typeof status === 'number' ? status : 0);
          });
        },
      );
      call.on('error', reject);
      call.end(text);
    });
  }
}
