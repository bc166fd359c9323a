/**
 * Links to hosts that neither the account nor its tenant ever linked to, and nobody on the platform
 * either (detection design 1.2, content). One that is only new here says hardly anything.
 */
import { namesOf } from '../rules/content.ts';
import type { NewHost } from '../message/content.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Measure } from './measure.ts';

export const newUrlHost: Measure = {
  signal: 'new-url-host',
  practice: 'CON-2',
  family: 'content',
  slot: 5,
  attack: [0.5, 0.9, 0.75, undefined],
  prior: ({ facts }) => ({
    rate: facts.class === 'list' ? 0.1 : 0.04,
    strength: 30,
    low: 0.01,
    high: 0.5,
  }),
  look(subject) {
    const { content, facts } = subject;
    if (content?.newHosts === undefined || facts.class === 'forward') return undefined;
    const rare = rareHosts(subject);
    if (rare.length === 0) return false;
    return content.platformIsKnown ? true : undefined;
  },
  text: (subject, _isThere, usual) =>
    `Links lead to ${namesOf(rareHosts(subject).map(({ host }) => host))}, which nobody here has linked to before; usually that is so of ${usual} of its messages.`,
};

function rareHosts({ content }: SubmissionSubject): readonly NewHost[] {
  return (content?.newHosts ?? []).filter(({ isKnownElsewhere }) => !isKnownElsewhere);
}
