/** The report for a terminal. */
import { MAX_NAMED, openingWords, storyWords, stopWords, whole } from './report.ts';
import type { BacktestReport } from './report.ts';
import type { AccountStory } from './collect.ts';

/** Accounts touched in passing that are named on a terminal. */
const MAX_TOUCHED = 20;

export function textReport(report: BacktestReport): string {
  const { stopped, touched, misread, lines, damaged } = report;
  const parts = [...openingWords(report), ''];
  if (stopped.length > 0) {
    parts.push('Would have been stopped:', ...named(stopped, MAX_NAMED), '');
  }
  if (touched.length > 0) {
    parts.push('Would have been touched in passing:', ...named(touched, MAX_TOUCHED), '');
  }
  if (misread > 0) {
    parts.push(`${whole(misread)} of ${whole(lines)} lines could not be read.`);
  }
  parts.push(...damaged);
  return harmless(`${parts.join('\n')}\n`);
}

function named(stories: readonly AccountStory[], most: number): string[] {
  const lines = stories.slice(0, most).flatMap((story) => {
    const reasons = story.first?.reasons ?? [];
    return [
      `  ${story.account}`,
      `    ${stopWords(story)}`,
      ...reasons.map((text) => `    ${text}`),
      `    ${storyWords(story)}`,
    ];
  });
  if (stories.length > most) lines.push(`  ... and ${whole(stories.length - most)} more.`);
  return lines;
}

/** Names were chosen by strangers, and a terminal obeys control characters. */
function harmless(text: string): string {
  return text.replace(
    /[^\P{Cc}\n]|[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu,
    '\ufffd',
  );
}
