/** Finds the command in `/?command=NAME` (Dovecot) and `/command/NAME`, with few allocations. */
import type { Command } from './command.ts';

export interface Route {
  readonly command: Command | undefined;
  readonly query: URLSearchParams;
}

export interface Router {
  find(url: string): Route;
}

const NO_QUERY = new URLSearchParams();
const NOT_FOUND: Route = { command: undefined, query: NO_QUERY };

export function createRouter(commands: readonly Command[]): Router {
  const byName = new Map(commands.map((command) => [command.name, command]));
  const usual = new Map<string, Route>();
  for (const command of commands) {
    usual.set(`/?command=${command.name}`, { command, query: NO_QUERY });
    usual.set(`/command/${command.name}`, { command, query: NO_QUERY });
  }
  for (const name of ['livez', 'readyz', 'metrics']) {
    usual.set(`/${name}`, { command: byName.get(name), query: NO_QUERY });
  }
  return { find: (url) => usual.get(url) ?? findUnusual(url, byName) };
}

/** Other parameters, percent-encoding, and any path before `?command=` (`/authpolicy?command=`). */
function findUnusual(url: string, byName: ReadonlyMap<string, Command>): Route {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
  const [, named] = /^\/(?:command\/)?([^/]+)$/.exec(path) ?? [];
  if (named !== undefined && (path.startsWith('/command/') || isOwnPath(named))) {
    const command = byName.get(decoded(named));
    return command ? { command, query } : NOT_FOUND;
  }
  const command = byName.get(query.get('command') ?? '');
  return command ? { command, query } : NOT_FOUND;
}

function isOwnPath(name: string): boolean {
  return name === 'livez' || name === 'readyz' || name === 'metrics';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
