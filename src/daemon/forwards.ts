/** From the configuration to the addresses of forwards, and one of them for the command line. */
import { join } from 'node:path';
import type { SrsAnswer, SrsQuestion } from '../cli/command.ts';
import { loadConfig, secretOf, type Config } from '../config/load.ts';
import { toDirectoryOptions } from '../config/to-directory.ts';
import { compileNetworkRules } from '../core/network-rule.ts';
import { UNKNOWN_NETWORK } from '../core/network.ts';
import { openDirectory } from '../directory/open-directory.ts';
import type { MilterDoorOptions } from '../doors/milter/options.ts';
import type { ForwardAddresses } from '../forwards/contract.ts';
import type { ForwardSwitch } from '../forwards/maps.ts';
import { openForwards, type ForwardOptions } from '../forwards/open-forwards.ts';
import { stampOf } from '../protocol/srs.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import type { DaemonParts } from './parts.ts';

type Given = Pick<ForwardOptions, 'isOwnDomain' | 'now' | 'warn'> & { readonly isReader?: boolean };

/** @throws PrimumError STATE_UNUSABLE */
export function forwardsOf(config: Config, given: Given): ForwardAddresses {
  const { forwards } = config;
  const secrets = secretOf(config, forwards.postsrsd_secrets_file) ?? '';
  return openForwards({
    ...given,
    ...(forwards.domain !== undefined && { domain: forwards.domain }),
    formerDomains: forwards.former_domains,
    excludedDomains: forwards.exclude_domains,
    // postsrsd takes each line as a secret, and only its newline away.
    postsrsdSecrets: secrets.split(/\r?\n/).filter((line) => line !== ''),
    keysFile: join(config.state, 'forward-keys'),
  });
}

/** What the milter door is told of forwards; nothing while there is no domain for them. */
export function milterForwards(
  config: Config,
  parts: Pick<DaemonParts, 'directory' | 'forwards' | 'desk'>,
): Pick<MilterDoorOptions, 'forwards'> {
  if (config.forwards.domain === undefined) return {};
  const { desk } = parts;
  const networks = compileNetworkRules(config.forwards.redirect_networks);
  return {
    forwards: {
      isRedirector: (address) => networks.ok && networks.value({ ...UNKNOWN_NETWORK, address }),
      senderOf: (account, envelopeSender) => {
        const domain = account.slice(account.lastIndexOf('@') + 1);
        if (!parts.directory.isOwnDomain(domain)) return undefined;
        const result = parts.forwards.rewriteFor(account, envelopeSender);
        if (!result.ok) return {};
        const { value: sender, form } = result;
        const stamp = form === 'account' ? stampOf(sender) : undefined;
        if (stamp === undefined) return { sender };
        return { sender, tag: parts.forwards.tagOf(account), stamp };
      },
      isOff: (account, to) => desk.forwards.isOff(account, to),
    },
  };
}

/** What the socketmap door is told of forwards that are off (FWD-2). */
export function forwardSwitch(config: Config, { desk }: Pick<DaemonParts, 'desk'>): ForwardSwitch {
  const { keep_in } = config.forwards;
  return {
    keepsAll: (address) => desk.forwards.keepsAll(address),
    ...(keep_in !== undefined && { keepIn: keep_in }),
  };
}

/** Without a daemon, and without a change to the keys. */
export async function showForward(question: SrsQuestion): Promise<SrsAnswer> {
  const config = loadConfig(question.configFile, process.env);
  const directory = await openDirectory(toDirectoryOptions(config), createSilentTelemetry());
  try {
    const forwards = forwardsOf(config, {
      isReader: true,
      isOwnDomain: (domain) => directory.isOwnDomain(domain),
      now: Date.now,
      warn: () => undefined,
    });
    return question.way === 'forward' ? forth(forwards, question) : back(forwards, question);
  } finally {
    await directory.close();
  }
}

function forth(forwards: ForwardAddresses, { address, account }: SrsQuestion): SrsAnswer {
  const result =
    account === undefined ? forwards.rewrite(address) : forwards.rewriteFor(account, address);
  if (!result.ok) return result;
  const tag = account !== undefined && result.form === 'account' && forwards.tagOf(account);
  return { ok: true, address: result.value, form: result.form, ...(tag !== false && { tag }) };
}

function back(forwards: ForwardAddresses, { address }: SrsQuestion): SrsAnswer {
  const result = forwards.decode(address);
  if (!result.ok) return result;
  const { sender, tag } = result.value;
  const form = tag === undefined ? 'plain' : 'account';
  return { ok: true, address: sender, form, ...(tag !== undefined && { tag }) };
}
