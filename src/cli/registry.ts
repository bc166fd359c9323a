/** Every command, in the order of the help. A new one is a file and a line here. */
import type { Command } from './command.ts';
import { account, limits, limitsReset } from './commands/account.ts';
import { agent } from './commands/agent.ts';
import { calibrate } from './commands/calibrate.ts';
import { check } from './commands/check.ts';
import { configExplain, configPrint } from './commands/config.ts';
import { connectDovecot, connectPostfix } from './commands/connect.ts';
import { explain } from './commands/explain.ts';
import { forwardList, forwardOff, forwardOn } from './commands/forwards.ts';
import { help } from './commands/help.ts';
import { holdDelete, holdList, holdRelease, holdReturn, holdShow } from './commands/holds.ts';
import { auditLog, incidents, incidentsClose } from './commands/incidents.ts';
import { inspect } from './commands/inspect.ts';
import { lists, listsAdd, listsRemove } from './commands/lists.ts';
import { lock, locks, unlock } from './commands/locks.ts';
import { audit } from './commands/audit.ts';
import { backtest, importPostfix } from './commands/logs.ts';
import { alertsTest, reload } from './commands/operate.ts';
import { rdns } from './commands/rdns.ts';
import { replay } from './commands/replay.ts';
import { report } from './commands/report.ts';
import { score } from './commands/score.ts';
import { bulkTools, relays, senders } from './commands/senders.ts';
import { rungs } from './commands/rungs.ts';
import { srsForward, srsReverse, srsRotate } from './commands/srs.ts';
import { simulate } from './commands/simulate.ts';
import { start } from './commands/start.ts';
import { suppression, suppressionEnd } from './commands/suppression.ts';
import { switches, switchOn } from './commands/switches.ts';
import { trace, traceRotate } from './commands/trace.ts';
import { tokenAdd, tokenList, tokenRevoke } from './commands/tokens.ts';
import { userAdd, userList, userRemove } from './commands/users.ts';
import { version } from './commands/version.ts';

export const COMMANDS: readonly Command[] = [
  start,
  check,
  configPrint,
  configExplain,
  connectPostfix,
  connectDovecot,
  reload,
  switches,
  switchOn,
  account,
  limits,
  limitsReset,
  rungs,
  explain,
  trace,
  traceRotate,
  lock,
  unlock,
  locks,
  holdList,
  holdShow,
  holdRelease,
  holdReturn,
  holdDelete,
  incidents,
  incidentsClose,
  report,
  audit,
  auditLog,
  lists,
  listsAdd,
  listsRemove,
  relays,
  senders,
  bulkTools,
  suppression,
  suppressionEnd,
  srsForward,
  srsReverse,
  srsRotate,
  forwardList,
  forwardOff,
  forwardOn,
  userAdd,
  userList,
  userRemove,
  tokenAdd,
  tokenList,
  tokenRevoke,
  rdns,
  alertsTest,
  agent,
  importPostfix,
  backtest,
  replay,
  inspect,
  simulate,
  score,
  calibrate,
  help,
  version,
];
