-- Over a limit that holds: every recipient is taken, and the whole message goes on hold.
dofile(common)
local conn = open()
mail(conn)
for n = 1, 5 do
  rcpt(conn, "r" .. n .. "@dest.test")
  answered(conn, SMFIR_CONTINUE, "RCPT")
end
message(conn)
answered(conn, SMFIR_ACCEPT, "EOM")
check(mt.eom_check(conn, MT_QUARANTINE), "the message was not held")
mt.disconnect(conn)
