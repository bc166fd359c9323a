/** How the page looks: light and dark as the reader has it, narrow and wide, on paper. */
import { Html } from '../html.ts';

export const STYLE = new Html(`
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5b6675;
  --line: #dde2e9; --out: #8fa3bd; --not-out: #c8372d; --calm: #1e7a4c; --touched: #9a6200; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1b2129; --ink: #e6eaf0;
  --soft: #9aa6b6; --line: #2d3541; --out: #5d7290; --not-out: #f0695e; --calm: #5cc48d;
  --touched: #dda84a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem;
  margin: 1.5rem 0 0; padding: 0; list-style: none; }
.figures li, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .9rem 1rem; }
.figures b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); font-size: .9rem; }
.stopped b { color: var(--not-out); } .touched b { color: var(--touched); }
.none b, .calm b { color: var(--calm); }
.card { margin: 0 0 .75rem; }
.card h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
.card ul { margin: .5rem 0; padding-left: 1.15rem; }
.bars { display: block; width: 100%; height: 3.5rem; margin-top: .75rem; }
.all .bars { height: 9rem; }
.bars .out { fill: var(--out); } .bars .not-out { fill: var(--not-out); }
.bars .ground { fill: var(--line); }
.axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem;
  margin-top: .3rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9rem; color: var(--soft);
  margin: 0 0 .75rem; }
.key i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .4rem;
  vertical-align: -.05rem; background: var(--out); }
.key i.red { background: var(--not-out); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
th:first-child { width: 30%; } th:nth-child(2) { width: 20%; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .88rem; }
@media (max-width: 40rem) { main { padding: 1.25rem .9rem 2rem; } h1 { font-size: 1.3rem; }
  .figures { grid-template-columns: 1fr 1fr; } .figures b { font-size: 1.35rem; }
  thead { display: none; } tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; } td { display: block; border: 0; padding: .1rem 0; }
  .number { text-align: left; } td[data-name]::before { content: attr(data-name) ": ";
  color: var(--soft); } }
@media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444;
  --line: #bbb; --out: #9aa7b8; --not-out: #b3261e; --calm: #1e7a4c; --touched: #7a4e00; }
  main { max-width: none; padding: 0; } body { font-size: 11pt; }
  .card, .figures li, tr { break-inside: avoid; } h2 { break-after: avoid; }
  svg rect, .key i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`);
