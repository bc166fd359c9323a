-- Spam is what says so. PRIMUM_SEEN tells what rspamd was told of the envelope.
rspamd_config:register_symbol({
  name = 'PRIMUM_SPAM', score = 20.0, type = 'normal',
  callback = function(task)
    return tostring(task:get_content()):find('spam%-of%-the%-tests') ~= nil
  end,
})
rspamd_config:register_symbol({
  name = 'PRIMUM_SUSPECT', score = 7.5, type = 'normal',
  callback = function(task)
    return tostring(task:get_content()):find('suspect%-of%-the%-tests') ~= nil
  end,
})
rspamd_config:register_symbol({
  name = 'PRIMUM_SEEN', score = 0.0, type = 'normal',
  callback = function(task)
    local function mailbox(address) return address and address.addr or '-' end
    local from = task:get_from('smtp') or {}
    local recipients = {}
    for _, recipient in ipairs(task:get_recipients('smtp') or {}) do
      table.insert(recipients, recipient.addr)
    end
    local file = io.open('@FOLDER@/seen', 'w')
    file:write(table.concat({
      tostring(task:get_user()), mailbox(from[1]), table.concat(recipients, ' '),
      tostring(task:get_from_ip()), tostring(task:get_helo()), tostring(task:get_hostname()),
      tostring(task:get_queue_id()), tostring(task:get_size()),
    }, '\n'))
    file:close()
    return true
  end,
})
