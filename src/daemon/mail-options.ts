/** How mail leaves, from the configuration. */
import type { Config } from '../config/load.ts';
import type { MailChannelOptions } from '../effects/mail.ts';

export type Email = NonNullable<Config['alerts']['email']>;

export function mailOptions(email: Email): MailChannelOptions {
  const { host, port, tls, user, password_file } = email;
  const smtp = {
    host,
    port,
    tls,
    ...(user === undefined ? {} : { user }),
    ...(password_file === undefined ? {} : { passwordFile: password_file }),
  };
  return {
    name: 'email',
    from: email.from,
    to: email.to,
    via: email.sendmail === undefined ? { smtp } : { sendmail: email.sendmail },
    timeoutMs: email.timeout,
  };
}
