-- An account that is locked while its session is open is refused at its next recipient.
-- Also given with -D: taken, a file to write after MAIL; locked, a file to wait for.
dofile(common)
local conn = open()
mail(conn)
answered(conn, SMFIR_CONTINUE, "MAIL")
io.open(taken, "w"):close()
local tries = 0
while io.open(locked) == nil do
  tries = tries + 1
  if tries > 600 then fail("nobody locked the account") end
  mt.sleep(0.05)
end
rcpt(conn, "a@dest.test")
answered(conn, SMFIR_REPLYCODE, "RCPT")
must(mt.abort(conn), "ABORT")
mt.disconnect(conn)
