# Fish completion of pgiam: commands and options are those that the command itself tells of.
function __pgiam_offer
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l pgiam $words[1]
    # The program that exec runs, and its files.
    contains -- -- $words; and return
    set -l command $words[2]
    test "$command" = setup; and set command $words[2..3]
    if test (count $words) -eq 1
        $pgiam help 2>/dev/null | awk '$1 == "pgiam" && /^  / {print $2}' | sort -u
    else if test (count $words) -eq 2; and test "$words[2]" = setup
        printf '%s\n' sql policy
    else if test (count $words) -eq 2; and test "$words[2]" = odbc; and not string match -q -- '-*' $current
        printf '%s\n' install uninstall list
    else if test (count $words) -eq 2; and test "$words[2]" = ca; and not string match -q -- '-*' $current
        printf '%s\n' show install
    else if string match -q -- '-*' $current
        $pgiam help $command 2>/dev/null | string match -r -- '^ +-[-a-zA-Z,]+' | string match -ra -- '--[a-z-]+'
    else if string match -q -- '--*' $words[-1]
        $pgiam help $command 2>/dev/null | string match -r -- "$words[-1] [a-z-]+(?:\|[a-z-]+)+" | string split ' ' --fields 2 | string split '|'
    end
end

complete -c pgiam -n 'not __pgiam_is_program' -a '(__pgiam_offer)'

function __pgiam_is_program
    contains -- -- (commandline -opc)
end

complete -c pgiam -n __pgiam_is_program -a '(__fish_complete_subcommand --fcs-skip=3)'
