/** The scorecard as one page that needs nothing else: no script, no font, no file beside it. */
import { html, wholePage, type Html } from '../html.ts';
import type { AuditReport, PracticeReport } from './contract.ts';
import { IN_FORCE } from './score.ts';
import { decidedText, driftText, nameOf, notesOf } from './text-report.ts';
import { STYLE } from './style.ts';

export function htmlReport(report: AuditReport): string {
  const page = wholePage({
    title: 'Practices of this mail platform',
    style: STYLE,
    main: html`${head(report)} ${urgentPart(report)} ${groups(report)} ${proposalPart(report)}
      <footer>
        <p>
          Made by Primum ${report.version}. "Unknown" means that it could not be found out from
          here; it is never taken for a failure. No probe sends a message, unless watch.smuggling is
          switched on.
        </p>
      </footer>`,
  });
  return page.text;
}

function head({ counts, at }: AuditReport): Html {
  const figure = (name: string, count: number, says: string): Html =>
    html`<li class="${count === 0 ? 'none' : name}"><b>${count}</b><span>${says}</span></li>`;
  return html`<h1>Practices of this mail platform</h1>
    <p class="soft">${at.slice(0, 16).replace('T', ' ')} UTC</p>
    <ul class="figures">
      ${[
        figure('fail', counts.fail, 'fail'),
        figure('warn', counts.warn, 'warn'),
        figure('unknown', counts.unknown, 'unknown'),
        figure('pass', counts.pass, 'pass'),
        figure('pass', counts['in force'], 'in force'),
        figure('off', counts.watched, 'watched'),
        figure('off', counts.off, 'off'),
      ]}
    </ul>`;
}

const RANK = { fail: 0, warn: 1, unknown: 2, pass: 3 } as const;

function urgentPart({ practices }: AuditReport): Html {
  const urgent = practices.filter(({ result }) => result !== undefined && result !== 'pass');
  if (urgent.length === 0) return html``;
  const sorted = [...urgent].sort((a, b) => RANK[a.result ?? 'pass'] - RANK[b.result ?? 'pass']);
  return html`<h2>What needs doing</h2>
    ${sorted.map(openRow)}`;
}

const GROUPS: readonly (readonly [string, string])[] = [
  ['ACC', 'Accounts and logins'],
  ['SND', 'Sending'],
  ['CON', 'Content'],
  ['FBK', 'What comes back'],
  ['FWD', 'Forwards'],
  ['OWN', 'Our own house'],
  ['INB', 'The way in'],
  ['HST', 'Hosting'],
];

function groups({ practices }: AuditReport): Html {
  const parts = GROUPS.flatMap(([prefix, title]) => {
    const rows = practices.filter(({ id }) => id.startsWith(prefix));
    return rows.length === 0 ? [] : [html`<h2>${title}</h2>`, ...rows.map(shortRow)];
  });
  return html`${parts}`;
}

const CLASSES: Readonly<Record<string, string>> = {
  fail: 'fail',
  warn: 'warn',
  pass: 'pass',
  'in force': 'force',
};

function badge(text: string): Html {
  return html`<span class="state ${CLASSES[text] ?? 'plain'}">${text}</span>`;
}

function rowHead({ id, title, state, result }: PracticeReport): Html {
  return html`<h3><i>${id}</i><span>${title}</span>${badge(result ?? state)}</h3>`;
}

/** Findings of a row that are on the page; a page of 10,000 domains is not read. */
const MAX_FINDINGS = 200;

function openRow(practice: PracticeReport): Html {
  const worst = practice.findings.filter(({ state }) => state === practice.result);
  const more = worst.length - MAX_FINDINGS;
  return html`<section class="row">
    ${rowHead(practice)} ${worst.slice(0, MAX_FINDINGS).map(findingPart)}
    ${more > 0 ? html`<p class="soft">and ${more} more; "primum audit --json" has all.</p>` : html``}
  </section>`;
}

function findingPart(finding: PracticeReport['findings'][number]): Html {
  const { evidence, advice } = finding;
  const notes = notesOf(finding).join(', ');
  const drift = driftText(finding);
  return html`<div class="finding">
    <h4>${nameOf(finding)}${notes === '' ? html`` : html`<span class="soft">${notes}</span>`}</h4>
    <ul>
      ${evidence.map((text) => html`<li>${text}</li>`)}
    </ul>
    ${drift === undefined ? html`` : html`<p class="soft">${drift}</p>`}
    ${advice === undefined ? html`` : html`<p class="advice">${advice}</p>`}
  </div>`;
}

function shortRow(practice: PracticeReport): Html {
  const { summary, where, advice, decided, findings, result, state } = practice;
  const isPlain = result === undefined || result === 'pass';
  const said = decidedText(decided);
  const count = said === '' ? '' : ` ${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
  const shown = findings.slice(0, MAX_FINDINGS).map(
    (finding) =>
      html`<div class="finding">
        <h4>
          ${nameOf(finding)}${badge(finding.state === 'not-applicable' ? 'not applicable' : finding.state)}
        </h4>
        <ul>
          ${finding.evidence.map((text) => html`<li>${text}</li>`)}
        </ul>
      </div>`,
  );
  return html`<section class="row">
    ${rowHead(practice)}
    <p class="soft">${where}.${count}</p>
    ${isPlain && state !== 'not built yet' && summary !== IN_FORCE ? html`<p>${summary}</p>` : html``}
    ${isPlain && advice !== undefined ? html`<p class="advice">${advice}</p>` : html``}
    ${
      shown.length === 0
        ? html``
        : html`<details>
            <summary>What was seen (${findings.length})</summary>
            ${shown}
          </details>`
    }
  </section>`;
}

function proposalPart({ proposal }: AuditReport): Html {
  return proposal === undefined
    ? html``
    : html`<h2>What could be watched</h2>
        <pre>${proposal}</pre>`;
}
