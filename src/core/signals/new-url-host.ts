/**
 * Links to hosts that neither the account nor its tenant ever linked to, and nobody on the platform
 * either (detection design 1.2, content). One that is only new here says hardly anything.
 */
import { namesOf } from '../rules/content.ts';
import type { NewHost } from '../message/content.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Measure } from './measure.ts';

const NEW_HERE = 0.12;
const RARE = 0.04;

export const newUrlHost: Measure = {
  signal: 'new-url-host',
  practice: 'CON-2',
  family: 'content',
  slot: 5,
  attack: [0.5, 0.9, 0.75, undefined],
  prior: ({ facts, content }) => ({
    // Of a small platform nobody can say what is rare: then it is only new here.
    rate: facts.class === 'list' || content?.platformIsKnown === false ? NEW_HERE : RARE,
    strength: 30,
    low: 0.01,
    high: 0.5,
  }),
  look(subject) {
    const { content, facts } = subject;
    if (content?.newHosts === undefined || facts.class === 'forward') return undefined;
    if (rareHosts(subject).length > 0) return true;
    // What a place on probation linked to before may be its own lure: familiar, yet no word for it.
    if ((content.derived.urlCount ?? 0) > 0 && !isAtHome(subject)) return undefined;
    // The lure may be attached instead.
    return (content.derived.attachments?.length ?? 0) > 0 ? undefined : false;
  },
  text(subject, _isThere, usual) {
    const names = namesOf(rareHosts(subject).map(({ host }) => host));
    const isRare = subject.content?.platformIsKnown === true;
    const who = isRare ? 'nobody here' : `neither the account nor ${subject.facts.tenant}`;
    return `Links lead to ${names}, which ${who} has linked to before; usually that is so of ${usual} of its messages.`;
  },
};

function isAtHome({ profile, context }: SubmissionSubject): boolean {
  const index = profile.contextIndex(context.key);
  // Of a first place there is nothing to tell apart.
  return index < 0 ? profile.messages === 0 : profile.detection.isTrusted(index);
}

function rareHosts({ content }: SubmissionSubject): readonly NewHost[] {
  return (content?.newHosts ?? []).filter(({ isKnownElsewhere }) => !isKnownElsewhere);
}
