/** What the door asks of the MTA in the negotiation. */
import { ACTION, STEP } from '../../protocol/milter.ts';
import { MACRO_STAGE, type MacroWishes, type Wishes } from '../../protocol/milter-negotiation.ts';

/** The macros an event is made of; asked for, so that main.cf needs no milter_*_macros. */
export const MACROS: MacroWishes = new Map([
  [MACRO_STAGE.connect, 'j {daemon_name} {daemon_port} {client_ptr}'],
  [MACRO_STAGE.helo, '{tls_version}'],
  [MACRO_STAGE.mail, 'i {auth_type} {auth_authen} {tls_version}'],
  [MACRO_STAGE.rcpt, 'i'],
  [MACRO_STAGE.data, 'i'],
  [MACRO_STAGE.end, 'i'],
]);

const UNANSWERED =
  STEP.noHeloReply | STEP.noHeaderReply | STEP.noEndOfHeadersReply | STEP.noBodyReply;

/**
 * Over TCP DATA is answered: Postfix writes it by itself and its next write would wait for our
 * delayed acknowledgement, about 43 ms a message. And over TCP the body is answered, so that an MTA
 * far away need not send what is beyond the body limit.
 */
export function wishesFor(isUnix: boolean, changesSender: boolean): Wishes {
  const unanswered = isUnix ? UNANSWERED | STEP.noDataReply : UNANSWERED & ~STEP.noBodyReply;
  return {
    actions:
      ACTION.addHeaders |
      ACTION.changeHeaders |
      ACTION.quarantine |
      ACTION.setSymbols |
      (changesSender ? ACTION.changeSender : 0),
    steps: unanswered | STEP.skip | STEP.noUnknown | STEP.headerLeadingSpace,
  };
}
