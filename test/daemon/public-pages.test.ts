/** Texts and look of the public pages are the operator's where he has some, and mistakes there are named. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { checkFiles } from '../../src/daemon/check-files.ts';
import {
  loadPublicPages,
  MAX_TEMPLATE_BYTES,
  readyAnswers,
} from '../../src/daemon/public-pages.ts';
import { openFixture } from '../doors/api-fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-pages-'));
  mkdirSync(join(folder, 'pages'));
  return () => rmSync(folder, { recursive: true });
});

/** @param files Of the operator's folder: text as it is, else JSON. */
function configOf(files: Readonly<Record<string, unknown>>, more: readonly string[] = []) {
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(folder, 'pages', name), text);
  }
  const file = join(folder, 'primum.yaml');
  const lines = ['pages:', '  name: Example Mail', '  templates: ./pages', ...more];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return loadConfig(file, { PRIMUM_STATE: join(folder, 'state') });
}

describe('a folder of templates', () => {
  it('changes single texts of a language and leaves the others as shipped', () => {
    const config = configOf({ 'de.json': { report_title: 'Spam melden' } });
    const pages = loadPublicPages(config);
    expect(pages.texts['de']).toMatchObject({ report_title: 'Spam melden', language: 'Deutsch' });
    expect(pages.texts['en']?.['report_title']).toBe('Report abuse');
    expect(pages.operator).toBe('Example Mail');
    expect(pages.style).toContain('{');
  });

  it('adds a language with one file; what it leaves out is said in English', async () => {
    const french = { language: 'Français', report_title: 'Signaler un abus' };
    const config = configOf({ 'fr.json': french }, ['  language: fr']);
    const publicPages = loadPublicPages(config);
    const api = await openFixture({ publicPages });
    const page = async (language: string) =>
      (await fetch(`${api.baseUrl}/report`, { headers: { 'accept-language': language } })).text();
    expect(await page('fr-CA,en;q=0.5')).toContain('<h1>Signaler un abus</h1>');
    expect(await page('fr')).toContain('What happened?');
    expect(await page('pt')).toContain('lang="fr"');
    expect(await page('de')).toContain('hreflang="fr" lang="fr">Français</a>');
    await api.close();
  });

  it('shows its texts as text, whatever they hold, and takes the look as a style and no more', async () => {
    const evil = '</title><script>alert(1)</script>" onload="x';
    const config = configOf({
      'en.json': { report_title: evil, report_intro: evil, report_send: evil, language: evil },
      'style.css': 'body { color: red; } </style><script>alert(1)</script>',
    });
    const api = await openFixture({ publicPages: loadPublicPages(config) });
    const response = await fetch(`${api.baseUrl}/report`);
    const page = await response.text();
    expect(page).not.toContain('<script');
    expect(page).not.toContain('" onload');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const style = await fetch(`${api.baseUrl}/public.css`);
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(style.headers.get('x-content-type-options')).toBe('nosniff');
    await api.close();
  });

  it('has the answers that reviewers send, those of the own language first', () => {
    const config = configOf({ 'de.json': { answer_1: 'Erledigt.', answer_9: 'Danke.' } }, [
      '  language: de',
    ]);
    const answers = readyAnswers(loadPublicPages(config));
    expect(answers.slice(0, 4).map(({ language }) => language)).toEqual(['de', 'de', 'de', 'de']);
    expect(answers[0]?.text).toBe('Erledigt.');
    expect(answers[3]?.text).toBe('Danke.');
    expect(answers.at(-1)?.language).toBe('en');
  });
});

describe('a mistake in the folder', () => {
  // prettier-ignore
  const mistakes = [
    ['de.json',     '{"report_title": ',             'it is not JSON: '],
    ['de.json',     ['a'],                           'it is not an object of texts'],
    ['de.json',     { report_title: 7 },             '"report_title" is not a text'],
    ['de.json',     { report_titel: 'x' },           '"report_titel" is no text of the pages; the shipped en.json has all'],
    ['de.json',     { report_title: 'Hi {name}' },   '"report_title" has {name}, for which nothing is put in there'],
    ['de.json',     { answer_mail_subject: '{nr}' }, '"answer_mail_subject" has {nr}, for which nothing is put in there'],
    ['german.json', {},                              'a file of texts is named by the two small letters of its language, such as fr.json'],
    ['de.json',     'x'.repeat(MAX_TEMPLATE_BYTES + 1), `it has more than ${MAX_TEMPLATE_BYTES} bytes`],
    ['style.css',   'x'.repeat(MAX_TEMPLATE_BYTES + 1), `it has more than ${MAX_TEMPLATE_BYTES} bytes`],
  ] as const;

  it.each(mistakes)(
    'in %s is named with its file and cause, before anything listens',
    async (name, content, said) => {
      const config = configOf({ [name]: content });
      const path = join(folder, 'pages', name);
      expect(() => loadPublicPages(config)).toThrow(`pages.templates: ${path}: ${said}`);
      expect((await checkFiles(config)).mistakes).toHaveLength(1);
    },
  );

  it('is a folder that is not there, too, and a language that nobody wrote', () => {
    const gone = configOf({}, []);
    rmSync(join(folder, 'pages'), { recursive: true });
    expect(() => loadPublicPages(gone)).toThrow(
      `pages.templates: ${folder}/pages: it cannot be read`,
    );
    mkdirSync(join(folder, 'pages'));
    expect(() => loadPublicPages(configOf({}, ['  language: xx']))).toThrow(
      'pages.language: there is no language xx; there are de, en.',
    );
  });
});
