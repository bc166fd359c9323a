-- A whole message is taken, and the session goes on to a second one.
dofile(common)
local conn = open()
for n = 1, 2 do
  mail(conn)
  answered(conn, SMFIR_CONTINUE, "MAIL")
  rcpt(conn, "a" .. n .. "@dest.test")
  answered(conn, SMFIR_CONTINUE, "RCPT")
  rcpt(conn, "b" .. n .. "@dest.test")
  answered(conn, SMFIR_CONTINUE, "RCPT")
  message(conn)
  answered(conn, SMFIR_ACCEPT, "EOM")
end
mt.disconnect(conn)
