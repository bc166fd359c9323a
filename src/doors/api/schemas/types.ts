/** The answers of the API as types, for the client. */
import type { z } from 'zod';
import type { agentTasks } from './agent.ts';
import type { attachmentList } from './attachment.ts';
import type { forwardList, forwardMade, forwardOff, forwardsOn } from './forward.ts';
import type { abuseReport } from './report.ts';
import type { inviteView, overview, similarList, timelinePage, userList } from './desk.ts';
import type { answerList, tokenList, tokenMade } from './desk.ts';
import type {
  caseInput,
  caseList,
  caseStep,
  caseView,
  health,
  sessionView,
  waysIn,
} from './desk.ts';
import type { questionMade } from './question.ts';
import type { campaignList, campaignView } from './campaign.ts';
import type { explanation } from './judgement.ts';
import type { hold, holdList, shownMessage } from './hold.ts';
import type { practiceReport } from './practices.ts';
import type { foresight, switchesMade, switchList } from './switches.ts';
import type {
  accountView,
  alertOutcomes,
  auditList,
  containedMail,
  eventsTaken,
  incidentList,
  limitList,
  listEntries,
  listEntry,
  closedIncident,
  lockList,
  lockView,
  madeLock,
  problem,
  bulkToolList,
  proposalList,
  relayList,
  reloadOutcome,
  rungPage,
  suppressionView,
  traceKey,
  traceView,
  unlocked,
} from './output.ts';

export type AccountView = z.output<typeof accountView>;
export type AlertOutcomes = z.output<typeof alertOutcomes>;
export type AuditList = z.output<typeof auditList>;
export type EventsTaken = z.output<typeof eventsTaken>;
export type IncidentList = z.output<typeof incidentList>;
export type IncidentView = IncidentList['incidents'][number];
export type LimitList = z.output<typeof limitList>;
export type AbuseReportView = z.output<typeof abuseReport>;
export type ForwardList = z.output<typeof forwardList>;
export type ForwardMade = z.output<typeof forwardMade>;
export type ForwardOffView = z.output<typeof forwardOff>;
export type ForwardsOn = z.output<typeof forwardsOn>;
export type ListEntries = z.output<typeof listEntries>;
export type ListEntryView = z.output<typeof listEntry>;
export type ClosedIncident = z.output<typeof closedIncident>;
export type LockList = z.output<typeof lockList>;
export type LockView = z.output<typeof lockView>;
export type MadeLock = z.output<typeof madeLock>;
export type ProblemView = z.output<typeof problem>;
export type BulkToolList = z.output<typeof bulkToolList>;
export type ProposalList = z.output<typeof proposalList>;
export type RelayList = z.output<typeof relayList>;
export type ReloadOutcome = z.output<typeof reloadOutcome>;
export type SuppressionView = z.output<typeof suppressionView>;
export type TraceKeyView = z.output<typeof traceKey>;
export type TraceView = z.output<typeof traceView>;
export type AgentTasks = z.output<typeof agentTasks>;
export type PracticesView = z.output<typeof practiceReport>;
export type HoldList = z.output<typeof holdList>;
export type HoldView = z.output<typeof hold>;
export type ShownView = z.output<typeof shownMessage>;
export type ContainedMail = z.output<typeof containedMail>;
export type Unlocked = z.output<typeof unlocked>;
export type RungPageView = z.output<typeof rungPage>;
export type TokenList = z.output<typeof tokenList>;
export type TokenMade = z.output<typeof tokenMade>;
export type UserList = z.output<typeof userList>;
export type Invitation = z.output<typeof inviteView>;
export type ExplanationView = z.output<typeof explanation>;
export type OverviewView = z.output<typeof overview>;
export type SimilarList = z.output<typeof similarList>;
export type TimelineView = z.output<typeof timelinePage>;
export type AnswerList = z.output<typeof answerList>;
export type CaseFinding = Extract<
  z.output<typeof caseStep>['step'],
  { readonly kind: 'close' }
>['finding'];
export type CaseInput = z.input<typeof caseInput>;
export type CaseList = z.output<typeof caseList>;
export type CaseView = z.output<typeof caseView>;
export type HealthView = z.output<typeof health>;
export type AttachmentList = z.output<typeof attachmentList>;
export type WaysIn = z.output<typeof waysIn>;
export type SessionView = z.output<typeof sessionView>;
export type SwitchListView = z.output<typeof switchList>;
export type SwitchesMade = z.output<typeof switchesMade>;
export type Foresight = z.output<typeof foresight>;
export type CampaignView = z.output<typeof campaignView>;
export type CampaignList = z.output<typeof campaignList>;
export type QuestionMade = z.output<typeof questionMade>;
