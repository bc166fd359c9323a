/**
 * How much one address asks of us over all services (INB-4): its connections, and the wrong passwords
 * that ACC-6 counts of it, each of which weighs as much as many connections.
 */
/** Connections of one address over all services, failed passwords among them (INB-4, ACC-6). */
export interface ConnectionRule {
  readonly action: 'off' | 'observe' | 'defer';
  readonly windowSeconds: number;
  /** Connections in any window of that length. */
  readonly limit: number;
  /** Connections that a distinct wrong password weighs. */
  readonly failureWeight: number;
}

export interface Load {
  /** In the window, this one included. */
  readonly connections: number;
  /** Distinct wrong passwords in the window. */
  readonly failures: number;
}

export const NO_LOAD: Load = { connections: 0, failures: 0 };

/** Whether it is more than the operator allows. */
export function isOverloaded({ connections, failures }: Load, rule: ConnectionRule): boolean {
  return rule.action !== 'off' && connections + failures * rule.failureWeight > rule.limit;
}

/** The sentence for the operator. */
export function overloadText(address: string, load: Load, rule: ConnectionRule): string {
  const { connections, failures } = load;
  const minutes = Math.round(rule.windowSeconds / 6) / 10;
  const guessed =
    failures === 0 ? '' : ` and ${failures} wrong passwords, each as ${rule.failureWeight}`;
  return (
    `${address} has made ${connections} connections${guessed} in ${minutes} min; ` +
    `${rule.limit} are allowed.`
  );
}
