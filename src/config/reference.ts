/** The reference page and the JSON schema, made from the schema. */
import { z } from 'zod';
import type { KeyInfo } from './catalogue.ts';
import { KEYS } from './catalogue.ts';
import { EFFECT_TEXT } from './explain.ts';
import { configSchema } from './schema.ts';
import { entry, flow } from './yaml-text.ts';

/** Longer defaults get a block of their own. */
const MAX_INLINE_LENGTH = 80;

const HEAD = `# Configuration

Made from the schema by \`node tools/config-reference.ts\`; do not edit.

One YAML file, named with \`--config\`. A file holds only what differs from the defaults; without a
file all defaults hold. A misspelt key is an error. Durations have a unit (\`ms\`, \`s\`, \`m\`, \`h\`,
\`d\`, \`w\`), sizes too (\`B\`, \`KiB\`, \`MiB\`, \`GiB\`). Relative paths start at the folder of the file.
Secrets stand in files that only their owner and group can open, or in variables of the environment
(\`env:NAME\`).

\`primum check FILE\` finds mistakes, \`primum config explain KEY\` shows one entry of this page and
\`primum config print\` what is in force. A reload is SIGHUP; a file with a mistake is refused, the old
configuration stays in force, and the log says why.
`;

function fallbackText(info: KeyInfo): string {
  if (info.isSection) return '';
  if (info.fallback === undefined) {
    return info.isRequired ? ' Must be given.' : ' No default; may be left out.';
  }
  const line = flow(info.fallback);
  if (line.length <= MAX_INLINE_LENGTH) return ` Default: \`${line}\`.`;
  const block = entry(info.key.slice(info.key.lastIndexOf('.') + 1), info.fallback);
  return ` Default:\n\n${['```yaml', ...block, '```'].join('\n')}\n\n`;
}

function article(info: KeyInfo): string {
  const level = info.key.includes('.') ? '###' : '##';
  const kind = `${info.kind.slice(0, 1).toUpperCase()}${info.kind.slice(1)}.`;
  const isBare = info.fallback === undefined || JSON.stringify(info.fallback) === '[]';
  const sample = info.sample !== undefined && isBare ? ` Example: \`${flow(info.sample)}\`.` : '';
  const facts = `${kind}${sample}${fallbackText(info)} ${EFFECT_TEXT[info.effect]}`;
  const text = info.description === '' ? [] : [info.description, ''];
  return [`${level} \`${info.key}\``, '', ...text, facts.replaceAll('\n ', '\n'), ''].join('\n');
}

/** docs/reference/config.md */
export function configReference(): string {
  return [HEAD, ...KEYS.map(article)].join('\n');
}

/** JSON Schema (2020-12) of the file, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' });
}
