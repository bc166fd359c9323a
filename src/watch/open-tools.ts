/** What the checks work with, for one run. */
import type { Tools } from './contract.ts';
import { createDns } from './dns.ts';
import { createHungHosts, MAX_HUNG } from './hung-hosts.ts';
import type { Pace } from './pace.ts';
import type { WatchPlan } from './plan.ts';
import { createScope } from './scope.ts';
import { DialogueError, openDialogue } from './smtp-dialogue.ts';

/** Connections to one host at once: more looks like an attack and is refused as one. */
const PER_ADDRESS = 4;

/** @param pace Of all questions to DNS; else one of these tools alone. */
export function openTools(plan: WatchPlan, now: () => number = Date.now, pace?: Pace): Tools {
  const scope = createScope(plan);
  const open = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  const hungHosts = createHungHosts(now);

  async function enter(address: string): Promise<void> {
    const count = open.get(address) ?? 0;
    if (count < PER_ADDRESS) {
      open.set(address, count + 1);
      return;
    }
    const turn = Promise.withResolvers<undefined>();
    const queue = waiting.get(address) ?? [];
    waiting.set(address, [...queue, () => turn.resolve(undefined)]);
    await turn.promise;
  }

  function leave(address: string): void {
    const [next, ...rest] = waiting.get(address) ?? [];
    waiting.set(address, rest);
    if (next === undefined) open.set(address, (open.get(address) ?? 1) - 1);
    else next();
  }

  return {
    plan,
    scope,
    now,
    dns: createDns(plan.dns, pace),
    async dialogue(options) {
      // Whoever asks has looked; that nothing else can be connected to is assured here.
      if (!scope.isOurs(options.address))
        throw new DialogueError(`${options.address} is in none of your networks`);
      await enter(options.address);
      const host = `${options.address} port ${options.port}`;
      let isLeft = false;
      const dialogueOf = hungHosts.noticing(host);
      const done = (): void => {
        if (!isLeft) leave(options.address);
        isLeft = true;
      };
      try {
        if (hungHosts.isGivenUp(host))
          throw new DialogueError(
            `${host} hung ${MAX_HUNG} times in a row, so it was not asked again`,
          );
        const opened = openDialogue({ ...options, timeoutMs: plan.smtpTimeoutMs });
        const dialogue = await dialogueOf.noticed(opened);
        return {
          ...dialogue,
          command: (line) => dialogueOf.noticed(dialogue.command(line)),
          raw: (bytes) => dialogueOf.noticed(dialogue.raw(bytes)),
          commands: (lines) => dialogueOf.noticed(dialogue.commands(lines)),
          close() {
            dialogue.close();
            if (!isLeft) dialogueOf.ended();
            done();
          },
        };
      } catch (error) {
        done();
        throw error;
      }
    },
  };
}
