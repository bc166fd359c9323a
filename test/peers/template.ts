/** Fills a configuration template: every name between at signs must be known. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes `templates/<name>` to `target` with the values put in. @throws on an unknown name. */
export async function fillTemplate(
  name: string,
  target: string,
  values: Readonly<Record<string, string | number>>,
): Promise<void> {
  const template = await readFile(join(import.meta.dirname, 'templates', name), 'utf8');
  const text = template.replaceAll(/@([A-Z_]+)@/g, (whole, key: string) => {
    const value = values[key];
    if (value === undefined)
      throw new Error(`templates/${name} wants ${whole}, which is not given`);
    return String(value);
  });
  await writeFile(target, text);
}
