/** How the scorecard looks: light and dark as the reader has it, narrow and wide, on paper. */
import { Html } from '../html.ts';

export const STYLE = new Html(`
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5b6675;
  --line: #dde2e9; --fail: #b3261e; --fail-ground: #fbe9e7; --warn: #8a5700; --warn-ground: #fdf1d8;
  --pass: #17693f; --pass-ground: #e3f3ea; --unknown: #4a5568; --unknown-ground: #e8ebf0; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1b2129; --ink: #e6eaf0;
  --soft: #9aa6b6; --line: #2d3541; --fail: #ff8a80; --fail-ground: #40201f; --warn: #f0c06a;
  --warn-ground: #3a2d14; --pass: #6fd39b; --pass-ground: #17322a; --unknown: #b3bfcf;
  --unknown-ground: #2a323d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.9rem, 1fr)); gap: .6rem;
  margin: 1.5rem 0 0; padding: 0; list-style: none; }
.figures li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: .75rem .8rem; }
.figures b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); font-size: .9rem; }
.figures .fail b { color: var(--fail); } .figures .warn b { color: var(--warn); }
.figures .pass b { color: var(--pass); }
.row { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  margin: 0 0 .5rem; padding: .7rem 1rem; }
.row h3 { margin: 0; font-size: 1rem; font-weight: 600; display: flex; flex-wrap: wrap;
  gap: .1rem .75rem; align-items: baseline; }
.row h3 i { font-style: normal; color: var(--soft); font-weight: 400; min-width: 4.2rem;
  font-variant-numeric: tabular-nums; }
.row h3 span { flex: 1 1 12rem; }
.row p { overflow-wrap: anywhere; }
.state { flex: none !important; font-size: .8rem; font-weight: 600; border-radius: 1rem;
  padding: .1rem .65rem; background: var(--unknown-ground); color: var(--unknown); }
.state.fail { background: var(--fail-ground); color: var(--fail); }
.state.warn { background: var(--warn-ground); color: var(--warn); }
.state.pass, .state.force { background: var(--pass-ground); color: var(--pass); }
.finding { border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .6rem; }
.finding h4 { margin: 0; font-size: .95rem; overflow-wrap: anywhere; display: flex; flex-wrap: wrap;
  gap: .1rem .6rem; align-items: baseline; }
.finding h4 .soft { font-weight: 400; }
.finding ul { margin: .25rem 0; padding-left: 1.15rem; overflow-wrap: anywhere; }
.advice { border-left: 3px solid var(--line); padding-left: .75rem; margin-top: .4rem; }
details > summary { cursor: pointer; color: var(--soft); margin-top: .4rem; font-size: .92rem; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem;
  overflow-x: auto; font-size: .88rem; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .88rem; }
@media (max-width: 40rem) { main { padding: 1.25rem .9rem 2rem; } h1 { font-size: 1.3rem; }
  .figures { grid-template-columns: repeat(4, 1fr); gap: .4rem; } .figures li { padding: .5rem; }
  .figures b { font-size: 1.3rem; } .figures span { display: block; line-height: 1.25; } .row h3 span { flex-basis: 100%; order: 3; }
  .row h3 .state { order: 2; margin-left: auto; } }
@media print { :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444;
  --line: #bbb; } main { max-width: none; padding: 0; } body { font-size: 10.5pt; }
  .row { break-inside: avoid; } h2 { break-after: avoid; } .state { border: 1px solid; } }
`);
