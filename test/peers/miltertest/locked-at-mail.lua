-- A locked account is refused before it names a recipient.
dofile(common)
local conn = open()
mail(conn)
answered(conn, SMFIR_REPLYCODE, "MAIL")
mt.disconnect(conn)
