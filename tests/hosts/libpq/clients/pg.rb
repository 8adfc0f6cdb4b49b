require "pg"
$stdout.sync = true
connection = nil
$stdin.each_line do |line|
  connection = PG.connect(ENV["CONNINFO"]) if line.strip == "connect"
  connection.reset if line.strip == "reset"
  puts connection.exec("SELECT session_user").getvalue(0, 0)
rescue PG::Error => error
  puts "error #{error.message.split.join(" ")}"
end
