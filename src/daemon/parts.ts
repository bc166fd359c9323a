/** The opened parts of a running Primum, as the doors are given them. */
import type { Policy } from '../core/policy.ts';
import type { OpenDesk } from '../desk/desk.ts';
import type { OpenDirectory } from '../directory/open-directory.ts';
import type { ForwardAddresses } from '../forwards/contract.ts';
import type { GateRoom } from '../gate/gate.ts';
import type { Networks } from '../network/open-networks.ts';
import type { OwnPasswordKeeper } from '../own-password/keeper.ts';
import type { FileJournal } from '../store/journal-files/file-journal.ts';
import type { Records } from '../store/records/contract.ts';
import type { StandingStore } from '../store/standing.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import type { Trace } from '../trace/open-trace.ts';

export interface DaemonParts {
  readonly standing: StandingStore;
  readonly journal: FileJournal;
  readonly records: Records;
  readonly networks: Networks;
  readonly directory: OpenDirectory;
  readonly desk: OpenDesk;
  readonly room: GateRoom;
  readonly telemetry: RunningTelemetry;
  readonly trace: Trace;
  readonly forwards: ForwardAddresses;
  /** Undefined while `own_password` is off. */
  readonly ownPassword: OwnPasswordKeeper | undefined;
  readonly policy: () => Policy;
  readonly now: () => number;
  readonly newId: () => string;
}
