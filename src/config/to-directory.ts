/** From the file's directory section to the options of `openDirectory`. */
import type { Config } from './load.ts';
import { secretOf } from './load.ts';

function engine(config: Config) {
  const { file, command, http } = config.directory;
  if (file) return { kind: 'file', path: file.path, checkEveryMs: file.check_every } as const;
  if (command) {
    return {
      kind: 'command',
      argv: command.argv,
      maxAnswerBytes: command.max_answer,
      concurrency: command.concurrency,
    } as const;
  }
  if (!http) return undefined;
  const secret = secretOf(config, http.secret_file);
  return {
    kind: 'http',
    url: http.url,
    headers: secret === undefined ? {} : { [http.header]: secret },
    maxAnswerBytes: http.max_answer,
    concurrency: http.concurrency,
  } as const;
}

/** Structurally `DirectoryOptions` of directory/; siblings do not import each other. */
export function toDirectoryOptions(config: Config) {
  const { cache, timeout } = config.directory;
  const chosen = engine(config);
  return {
    ...(chosen && { engine: chosen }),
    domains: config.policy.domains,
    timeoutMs: timeout,
    cache: {
      entries: cache.entries,
      ttlMs: cache.ttl,
      negativeTtlMs: cache.negative_ttl,
      retryAfterMs: cache.retry_after,
    },
  };
}
