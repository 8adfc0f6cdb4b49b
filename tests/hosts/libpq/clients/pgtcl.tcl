package require Pgtcl

proc answer {line} {
    global connection env
    if {$line ne "query"} {
        set connection [pg_connect -conninfo $env(CONNINFO)]
    }
    set result [pg_exec $connection "SELECT session_user"]
    if {[pg_result $result -status] ne "PGRES_TUPLES_OK"} {
        error [pg_result $result -error]
    }
    pg_result $result -getTuple 0
}

while {[gets stdin line] >= 0} {
    if {[catch {answer $line} said]} {
        set said "error [regsub -all {\s+} $said { }]"
    }
    puts $said
    flush stdout
}
