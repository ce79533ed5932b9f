-- For wrk: sends the bytes of a file, as many times at once as told, and nothing else. Arguments:
-- FILE TIMES.
function wrk.init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local requests = string.rep(file:read("*a"), tonumber(arguments[2]))
  file:close()
  wrk.request = function() return requests end
end
