/**
 * Who may import whom in src/, one row a part. A path ends with `/` for a folder, else it is a file.
 * The most specific row counts. Every part may import itself.
 */

import type { Part } from './part.ts';

const STORE_CONTRACTS = ['store/standing.ts', 'store/journal.ts', 'store/records/'];

/** It stands on nothing. */
const alone = (path: string, why: string): Part => ({ path, why, mayImport: [] });

export const PARTS: readonly Part[] = [
  {
    path: 'core/',
    why: 'the core is pure judgement: equal facts give equal verdicts, live and in replay',
    mayImport: [],
    purity: 'pure',
  },
  {
    path: 'protocol/',
    why: 'protocols turn bytes into values and back, and know nothing of what is done with them',
    mayImport: [],
    purity: 'pure',
    purePackages: ['ipaddr.js'],
  },
  alone('errors.ts', 'every part may raise an error of the environment'),
  alone('thread-priority.ts', 'whoever starts a thread may make it yield'),
  alone('heap-room.ts', 'V8 is told once for the process, by who opens the daemon'),
  alone('spent-bytes.ts', 'whoever reads or sends large messages gives their memory back'),
  {
    path: 'gate-contract.ts',
    why: 'doors know only this much of the gate',
    mayImport: ['core/'],
  },
  {
    path: 'gate/',
    why: 'the gate is the shell round the core and reaches the world only through contracts',
    mayImport: [
      'core/',
      'errors.ts',
      'gate-contract.ts',
      ...STORE_CONTRACTS,
      'effects/contract.ts',
      'telemetry/contract.ts',
      'network/contract.ts',
      'directory/contract.ts',
    ],
  },
  {
    path: 'doors/',
    why: 'what doors share is listening, not meaning',
    mayImport: ['core/', 'protocol/', 'errors.ts', 'gate-contract.ts', 'telemetry/contract.ts'],
  },
  {
    path: 'doors/*/',
    why: 'a door turns its protocol into events and verdicts into replies; it never sees a store',
    mayImport: [
      'core/',
      'protocol/',
      'errors.ts',
      'gate-contract.ts',
      'telemetry/contract.ts',
      'doors/listen.ts',
      'doors/listen-address.ts',
      'doors/open-transactions.ts',
      'doors/stranger.ts',
    ],
  },
  {
    path: 'doors/api/',
    why: 'the API shows the desk to people; it never sees a store',
    mayImport: [
      'core/',
      'protocol/',
      'errors.ts',
      'gate-contract.ts',
      'telemetry/contract.ts',
      'desk/contract.ts',
      'trace/contract.ts',
      'sign-in/contract.ts',
      'agent/contract.ts',
      'doors/listen.ts',
      'doors/listen-address.ts',
    ],
  },
  {
    path: 'message/',
    why: 'reading a message turns bytes into facts and judges nothing',
    mayImport: [
      ...['core/', 'protocol/', 'errors.ts', 'thread-priority.ts', 'telemetry/contract.ts'],
      'scanners/contract.ts',
    ],
  },
  {
    path: 'returned/',
    why: 'what comes back is read with the house reader of messages; it judges and keeps nothing',
    mayImport: [
      'core/',
      'protocol/',
      'errors.ts',
      'message/',
      'thread-priority.ts',
      'network/address.ts',
      // The form of our own tokens; the keys stay where they are.
      'trace/token.ts',
      'trace/headers.ts',
    ],
  },
  {
    path: 'keys/',
    why: 'keys with their rotation stand in files of their own; who uses them says what for',
    mayImport: ['errors.ts'],
  },
  {
    path: 'forwards/',
    why: 'addresses of forwards are written and read in one place, with keys that nobody else holds',
    mayImport: ['core/', 'protocol/', 'errors.ts', 'keys/'],
  },
  {
    path: 'spool/',
    why: 'the spool keeps returned mail until it is handled and knows nothing of what is in it',
    mayImport: ['core/', 'errors.ts', 'telemetry/contract.ts'],
  },
  {
    path: 'feedback/',
    why: 'returned mail becomes events here; what reads, keeps and counts it is behind contracts',
    mayImport: [
      'core/',
      'spool/contract.ts',
      'returned/contract.ts',
      'returned/reading-thread.ts',
      'trace/contract.ts',
      'forwards/contract.ts',
      'telemetry/contract.ts',
    ],
  },
  {
    path: 'doors/lmtp/',
    why: 'the door takes returned mail in; where it is kept and who reads it is behind a contract',
    mayImport: [
      'core/',
      'protocol/',
      'errors.ts',
      'telemetry/contract.ts',
      'spool/contract.ts',
      'doors/listen.ts',
      'doors/listen-address.ts',
    ],
  },
  {
    path: 'trace/',
    why: 'trace tokens are made and read in one place, with keys that nobody else holds',
    mayImport: ['core/', 'errors.ts', 'keys/'],
  },
  { path: 'sign-in/', why: 'who somebody is elsewhere is asked here', mayImport: ['errors.ts'] },
  {
    path: 'own-password/',
    why: 'digests of passwords are in one place, in memory, and nobody else may look',
    mayImport: [],
  },
  {
    path: 'doors/milter/',
    why: 'the full door sees the message and marks it; how both is done is behind contracts',
    mayImport: [
      'core/',
      'protocol/',
      'errors.ts',
      'spent-bytes.ts',
      'gate-contract.ts',
      'telemetry/contract.ts',
      'message/contract.ts',
      'trace/contract.ts',
      'doors/listen.ts',
      'doors/listen-address.ts',
      'doors/open-transactions.ts',
      'doors/stranger.ts',
    ],
  },
  {
    path: 'maillog/',
    why: 'lines of a mail log become events by a pure join: reading twice gives the same events',
    mayImport: ['core/', 'protocol/'],
    purity: 'pure',
  },
  {
    path: 'agent/',
    why: 'the agent is eyes and hands on a mail host, with no memory of its own but how far it read',
    mayImport: [
      'core/',
      'protocol/',
      'maillog/',
      'errors.ts',
      'gate-contract.ts',
      'telemetry/contract.ts',
    ],
  },
  {
    path: 'import/',
    why: 'old logs become event files, read by the same join as the agent follows',
    mayImport: [
      'core/',
      'protocol/',
      'maillog/',
      'errors.ts',
      'output-file.ts',
      // Compressed files are read in one place.
      'store/journal-files/read-lines.ts',
    ],
  },
  {
    path: 'backtest/',
    why: 'what would have happened: an import, a replay and a report of both',
    mayImport: ['core/', 'errors.ts', 'html.ts', 'import/', 'output-file.ts', 'replay/'],
  },
  {
    path: 'directory/',
    why: 'directories answer what the operator knows, behind a contract',
    mayImport: ['core/', 'protocol/', 'errors.ts', 'telemetry/contract.ts'],
  },
  {
    path: 'network/',
    why: 'networks answer what is known of an address, behind a contract',
    mayImport: ['core/', 'protocol/', 'errors.ts', 'telemetry/contract.ts'],
  },
  {
    path: 'scanners/',
    why: "scanners carry other people's judgement, behind a contract",
    mayImport: ['core/', 'protocol/', 'errors.ts', 'spent-bytes.ts', 'telemetry/contract.ts'],
  },
  {
    path: 'desk/',
    why: 'the desk keeps records through the store contracts, whatever engine is behind them',
    mayImport: [
      'core/',
      'errors.ts',
      ...STORE_CONTRACTS,
      ...['effects/contract.ts', 'effects/tickets/contract.ts'],
      'telemetry/contract.ts',
      // What is to be done in a queue is decided here and done there.
      'agent/contract.ts',
    ],
  },
  {
    path: 'watch/',
    why: 'watchers look at the platform from outside; what is done about a finding is not theirs',
    mayImport: [
      'core/',
      'protocol/',
      'errors.ts',
      'network/reverse-names.ts',
      'network/package-files.ts',
      'run-program.ts',
    ],
  },
  {
    path: 'practices/',
    why: 'the scorecard is made of the configuration and of findings; it looks at nothing itself',
    mayImport: ['core/', 'errors.ts', 'html.ts', 'watch/contract.ts', 'network/package-files.ts'],
  },
  {
    path: 'connect/',
    why: 'lines for other programs are made of their settings and of ours; nothing is changed by it',
    mayImport: ['run-program.ts'],
  },
  {
    path: 'run-program.ts',
    why: 'programs that only print are run in one place, which stands on nothing',
    mayImport: [],
  },
  {
    path: 'html.ts',
    why: 'pages are escaped in one place, which stands on nothing',
    mayImport: [],
  },
  {
    path: 'store/',
    why: 'what all engines share knows no engine',
    mayImport: ['core/', 'errors.ts'],
  },
  {
    path: 'store/records/',
    why: 'the tables are the same for every engine',
    mayImport: ['core/', 'errors.ts'],
  },
  {
    path: 'store/*/',
    why: 'an engine only moves bytes; engines do not know each other',
    mayImport: [
      'core/',
      'errors.ts',
      'thread-priority.ts',
      'telemetry/contract.ts',
      'store/state-folder.ts',
      'store/standing-undo.ts',
      ...STORE_CONTRACTS,
    ],
  },
  {
    path: 'effects/',
    why: 'effects act outside and are told what to do; they judge nothing and keep nothing',
    mayImport: ['core/', 'errors.ts', 'telemetry/contract.ts'],
  },
  {
    path: 'config/',
    why: 'the configuration describes values; it starts nothing',
    mayImport: ['core/', 'errors.ts'],
  },
  {
    path: 'telemetry/',
    why: 'telemetry words what happened; everybody may call it, so it calls nobody',
    mayImport: ['core/', 'errors.ts'],
  },
  {
    path: 'client/',
    why: 'the client speaks to the API and shares only its types',
    mayImport: [
      'core/',
      'errors.ts',
      'desk/contract.ts',
      'agent/contract.ts',
      'doors/api/schemas/',
    ],
  },
  {
    path: 'cli/',
    why: 'the command line asks the running daemon; it never opens its store',
    mayImport: [
      ...['core/', 'errors.ts', 'config/', 'client/', 'replay/judging.ts', 'returned/'],
      'practices/contract.ts',
      'connect/contract.ts',
    ],
  },
  {
    path: 'console/',
    why: 'the console runs in a browser: of the rest of the house it knows only what the API answers',
    mayImport: ['doors/api/schemas/types.ts'],
  },
  {
    path: 'output-file.ts',
    why: 'where a command writes knows nothing of what is written',
    mayImport: ['errors.ts'],
  },
  {
    path: 'replay/input.ts',
    why: 'which files a replay reads knows nothing of what is in them',
    mayImport: ['errors.ts', 'store/journal-files/'],
  },
  {
    path: 'replay/',
    why: 'replay judges past events with the same core and gate, in memory, without effects',
    mayImport: [
      'core/',
      'errors.ts',
      'replay/input.ts',
      'output-file.ts',
      'gate/',
      'gate-contract.ts',
      'config/',
      'message/',
      'network/',
      'directory/',
      'returned/',
      'effects/contract.ts',
      'telemetry/',
      'store/standing.ts',
      'store/journal.ts',
      'store/memory/',
      'store/journal-files/',
    ],
  },
  {
    path: 'simulate/',
    why: 'the proof is made apart from what it proves: it knows the form of events and whose an address is',
    mayImport: [
      'core/event.ts',
      'errors.ts',
      'network/address.ts',
      'network/mmdb.ts',
      'network/package-files.ts',
    ],
  },
  {
    path: 'scoring/',
    why: 'the score reads verdicts as anybody could, and knows nothing of how they are made',
    mayImport: ['core/verdict.ts', 'errors.ts', 'store/journal-files/'],
  },
  {
    path: 'calibrate/',
    why: 'thresholds are proposed from journals alone, by arithmetic of the core; nothing is judged or changed',
    mayImport: ['core/', 'errors.ts', 'replay/input.ts', 'store/journal-files/'],
  },
  {
    path: 'daemon/',
    why: 'the wiring of main.ts in pieces; it knows everyone and nobody knows it',
    mayImport: 'anything',
  },
  { path: 'main.ts', why: 'the one file that knows everyone', mayImport: 'anything' },
];
