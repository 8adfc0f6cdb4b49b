# Takes libpq's functions from the handle of libpq.so.
package require tdbc::postgres

proc answer {line} {
    global env
    if {$line ne "query"} {
        catch {db close}
        tdbc::postgres::connection create db -host $env(HOST) -port $env(PORT) -user $env(DBUSER) -db $env(DBNAME)
    }
    dict get [lindex [db allrows {SELECT session_user AS name}] 0] name
}

while {[gets stdin line] >= 0} {
    if {[catch {answer $line} said]} {
        set said "error [regsub -all {\s+} $said { }]"
    }
    puts $said
    flush stdout
}
