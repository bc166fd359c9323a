/** What the command line says of itself. */
import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { commandLine } from './command-line.ts';

const { cli, run } = commandLine();

describe('help', () => {
  it('lists every command, and explains each with every option', async () => {
    const { out, code } = await cli('help');
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      expect(out).toContain(`  ${command.name} `);
      const help = (await run(['help', ...command.name.split(' ')])).out;
      for (const option of Object.keys(optionsOf(command))) expect(help).toContain(`--${option}`);
      expect(
        Math.max(
          ...help
            .split('\n')
            .filter((line) => !line.startsWith('primum '))
            .map((line) => line.length),
        ),
      ).toBeLessThan(90);
    }
  });

  it('is what no words, --help and -h give', async () => {
    const [none, long, short] = [await cli(''), await cli('lock --help'), await cli('lock -h')];
    expect(none.out).toContain('Usage: primum COMMAND');
    expect(long.out).toContain('primum lock ACCOUNT --why TEXT');
    expect(short.out).toBe(long.out);
  });

  it('explains a family of commands together, by --help too', async () => {
    expect((await cli('hold --help')).out).toContain('primum hold release REFERENCE');
    expect((await cli('nothing --help')).out).toContain('Usage: primum COMMAND');
    const { out } = await cli('help lists');
    expect(out).toContain('primum lists add allow|deny');
    expect(out).toContain('primum lists remove');
  });

  it('prints the version', async () => {
    expect((await cli('--version')).out).toBe(`primum 1.2.3 on Node.js ${process.version}\n`);
  });
});
