/**
 * What the MTA says of the client of one SMTP session: the connection, HELO, TLS, AUTH. The MTA is
 * believed, yet what it says may be odd: no odd value is taken for somebody else or grows a record.
 */
import { isIP } from 'node:net';
import { LOCAL_SERVICE } from '../../core/event.ts';
import { COMMAND, type ConnectData } from '../../protocol/milter.ts';
import { MAX_MACRO_CHARS } from './options.ts';

export interface ClientFacts {
  address: string;
  name: string;
  /** What DNS calls the address, verified or not; empty where the MTA does not say. */
  reverseName: string;
  port: number;
  heloName: string;
  tls: string;
  /** `{auth_authen}` of the transaction; empty without AUTH. */
  saslLogin: string;
  mechanism: string;
  daemonName: string;
  daemonPort: string;
  /** `j`, the MTA's own name; Postfix calls its daemons so unless told otherwise. */
  mtaName: string;
  queueId: string;
}

export function newClient(): ClientFacts {
  return {
    address: '',
    name: '',
    reverseName: '',
    port: 0,
    heloName: '',
    tls: '',
    saslLogin: '',
    mechanism: '',
    daemonName: '',
    daemonPort: '',
    mtaName: '',
    queueId: '',
  };
}

/** Takes in CONNECT. Macros for it came before, so they stay. */
export function connectClient(client: ClientFacts, data: ConnectData): void {
  const { clientName, clientAddress, clientPort } = data;
  // Postfix says `unknown` where it knows none; what else is no address says as little.
  client.address = isIP(clientAddress) === 0 ? '' : clientAddress;
  // A client without a name is called unknown (Postfix) or [192.0.2.7] (Sendmail).
  client.name = clientName === 'unknown' || clientName.startsWith('[') ? '' : clientName;
  client.port = clientPort;
  client.heloName = '';
  client.tls = '';
  client.saslLogin = '';
  client.mechanism = '';
}

/** Begins a stage: what its macros do not name is not so. */
export function forgetStage(client: ClientFacts, stage: number): void {
  if (stage === COMMAND.connect) {
    client.daemonName = '';
    client.daemonPort = '';
    client.mtaName = '';
    client.reverseName = '';
  } else if (stage === COMMAND.helo) client.tls = '';
  else if (stage === COMMAND.mail) {
    client.saslLogin = '';
    client.mechanism = '';
    client.queueId = '';
  }
}

/**
 * Takes in one macro. Names come with braces, but for those of one character. Said twice the last
 * value stands; a longer one is cut, so that whoever is logged in stays somebody who is.
 */
export function setMacro(client: ClientFacts, name: string, said: string): void {
  const value = said.length > MAX_MACRO_CHARS ? said.slice(0, MAX_MACRO_CHARS) : said;
  switch (name) {
    case 'i':
      client.queueId = value;
      return;
    case 'j':
      client.mtaName = value;
      return;
    case '{client_ptr}':
      client.reverseName = value;
      return;
    case '{daemon_name}':
      client.daemonName = value;
      return;
    case '{daemon_port}':
      client.daemonPort = value;
      return;
    case '{tls_version}':
      client.tls = value;
      return;
    case '{auth_authen}':
      client.saslLogin = value;
      return;
    case '{auth_type}':
      client.mechanism = value;
      return;
  }
}

/** The operator's name of the service, else its port. */
export function serviceOf(client: ClientFacts): string {
  if (client.port === 0 && client.daemonPort === '0') return LOCAL_SERVICE;
  const { daemonName, daemonPort, mtaName } = client;
  return daemonName !== '' && daemonName !== mtaName ? daemonName : daemonPort;
}
