/** `primum alerts test` and `primum reload`. */
import type { Command } from '../command.ts';
import { table } from '../text.ts';

export const alertsTest: Command = {
  name: 'alerts test',
  summary: 'Send a test alert through every channel and say what came of it.',
  asksDaemon: true,
  async run({ io, client, show }) {
    const answer = await (await client()).testAlerts(io.user());
    show(answer, ({ outcomes }) =>
      outcomes.length === 0
        ? 'No alert channel is configured. Add one under "alerts" in the configuration.\n'
        : table(
            ['Channel', 'Outcome'],
            outcomes.map((o) => [o.channel, o.outcome]),
          ),
    );
    return answer.outcomes.every(({ outcome }) => outcome === 'Sent.') ? 0 : 1;
  },
};

export const reload: Command = {
  name: 'reload',
  summary: 'Make the daemon read its configuration again; a bad one is refused.',
  asksDaemon: true,
  async run({ io, client, show }) {
    show(await (await client()).reload(io.user()), ({ changes }) => `${changes}\n`);
    return 0;
  },
};
