-- Words that every script here begins with: a connection, and what must be answered.
-- Given with -D: socket, account.

-- miltertest keeps the words of an error to itself.
function fail(text)
  mt.echo(text)
  error(text)
end

function must(failure, what)
  if failure ~= nil then fail(what .. ": " .. tostring(failure)) end
end

function answered(conn, reply, what)
  local got = mt.getreply(conn)
  if got ~= reply then
    fail(string.format("%s was answered %s, not %s", what, string.char(got), string.char(reply)))
  end
end

function check(holds, what)
  if not holds then fail(what) end
end

-- Up to HELO, as a mail program that logs in.
function open()
  local conn = mt.connect(socket, 40, 0.05)
  if conn == nil then fail("cannot connect to " .. socket) end
  must(mt.macro(conn, SMFIC_CONNECT, "j", "mail.test", "{daemon_name}", "submission"), "macros")
  must(mt.conninfo(conn, "client.test", "192.0.2.7"), "CONNECT")
  answered(conn, SMFIR_CONTINUE, "CONNECT")
  must(mt.helo(conn, "client.test"), "HELO")
  return conn
end

function mail(conn)
  must(mt.macro(conn, SMFIC_MAIL, "i", "4jWVPD", "{auth_authen}", account), "macros of MAIL")
  must(mt.mailfrom(conn, "<" .. account .. ">"), "MAIL")
end

function rcpt(conn, recipient)
  must(mt.rcptto(conn, "<" .. recipient .. ">"), "RCPT")
end

-- From DATA to the end; forged is a trace header of the sender's own.
function message(conn, forged)
  must(mt.data(conn), "DATA")
  must(mt.header(conn, "From", account), "a header")
  if forged ~= nil then must(mt.header(conn, "X-Primum-Trace", forged), "a header") end
  must(mt.header(conn, "Subject", "one"), "a header")
  must(mt.eoh(conn), "EOH")
  must(mt.bodystring(conn, "Good day.\r\n"), "BODY")
  must(mt.eom(conn), "EOM")
end
