/** What `primum connect` tells: lines for another program's configuration, and what of them stands. */

export type ConnectProgram = 'postfix' | 'dovecot';

/** Lines that go into one file. */
export interface ConnectFile {
  readonly file: string;
  /** Where in it, where that matters: `below "submission inet n - y - - smtpd"`. */
  readonly where?: string;
  readonly lines: readonly string[];
}

/** One thing that must be so, and whether it is. */
export interface ConnectFact {
  readonly isSo: boolean;
  /** A sentence; of what is not so it says what to do. */
  readonly text: string;
}

export interface ConnectPlan {
  readonly program: ConnectProgram;
  /** Sentences about this machine. */
  readonly found: readonly string[];
  readonly files: readonly ConnectFile[];
  /** Commands that put it in force. */
  readonly then: readonly string[];
  readonly notes: readonly string[];
  /** What stands in the other program's configuration. */
  readonly facts: readonly ConnectFact[];
  /** Names of our doors that it must ask about submissions or logins. */
  readonly doors: readonly string[];
  /** Names of our doors that it must ask about mail from outside. */
  readonly inboundDoors: readonly string[];
  /** When its configuration was last changed: a question from before does not prove these lines. */
  readonly changedAt?: string;
  /** Its own word where it is there and cannot read its configuration; then there are no lines. */
  readonly trouble?: string;
}

/** Of the configuration of Primum, what the lines are made of. */
export interface ConnectOptions {
  readonly policyListen: readonly string[];
  readonly milterListen: readonly string[];
  readonly authPolicyListen: readonly string[];
  /** `policy_context` and `{daemon_name}` of services that take mail from outside. */
  readonly inboundContexts: readonly string[];
  readonly inboundDaemons: readonly string[];
  /** Rules by the reverse name that are not off, each with its action: `inbound.no_reverse_name: reject`. */
  readonly nameRules?: readonly string[];
  /** `doors.milter.hold_by`. */
  readonly holdBy?: 'quarantine' | 'header';
  /** Password of Dovecot at the auth policy door; absent where none is asked for. */
  readonly dovecotPassword?: string;
  /** Where the password is read from, for a command that shows it. */
  readonly dovecotPasswordFile?: string;
  /** Whether it stands in the lines, or only how to make it. */
  readonly withSecrets: boolean;
  /** Who owns the folder of the sockets: the user whom the daemon runs as. */
  readonly daemonUser: string;
  /** The configuration file that was given; absent where there is none yet. */
  readonly configFile?: string;
  /** For a nonce where none is set yet: long, random. */
  readonly freshNonce: string;
}

export type ToolAnswer =
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'absent' }
  /** It is there and fails; what it says, in one line. */
  | { readonly kind: 'failed'; readonly message: string };

export type RunTool = (
  program: 'postconf' | 'doveconf',
  args: readonly string[],
) => Promise<ToolAnswer>;

/** The text of a configuration file; `undefined` where it cannot be read. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** When a file of the configuration whose main file this is was last changed (RFC 3339). */
export type ChangedAt = (mainFile: string) => Promise<string | undefined>;

/** Files of the other program, read only. */
export interface ConfigFiles {
  readonly readText: ReadText;
  readonly changedAt: ChangedAt;
}

/** A program that has a mistake to be mended first. */
export function troubledPlan(program: ConnectProgram, message: string): ConnectPlan {
  const nothing = { files: [], then: [], notes: [], doors: [], inboundDoors: [] };
  const text = `${message} Mend that, then run this again.`;
  return { program, ...nothing, found: [], facts: [{ isSo: false, text }], trouble: text };
}
