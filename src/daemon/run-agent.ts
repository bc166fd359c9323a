/** `primum agent`: works on the queue of this host for a daemon that runs anywhere. */
import { startAgent } from '../agent/loop.ts';
import type { AgentDesk, AgentResult, LoggedEvent, LogSink } from '../agent/contract.ts';
import { openClient, type Client } from '../client/client.ts';
import { ApiRefusal } from '../client/request.ts';
import { readAgentToken } from '../client/token-file.ts';
import { loadConfig, type Config } from '../config/load.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { openLogFollower } from './follow-log.ts';
import { noticeFrom, queueTools } from './holds.ts';
import { mtaName } from './options.ts';

/** Works until SIGTERM or SIGINT. */
export async function runAgent(configFile: string | undefined): Promise<number> {
  const config = loadConfig(configFile, process.env);
  const stop = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  const telemetry = createTelemetry({
    level: config.log.level,
    format: process.stdout.isTTY ? 'text' : 'json',
  });
  const client = await openAgentClient(config);
  const agent = startAgent({
    desk: deskOver(client),
    tools: queueTools(config),
    mta: mtaName(config),
    from: noticeFrom(config),
    now: Date.now,
    telemetry,
  });
  const follower = openLogFollower(config, {
    sink: sinkOver(client, telemetry),
    telemetry,
    now: Date.now,
  });
  telemetry.info(`The agent of ${mtaName(config)} works for the daemon at ${config.agent.api}.`);
  await stop;
  await Promise.all([agent.close(), follower?.close()]);
  return 0;
}

async function openAgentClient(config: Config): Promise<Client> {
  const token = await readAgentToken(config.agent.token_file, config.state);
  const { api } = config.agent;
  return openClient({ baseUrl: new URL(api).origin, token });
}

/** The desk of a daemon as its API gives it. */
export function deskOver(client: Client): AgentDesk {
  return {
    tasks: (_mta, { waitMs = 0, signal } = {}) => client.agentTasks(waitMs / 1000, signal),
    report: async (_mta, results) => {
      try {
        await client.agentResults(results);
      } catch (error) {
        if (!isRefused(error)) throw error;
        await client.agentResults(results.map((result) => asFailed(result, error.message)));
      }
    },
  };
}

/** The daemon's intake of events as its API gives it. One that it refuses is told and left out. */
export function sinkOver(client: Client, telemetry: Pick<Telemetry, 'warn'>): LogSink {
  const send = async (events: readonly LoggedEvent[]): Promise<void> => {
    try {
      await client.agentEvents(events);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (events.length > 1) {
        const half = Math.ceil(events.length / 2);
        await send(events.slice(0, half));
        await send(events.slice(half));
      } else telemetry.warn(`The daemon did not take an event of the mail log: ${error.message}`);
    }
  };
  return { logged: (_mta, events) => send(events) };
}

/** Saying the same again cannot help. */
function isRefused(error: unknown): error is ApiRefusal {
  return error instanceof ApiRefusal && [400, 413, 422].includes(error.status);
}

function asFailed({ id }: AgentResult, error: string): AgentResult {
  return {
    id,
    kind: 'failed',
    error: `The daemon did not take the result: ${error.slice(0, 300)}`,
  };
}
