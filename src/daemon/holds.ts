/** Held messages and agents: from the configuration to the desk, the API's tokens and the agent. */
import type { Config } from '../config/load.ts';
import { secretOf } from '../config/load.ts';
import { startAgent, type RunningAgent } from '../agent/loop.ts';
import { createQueueTools, type QueueTools } from '../agent/queue-tools.ts';
import type { Inspector } from '../core/report.ts';
import type { HoldDecision, HoldSettings, HoldWorld, TracedMail } from '../desk/hold-options.ts';
import { ensureAgentToken } from '../doors/api/token.ts';
import type { Reporter } from '../doors/api/report/reporter.ts';
import { PrimumError } from '../errors.ts';
import { findHeaderBlocks, valuesOf } from '../protocol/traced-message.ts';
import { seeing, type Journal } from '../store/journal.ts';
import type { Trace } from '../trace/open-trace.ts';
import { mtaName } from './options.ts';
import type { DaemonParts } from './parts.ts';
import type { RecentSubmissions } from './recent-submissions.ts';

export function holdSettings(config: Config): Partial<HoldSettings> {
  const { holds, alerts } = config;
  const seconds = (ms: number): number => ms / 1000;
  return {
    owner: holds.owner,
    escalateTo: holds.escalate_to,
    remindAfterSeconds: seconds(holds.remind_after),
    escalateAfterSeconds: seconds(holds.escalate_after),
    expireAfterSeconds: seconds(holds.expire_after),
    releaseSpacingSeconds: seconds(holds.release_spacing),
    checkEverySeconds: seconds(holds.check_every),
    notifySender: holds.notify_sender,
    from: noticeFrom(config) ?? `postmaster@${mtaName(config)}`,
    contact: alerts.postmaster ?? '',
  };
}

/** Who reports of abuse are from. */
export function reporterOf(config: Config, version: string): Reporter {
  const mta = mtaName(config);
  const from = holdSettings(config).from ?? `postmaster@${mta}`;
  const { header } = config.trace;
  return { from, mta, userAgent: `Primum/${version}`, traceHeader: header };
}

/** Who notifications are from, where the configuration of this host says so. */
export function noticeFrom({ holds, alerts }: Config): string | undefined {
  return holds.from ?? alerts.postmaster ?? alerts.email?.from;
}

/** Least length of a token somebody chose himself. */
const MIN_TOKEN_LENGTH = 32;

/** @throws PrimumError CONFIG_INVALID for a token that can be guessed or is given twice. */
export async function agentTokens(config: Config): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map([[mtaName(config), await ensureAgentToken(config.state)]]);
  for (const { mta, token_file } of config.agent.hosts) {
    const token = secretOf(config, token_file) ?? '';
    if (token.length < MIN_TOKEN_LENGTH || [...tokens.values()].includes(token)) {
      throw new PrimumError(
        'CONFIG_INVALID',
        `agent.hosts: the token of ${mta} has fewer than ${MIN_TOKEN_LENGTH} characters or is that of another host. Make one with: openssl rand -hex 32`,
      );
    }
    tokens.set(mta, token);
  }
  return tokens;
}

export function queueTools(config: Config): QueueTools {
  const { config_directory, tool_timeout } = config.agent;
  return createQueueTools({
    timeoutMs: tool_timeout,
    ...(config_directory === undefined ? {} : { configDirectory: config_directory }),
  });
}

/** The agent inside the daemon, where the configuration asks for it. */
export function openEmbeddedAgent(
  config: Config,
  { desk, telemetry, now }: Pick<DaemonParts, 'desk' | 'telemetry' | 'now'>,
): RunningAgent | undefined {
  if (!config.agent.embedded) return undefined;
  const mta = mtaName(config);
  const from = noticeFrom(config);
  return startAgent({ desk: desk.agents, tools: queueTools(config), mta, from, now, telemetry });
}

/** What held messages ask of the rest of the platform. */
export function holdWorld(parts: {
  readonly isOwnDomain: (domain: string) => boolean;
  readonly inspector: () => Inspector;
  readonly recent: RecentSubmissions;
  readonly trace: () => Pick<Trace, 'reader' | 'tokenNames'>;
}): HoldWorld {
  return {
    isOwnDomain: parts.isOwnDomain,
    known: (account) => Promise.resolve(parts.recent.of(account)),
    readTrace: (headers) => readTrace(parts, headers),
    hasClimbed: async ({ account, identity }) => {
      const report = await parts.inspector().account(account);
      const own = report?.identities.find((one) => one.identity === identity);
      return [report?.rung, own?.rung].some((rung) => rung === 'hold' || rung === 'lock');
    },
  };
}

/** Of a decision that the journal lost too, the message itself tells that it was held. */
async function readTrace(
  { inspector, trace }: Pick<Parameters<typeof holdWorld>[0], 'inspector' | 'trace'>,
  headers: string,
): Promise<TracedMail | undefined> {
  const { reader, tokenNames } = trace();
  const [block] = findHeaderBlocks(headers, tokenNames);
  if (block === undefined) return undefined;
  for (const token of tokenNames.flatMap((name) => valuesOf(block, name))) {
    const reading = reader.read(token.replaceAll(/\s+/g, ''));
    if (!reading.ok || reading.traced.reference === '') continue;
    const { key: _, ...traced } = reading.traced;
    const decision = await inspector().explain(traced.reference);
    const isOfIt = decision?.verdict.account === traced.account;
    const isHeld = !isOfIt || (decision.verdict.enforced && decision.verdict.verdict !== 'pass');
    return { ...traced, isPassed: !isHeld };
  }
  return undefined;
}

/** A journal that also remembers whose message got which queue id. */
export function rememberSubmissions(journal: Journal, recent: RecentSubmissions): Journal {
  return seeing(journal, (line) => {
    if (line.kind === 'submission') recent.add(line);
  });
}

/** A decision on a held message is a fact: it stands in the journal. */
export function noteDecision(
  parts: Pick<DaemonParts, 'journal' | 'now' | 'newId'>,
  { action, hold }: HoldDecision,
): void {
  if (action === 'delete' || hold.submission === '') return;
  parts.journal.append({
    v: 1,
    kind: action,
    id: parts.newId(),
    at: new Date(parts.now()).toISOString(),
    submission: hold.submission,
    by: hold.by,
    why: hold.why,
  });
}
