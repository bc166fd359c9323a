/** `primum connect`: from the configuration to the lines for the programs of this host. */
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { loadConfig, secretOf } from '../config/load.ts';
import { planConnection } from '../connect/connect.ts';
import type { ConnectPlan, ConnectProgram, RunTool } from '../connect/contract.ts';
import { changedAt, readText, runTool } from '../connect/tools.ts';

/** As long as a SHA-256: with it and a digest a password can be guessed. */
const NONCE_BYTES = 32;

/** INB-1, and the home connections that are told by the same name. */
const NAME_RULES = ['no_reverse_name', 'forward_mismatch', 'home_connection'] as const;

/** The packages make it; who tries the program starts it himself. */
const PACKAGE_USER = 'primum';

async function daemonUser(): Promise<string> {
  const users = (await readText('/etc/passwd')) ?? '';
  return new RegExp(`^${PACKAGE_USER}:`, 'm').test(users) ? PACKAGE_USER : userName();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return PACKAGE_USER;
  }
}

export async function connect(
  given: {
    readonly program: ConnectProgram;
    readonly configFile: string | undefined;
    readonly withSecrets: boolean;
  },
  run: RunTool = runTool,
): Promise<ConnectPlan> {
  const config = loadConfig(given.configFile, process.env);
  const { policy, milter, auth_policy } = config.doors;
  const credential = auth_policy.credentials.find(
    ({ scopes }) => scopes.includes('*') || (scopes.includes('allow') && scopes.includes('report')),
  );
  const password = secretOf(config, credential?.password_file);
  const nonce = secretOf(config, config.own_password.nonce_file);
  return planConnection(
    given.program,
    {
      policyListen: policy.listen,
      milterListen: milter.listen,
      authPolicyListen: auth_policy.listen,
      inboundContexts: policy.inbound_contexts,
      inboundDaemons: milter.inbound_daemons.map((name) => name.toLowerCase()),
      holdBy: config.doors.milter.hold_by,
      nameRules: NAME_RULES.filter((name) => config.inbound[name] !== 'off').map(
        (name) => `inbound.${name}: ${config.inbound[name]}`,
      ),
      ...(password !== undefined && { dovecotPassword: password }),
      ...(credential !== undefined && { dovecotPasswordFile: credential.password_file }),
      withSecrets: given.withSecrets,
      daemonUser: await daemonUser(),
      ...(given.configFile !== undefined && { configFile: given.configFile }),
      freshNonce: nonce ?? randomBytes(NONCE_BYTES).toString('hex'),
    },
    run,
    { readText, changedAt },
  );
}
