/** What the guides tell an operator to write is what the tests run, but for ports and secrets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { parse } from 'yaml';

const GUIDES = join(import.meta.dirname, '../../docs/guides');
const TEMPLATES = join(import.meta.dirname, 'templates');

/** Code blocks of a guide, by the language behind the fence. */
function blocks(guide: string, language: string): string[] {
  const text = readFileSync(join(GUIDES, guide), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function templateLines(...names: readonly string[]): string[] {
  return names.flatMap((name) => lines(readFileSync(join(TEMPLATES, name), 'utf8')));
}

describe('the guide for Postfix', () => {
  const tested = templateLines('main.cf', 'master.cf');

  it.each(
    blocks('postfix.md', '')
      .flatMap(lines)
      .filter((line) => /primum_|_relay_restrictions/.test(line)),
  )('shows a line that is tested: %s', (line) => {
    const service = / (inet:127\.0\.0\.1:10040|unix:primum\/policy\.sock),/;
    const milter = / unix:primum\/milter\.sock,/;
    const told = line
      .replace(service, ' @POLICY_SERVICE@,')
      .replace(milter, ' @MILTER_SERVICE@,')
      .replace(/smtpd_milters( ?= ?)\$primum_milter$/, 'smtpd_milters$1@MILTERS@');
    expect(tested).toContain(told);
  });
});

describe('the short lines of the README', () => {
  it('have every time-out of the guide, so that a hung Primum costs no submission half a minute', () => {
    const readme = readFileSync(join(GUIDES, '../../README.md'), 'utf8');
    const milters = /^-o smtpd_milters=\{(.*)\}$/m.exec(readme)?.[1]?.split(',') ?? [];
    const told = /^primum_milter = \{ (.*) \}$/m.exec(blocks('postfix.md', '').join('\n'))?.[1];
    expect(milters.slice(1)).toEqual(told?.split(', ').slice(1));
  });
});

describe('the guide for Dovecot', () => {
  const tested = templateLines('dovecot.conf');

  it.each(lines(blocks('dovecot.md', '')[0] ?? ''))('shows a line that is tested: %s', (line) => {
    const name = line.split('=')[0]?.trim();
    const changed = /^auth_policy_(server_url|server_api_header|hash_nonce)$/.test(name ?? '');
    if (changed) expect(tested.map((text) => text.split('=')[0]?.trim())).toContain(name);
    else expect(tested).toContain(line);
  });
});

describe.each(['postfix.md', 'dovecot.md'])('the configuration of Primum in %s', (guide) => {
  it.each(blocks(guide, 'yaml'))('is accepted: %s', (text) => {
    expect(configSchema.safeParse(parse(text)).error).toBeUndefined();
  });

  it('is there', () => {
    expect(blocks(guide, 'yaml').length).toBeGreaterThan(0);
    expect(blocks(guide, '').length).toBeGreaterThan(0);
  });
});
