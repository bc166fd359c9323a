/** What several stolen accounts may have in common: one text, one link, one tool, one harvested list. */
import { libraryClient, spamTool, type MailClient } from '../clients.ts';
import { lure, type LureKind } from '../lures.ts';
import type { Platform } from '../platform.ts';
import type { Rng } from '../random.ts';
import { capital, type Template } from '../texts.ts';
import { LAST_NAMES, SPEECH } from '../words.ts';

export interface Campaign {
  readonly id: string;
  readonly template: Template;
  readonly kind: LureKind;
  readonly url: string;
  readonly contact: string;
  readonly tool: MailClient;
  readonly library: MailClient;
  /** Addresses that several accounts of the campaign write to. */
  readonly harvest: readonly string[];
}

const HARVEST_SIZE = 60;

export function makeCampaign(platform: Platform, rng: Rng, id: string, kind: LureKind): Campaign {
  const { world } = platform.parts;
  return {
    id,
    kind,
    template: lure(rng, kind),
    url: rareUrl(rng),
    contact: `${rng.pick(LAST_NAMES)}.${rng.int(100, 99_999)}@gmail.com`,
    tool: spamTool(rng),
    library: libraryClient(rng),
    harvest: Array.from({ length: HARVEST_SIZE }, () => world.stranger(rng)),
  };
}

/** A site that was made for this, a hacked one, or a page of a free service. */
export function rareUrl(rng: Rng): string {
  const host = rng.weighted([
    [`${rng.text('abcdefghijklmnopqrstuvwxyz', 11)}.example`, 5],
    [`www.${rng.text('abcdefghijklmnopqrstuvwxyz', 8)}-login.example`, 3],
    [`${rng.hex(10)}.web.example`, 2],
  ] as const);
  return `https://${host}/${rng.hex(6)}`;
}

export interface Wording {
  readonly subject: string;
  readonly text: string;
  readonly hasUrl: boolean;
}

/** One message of the campaign. `alike` is the share that follows the template. */
export function word(
  platform: Platform,
  campaign: Campaign,
  rng: Rng,
  wish: { readonly alike: number; readonly url: number; readonly to: string },
): Wording {
  const hasUrl = rng.chance(wish.url);
  const speech = SPEECH.en;
  const values = {
    name: rng.chance(0.6) ? capital(wish.to.split(/[.@]/)[0] ?? '') : '',
    number: String(rng.int(2, 98)),
    url: hasUrl ? `${campaign.url}${rng.hex(5)}` : '',
    contact: campaign.contact,
    made: capital(rng.pick(LAST_NAMES)),
    topic: rng.pick(speech.lists['topic'] ?? []),
    thing: rng.pick(speech.lists['thing'] ?? []),
  };
  const { bad } = platform.parts.texts;
  const isAlike = rng.chance(wish.alike);
  // A real text of a folder stands for the words of this campaign; it is then always the same one. Collections of
  // spam hold no letters that ask one reader for a payment.
  const real =
    campaign.kind === 'payment'
      ? undefined
      : bad[campaign.id.length * 31 + Number.parseInt(campaign.id.replace(/\D/g, '') || '0', 10)];
  const template = isAlike ? campaign.template : lure(rng, campaign.kind);
  const made = template.render(rng, values, isAlike ? 0.05 : 0.1);
  const text = real !== undefined && isAlike ? `${real}\n${values.url}` : made;
  return {
    subject: template.subject,
    text: hasUrl && !text.includes('http') ? `${text}\n${values.url}` : text,
    hasUrl,
  };
}
