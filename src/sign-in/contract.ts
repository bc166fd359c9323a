/** Logging in with an account of elsewhere, as the API door asks for it. */

export interface SignIn {
  /** What stands on the way there, such as the name of the house. */
  readonly label: string;
  /** Where the browser goes. @throws SignInFailure when the provider cannot be asked. */
  begin(seed: string): Promise<string>;
  /**
   * Who came back.
   * @param seed The same as at the beginning, from the browser that began.
   * @param query Of the address it came back to, with its `?`.
   * @throws SignInFailure when nobody did, or nobody who can be believed.
   */
  finish(seed: string, query: string): Promise<SignedIn>;
}

export interface SignedIn {
  /** Of issuer and subject: it never becomes somebody else's. */
  readonly subject: string;
  readonly name: string;
  readonly role: 'reader' | 'reviewer' | 'admin';
  /** Whether he becomes a user by coming, or has to be one already. */
  readonly mayBeNew: boolean;
}

/** Ended with a sentence for whoever wants to log in; the reason is for the log. */
export class SignInFailure extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, sentence: string, reason: string) {
    super(sentence);
    this.name = 'SignInFailure';
    this.status = status;
    this.reason = reason;
  }
}
