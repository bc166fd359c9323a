/** The report as one page that needs nothing else: no script, no font, no file beside it. */
import type { AccountStory } from './collect.ts';
import { barGraph } from './graph.ts';
import { html, wholePage } from '../html.ts';
import type { Html } from '../html.ts';
import { many, MAX_NAMED, minute, openingWords, storyWords, stopWords, whole } from './report.ts';
import type { BacktestReport } from './report.ts';
import { STYLE } from './style.ts';

export function htmlReport(report: BacktestReport): string {
  const page = wholePage({
    title: 'Whom Primum would have stopped',
    style: STYLE,
    main: html`${head(report)} ${overTime(report)} ${stoppedPart(report)} ${touchedPart(report)}
    ${foot(report)}`,
  });
  return page.text;
}

function head(report: BacktestReport): Html {
  const { stopped, touched, accounts, totals } = report;
  const [span = ''] = openingWords(report);
  const calm = accounts - stopped.length - touched.length;
  return html`<h1>Whom Primum would have stopped</h1>
    <p class="soft">${span}</p>
    <ul class="figures">
      <li class="${stopped.length === 0 ? 'none' : 'stopped'}">
        <b>${whole(stopped.length)}</b
        ><span>${stopped.length === 1 ? 'account' : 'accounts'} stopped</span>
      </li>
      <li>
        <b>${whole(totals.stopped)}</b
        ><span>${totals.stopped === 1 ? 'message' : 'messages'} held, late or refused</span>
      </li>
      <li class="${touched.length === 0 ? 'none' : 'touched'}">
        <b>${whole(touched.length)}</b
        ><span>other ${touched.length === 1 ? 'account' : 'accounts'} touched in passing</span>
      </li>
      <li class="calm">
        <b>${whole(calm)}</b
        ><span>${calm === 1 ? 'account' : 'accounts'} would have noticed nothing</span>
      </li>
    </ul>`;
}

function axis({ span }: BacktestReport): Html {
  return html`<div class="axis">
    <span>${minute(span.firstMs)}</span><span>${minute(span.lastMs)}</span>
  </div>`;
}

function overTime(report: BacktestReport): Html {
  const { totals } = report;
  if (totals.messages === 0) return html``;
  const most = Math.max(...totals.all);
  const label = `Messages over time, at most ${many(most, 'message', 'messages')} in one bar; ${whole(totals.stopped)} of ${whole(totals.messages)} would not have left.`;
  return html`<h2>Messages over time</h2>
    <div class="card all">
      <p class="key">
        <span><i></i>sent</span><span><i class="red"></i>would have been held, late or refused</span
        ><span>tallest bar: ${many(most, 'message', 'messages')}</span>
      </p>
      ${barGraph({ all: totals.all, notOut: totals.notOut, height: 100, label })} ${axis(report)}
    </div>`;
}

function stoppedPart(report: BacktestReport): Html {
  const { stopped } = report;
  if (stopped.length === 0) {
    return html`<h2>Accounts that would have been stopped</h2>
      <div class="card">
        <p>None: nothing in this log reaches what would hold or lock an account.</p>
      </div>`;
  }
  const rest = stopped.length - MAX_NAMED;
  return html`<h2>Accounts that would have been stopped</h2>
    ${stopped.slice(0, MAX_NAMED).map((story) => stoppedCard(story, report))}
    ${rest > 0 ? html`<p class="soft">and ${whole(rest)} more.</p>` : html``}`;
}

function stoppedCard(story: AccountStory, report: BacktestReport): Html {
  const reasons = story.first?.reasons ?? [];
  const label = `Messages of ${story.account} over time; ${whole(story.stopped)} of ${whole(story.messages)} would not have left.`;
  return html`<article class="card">
    <h3>${story.account}</h3>
    <p>${stopWords(story)}</p>
    <ul>
      ${reasons.map((text) => html`<li>${text}</li>`)}
    </ul>
    <p class="soft">${storyWords(story)}</p>
    ${story.messages > 0 ? barGraph({ all: story.all, notOut: story.notOut, height: 40, label }) : html``}
    ${story.messages > 0 ? axis(report) : html``}
  </article> `;
}

function touchedPart({ touched }: BacktestReport): Html {
  if (touched.length === 0) return html``;
  const rest = touched.length - MAX_NAMED;
  return html`<h2>Touched in passing</h2>
    <div class="card">
      <p class="soft">
        Some messages late, held or refused, while the account went on. Look at these before you
        enforce anything.
      </p>
      <table>
        <thead>
          <tr>
            <th>Account</th>
            <th>First</th>
            <th>Why</th>
            <th class="number">Messages</th>
            <th class="number">Not passed</th>
          </tr>
        </thead>
        <tbody>
          ${touched.slice(0, MAX_NAMED).map(touchedRow)}
        </tbody>
      </table>
      ${rest > 0 ? html`<p class="soft">and ${whole(rest)} more.</p>` : html``}
    </div>`;
}

function touchedRow(story: AccountStory): Html {
  return html`<tr>
    <td><strong>${story.account}</strong></td>
    <td>${stopWords(story)}</td>
    <td>${story.first?.reasons[0] ?? ''}</td>
    <td class="number" data-name="Messages">${whole(story.messages)}</td>
    <td class="number" data-name="Not passed">${whole(story.stopped + story.loginsRefused)}</td>
  </tr> `;
}

function foot(report: BacktestReport): Html {
  const { lines, misread, damaged } = report;
  const read =
    misread === 0
      ? `All ${whole(lines)} lines could be read.`
      : `${whole(misread)} of ${whole(lines)} lines could not be read.`;
  return html`<footer>
    <p>${read}</p>
    ${damaged.map((text) => html`<p>${text}</p>`)}
    <p>
      The log knows who sent how much to whom, from where, and what came back. It does not know what
      was in a message: on the way through, Primum sees more. All times are UTC.
    </p>
  </footer>`;
}
