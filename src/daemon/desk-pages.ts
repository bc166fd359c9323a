/** What the console and the public pages are given: built files, texts, figures and an account's days. */
import { fileURLToPath } from 'node:url';
import type { RuleSet } from '../core/policy.ts';
import type { FigureDesk, UserDesk } from '../desk/contract.ts';
import type { ApiDoorOptions, ApiParts } from '../doors/api/contract.ts';
import type { HealthReport, PublicPages } from '../doors/api/desk-parts.ts';
import { readTimeline } from '../gate/account-timeline.ts';
import { foresee } from '../gate/foresight.ts';
import { seeing, type Journal, type JournalLine } from '../store/journal.ts';
import type { DaemonParts } from './parts.ts';

const CONSOLE = new URL('../../dist/console/', import.meta.url);

export function deskPages(publicPages: PublicPages): Required<PagesOptions> {
  return { consoleFolder: fileURLToPath(CONSOLE), publicPages };
}

type PagesOptions = Pick<ApiDoorOptions, 'consoleFolder' | 'publicPages'>;

/** What only the doors know of. */
export interface HealthSources {
  readonly addresses: () => HealthReport['doors'];
  readonly spool: () => HealthReport['returnedMail'];
  readonly engines: () => HealthReport['engines'];
}

export function deskParts(
  parts: DaemonParts,
  { addresses, spool, engines }: HealthSources,
): Pick<ApiParts, 'timeline' | 'health' | 'foresee'> {
  const { journal, standing, desk, now, telemetry } = parts;
  return {
    timeline: (account, page) => readTimeline({ journal, now }, account, page),
    foresee: (asked) => foresee({ journal, now }, asked),
    health: () => {
      const { dropped, queuedBytes } = journal.stats();
      const { records, dirty } = standing.stats();
      return {
        mode: modeOf(parts.policy().rules),
        doors: addresses().map((door) => {
          const asked = telemetry.lastAsked(door.name);
          const outside = telemetry.lastAskedFromOutside(door.name);
          const away = telemetry.lastTurnedAway(door.name);
          return {
            ...door,
            ...(asked !== undefined && { lastAskedAt: new Date(asked).toISOString() }),
            ...(outside !== undefined && { lastInboundAt: new Date(outside).toISOString() }),
            ...(away !== undefined && {
              lastTurnedAway: { at: new Date(away.at).toISOString(), why: away.why },
            }),
          };
        }),
        engines: engines(),
        agents: desk.agents.heard(),
        journal: { droppedLines: dropped, queuedBytes },
        standing: { records, dirty },
        returnedMail: spool(),
      };
    },
  };
}

function modeOf({ mode, practices = {} }: RuleSet): string {
  const others = Object.entries(practices).filter(([, own]) => own !== mode);
  if (others.length === 0) return mode;
  const other = mode === 'observe' ? 'enforce' : 'observe';
  return `${mode}, and ${other} ${others.map(([name]) => name).join(', ')}`;
}

/** A journal that also counts what passes, for "today against usual". */
export function countLines(journal: Journal, figures: Pick<FigureDesk, 'count'>): Journal {
  return seeing(journal, (line) => countLine(line, figures));
}

function countLine(line: JournalLine, figures: Pick<FigureDesk, 'count'>): void {
  switch (line.kind) {
    case 'submission':
      figures.count('submissions');
      figures.count('recipients', line.envelopeRecipients.length);
      return;
    case 'login':
      figures.count(line.ok ? 'logins' : 'failedLogins');
      return;
    case 'delivery':
      figures.count(line.result);
      return;
    case 'complaint':
      figures.count('complaints');
      return;
    case 'verdict':
      // What only would have been done is told by Limits and mode.
      if (line.verdict !== 'pass' && line.enforced) figures.count(line.verdict);
      return;
    default:
      return;
  }
}

/** Of the link by which the first user gets in, an admin who chooses his name. */
export async function welcomePath(users: UserDesk): Promise<string | undefined> {
  if (!(await users.isEmpty())) return undefined;
  const { token } = await users.invite({ name: '', role: 'admin', by: 'primum' });
  return `/console/#/welcome/${token}`;
}
