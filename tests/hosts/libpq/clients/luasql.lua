local postgres = require("luasql.postgres").postgres()
local connection

for line in io.lines() do
  local ok, answer = pcall(function()
    if line ~= "query" then
      connection = assert(postgres:connect(os.getenv("CONNINFO")))
    end
    return assert(connection:execute("SELECT session_user")):fetch()
  end)
  print(ok and answer or "error " .. tostring(answer):gsub("%s+", " "))
  io.flush()
end
