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
  /** Names of our doors that it must ask. */
  readonly doors: readonly string[];
}

/** Of the configuration of Primum, what the lines are made of. */
export interface ConnectOptions {
  readonly policyListen: readonly string[];
  readonly milterListen: readonly string[];
  readonly authPolicyListen: readonly string[];
  /** Password of Dovecot at the auth policy door; absent where none is asked for. */
  readonly dovecotPassword?: string;
  /** Where the password is read from, for a command that shows it. */
  readonly dovecotPasswordFile?: string;
  /** Whether it stands in the lines, or only how to make it. */
  readonly withSecrets: boolean;
  /** For a nonce where none is set yet: long, random. */
  readonly freshNonce: string;
}

/** Runs a program and gives what it printed; undefined when it is not there or fails. */
export type RunTool = (
  program: 'postconf' | 'doveconf',
  args: readonly string[],
) => Promise<string | undefined>;
