/** The figures of the spool. */
import type { Telemetry } from '../telemetry/contract.ts';
import type { SpoolCounts } from './contract.ts';

export function showSpool(telemetry: Telemetry, counts: () => SpoolCounts): void {
  telemetry.gauge(
    'primum_returned_mail_waiting',
    'Returned messages that are taken in and not handled yet.',
    () => counts().waiting,
  );
  telemetry.gauge(
    'primum_returned_mail_kept',
    'Returned messages that wait for a person in the folder `returned/kept`.',
    () => counts().kept,
  );
  telemetry.gauge(
    'primum_returned_mail_full_of_letters',
    'One while no letters are taken because so many in `returned/kept` wait for a person.',
    () => (counts().isFullOfLetters ? 1 : 0),
  );
  telemetry.gauge(
    'primum_returned_mail_bytes',
    'Disk space of returned messages.',
    () => counts().bytes,
  );
}
